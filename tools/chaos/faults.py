"""What goes wrong, and when: a plan that a seed decides, and how each fault is done."""

import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from redis import Redis

from tools.chaos.receiver_behaviour import ERROR, HANG, REFUSE, SLOW, SWALLOW, WELL, in_hand_file
from tools.chaos.stage import RECEIVERS, Stage
from tools.embedded.server import Server

#: From one fault of a lane to the next, in seconds: long runs have the usual pause, short ones less.
USUAL_PAUSE_SECONDS = 6.0
SHORTEST_PAUSE_SECONDS = {"service": 1.2, "receivers": 2.0}
LONGEST_OUTAGE_SECONDS = 12.0
SHORTEST_OUTAGE_SECONDS = 0.5
LATE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens ``at`` so many seconds into the run, and for how long where that means anything."""

    at: float
    kind: str
    seconds: float


Deed = Callable[[Stage, float], None]


def _kill(*names: str) -> Deed:
    def deed(stage: Stage, seconds: float) -> None:  # noqa: ARG001 - the init system decides how long
        for name in names:
            stage.signal(name, signal.SIGKILL)

    return deed


def _kill_in_the_middle(receiver: str) -> Deed:
    """The moment that matters most: the message is on its way and the receiver hasn't taken it."""

    def deed(stage: Stage, seconds: float) -> None:
        mood = stage.mood_file(receiver)
        if mood.read_text() == WELL:
            mood.write_text(HANG)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not in_hand_file(mood).exists():
            time.sleep(0.005)
        for name in ("critical-1", "critical-2"):
            stage.signal(name, signal.SIGKILL)
        if mood.read_text() == HANG:
            mood.write_text(WELL)

    return deed


def _freeze(name: str) -> Deed:
    """A process that stops for a while and goes on where it was, its lease long over."""

    def deed(stage: Stage, seconds: float) -> None:
        started = time.time()
        stage.signal(name, signal.SIGSTOP)
        time.sleep(seconds)
        stage.signal(name, signal.SIGCONT)
        stage.frozen.append((started, time.time()))

    return deed


def _mood(receiver: str, mood: str) -> Deed:
    def deed(stage: Stage, seconds: float) -> None:
        stage.mood_file(receiver).write_text(mood)
        time.sleep(seconds)
        stage.mood_file(receiver).write_text(WELL)

    return deed


def _end(server: Server, number: signal.Signals) -> None:
    """End a server by a signal, and let its leash forget a process id that may soon be somebody else's."""
    process = server.process
    if process is None:
        raise RuntimeError(f"{server.name} does not run.")
    process.send_signal(number)
    process.wait(timeout=30)
    server.stop()


def _down(server: Server, number: signal.Signals, seconds: float) -> None:
    """End a server, leave it down, and start it on what it left."""
    _end(server, number)
    time.sleep(seconds)
    server.start()


def _stop_redis(stage: Stage, seconds: float) -> None:
    _down(stage.redis, signal.SIGTERM, seconds)


def _kill_redis(stage: Stage, seconds: float) -> None:
    _down(stage.redis, signal.SIGKILL, seconds)


def _lose_redis(stage: Stage, seconds: float) -> None:
    """Redis comes back on an empty disk."""
    _end(stage.redis, signal.SIGKILL)
    shutil.rmtree(stage.redis.home.folder("redis"))
    time.sleep(seconds)
    stage.redis.start()


def _flush_redis(stage: Stage, seconds: float) -> None:  # noqa: ARG001
    with Redis.from_url(stage.redis.url) as redis:
        redis.flushall()


def _restart_postgres(stage: Stage, seconds: float) -> None:
    _down(stage.postgres, signal.SIGINT, seconds)


def _kill_postgres(stage: Stage, seconds: float) -> None:
    _down(stage.postgres, signal.SIGKILL, seconds)


#: Two lanes run side by side, so that every kind of one meets every kind of the other sooner or later.
LANES: Mapping[str, Mapping[str, Deed]] = {
    "service": {
        "kill critical-1": _kill("critical-1"),
        "kill critical-2": _kill("critical-2"),
        "kill default": _kill("default"),
        "kill beat": _kill("beat"),
        "kill web": _kill("web"),
        "kill workers and beat": _kill("critical-1", "critical-2", "default", "beat"),
        "kill in mid-mail": _kill_in_the_middle("smtp"),
        "kill in mid-call": _kill_in_the_middle("http"),
        "freeze critical-1": _freeze("critical-1"),
        "freeze critical-2": _freeze("critical-2"),
        "stop redis": _stop_redis,
        "kill redis": _kill_redis,
        "lose redis": _lose_redis,
        "flush redis": _flush_redis,
        "restart postgres": _restart_postgres,
        "kill postgres": _kill_postgres,
    },
    "receivers": {
        f"{receiver} {mood}": _mood(receiver, mood)
        for receiver in RECEIVERS
        for mood in (SLOW, SWALLOW, ERROR, HANG, REFUSE)
    },
}


def plan(seed: int, *, seconds: float, longest: float = LONGEST_OUTAGE_SECONDS) -> dict[str, list[Fault]]:
    """Faults of both lanes: every kind in random order before any comes again; the same for the same seed."""
    chances = {lane: random.Random(f"{seed} {lane}") for lane in LANES}  # noqa: S311 - to be repeated
    return {lane: _plan_lane(chances[lane], lane, seconds, longest) for lane in LANES}


def _plan_lane(chance: random.Random, lane: str, seconds: float, longest: float) -> list[Fault]:
    kinds = tuple(LANES[lane])
    pause = min(USUAL_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS[lane], seconds / (len(kinds) + 1)))
    faults: list[Fault] = []
    deck: list[str] = []
    at = chance.uniform(0.2, 1.0) * pause
    while at < seconds:
        deck = deck or chance.sample(kinds, len(kinds))
        lasts = chance.uniform(SHORTEST_OUTAGE_SECONDS, longest)
        faults.append(Fault(at, deck.pop(), min(lasts, max(seconds - at, SHORTEST_OUTAGE_SECONDS))))
        at += chance.uniform(0.5, 1.5) * pause
    return faults


class Havoc:
    """Carries a plan out, each lane in its own thread.

    A fault that comes late starts as soon as it can, at most LATE_SECONDS after the run's ``seconds``.
    """

    def __init__(self, stage: Stage, faults: Mapping[str, list[Fault]], *, seconds: float) -> None:
        self._seconds = seconds
        self.done: list[Fault] = []
        self.errors: list[str] = []
        self._stage = stage
        self._threads = [
            threading.Thread(target=self._run, args=(LANES[lane], lane_faults), daemon=True)
            for lane, lane_faults in faults.items()
        ]

    def start(self) -> None:
        """Begin now."""
        self._started = time.monotonic()
        for thread in self._threads:
            thread.start()

    @property
    def active(self) -> bool:
        """The last fault isn't over."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind happened."""
        return dict(Counter(fault.kind for fault in self.done))

    def _run(self, deeds: Mapping[str, Deed], faults: list[Fault]) -> None:
        for fault in faults:
            time.sleep(max(0.0, self._started + fault.at - time.monotonic()))
            if time.monotonic() > self._started + self._seconds + LATE_SECONDS:
                return
            try:
                deeds[fault.kind](self._stage, fault.seconds)
            except Exception as error:  # noqa: BLE001 - a fault that fails ends the run, see `errors`
                self.errors.append(f"{fault.kind}: {type(error).__name__}: {error}")
                return
            self.done.append(fault)
