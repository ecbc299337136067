"""The practices' software: it posts and acknowledges, and tries again until it is answered 2xx."""

import http.client
import json
import queue
import random
import threading
import time
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tools.chaos.records import Order, Promise

ANSWER_SECONDS = 10.0
#: What software tries again: it wasn't heard, or was asked to come back.
TRY_AGAIN = frozenset({0, 408, 409, 429, 500, 502, 503, 504})
PAUSE_SECONDS = 0.3
CALLERS = 6
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """What came back; status 0 when nothing did."""

    status: int
    body: dict[str, Any]


class Callers:
    """Threads that post orders at their time, and one that acknowledges what is to be acknowledged."""

    def __init__(self, port: int, seeded: Sequence[dict[str, Any]], orders: Sequence[Order]) -> None:
        self.promises: list[Promise] = []
        self.acknowledged: dict[str, float] = {}
        self.unexpected: list[str] = []
        self.tries = 0
        self._port = port
        self._tokens = [self._token(clinic) for clinic in seeded]
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        for order in [*orders, *[None] * CALLERS]:
            self._orders.put(order)
        self._ending = threading.Event()
        self._seen: dict[str, float] = {}
        self._to_acknowledge: list[Promise] = []
        self._posting = [threading.Thread(target=self._post_all, daemon=True) for _ in range(CALLERS)]
        self._acknowledging = threading.Thread(target=self._acknowledge_all, daemon=True)

    def start(self) -> None:
        """Begin now."""
        self._started = time.monotonic()
        self._assessed_at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
        for thread in (*self._posting, self._acknowledging):
            thread.start()

    def stop(self) -> None:
        """Let go of whatever is still unanswered."""
        self._ending.set()
        for thread in (*self._posting, self._acknowledging):
            thread.join()

    def saw(self, first_messages: dict[str, float]) -> None:
        """Tell when each escalation had its first message: some are acknowledged soon after."""
        self._seen = first_messages

    @property
    def idle(self) -> bool:
        """Everything is answered."""
        return not any(thread.is_alive() for thread in self._posting) and not self.unacknowledged

    @property
    def unacknowledged(self) -> int:
        """How many acknowledgements are still to come."""
        return len(self._to_acknowledge)

    def _post_all(self) -> None:
        while (order := self._orders.get()) is not None and not self._ending.is_set():
            self._ending.wait(max(0.0, self._started + order.at - time.monotonic()))
            self._post(order)

    def _post(self, order: Order) -> None:
        body = order.body(self._assessed_at)
        answer = self._until_answered(order.clinic, "/api/v1/assessments", body, key=order.key)
        if answer is None:
            return
        promise = Promise(order, answer["id"], answer["escalation"], time.time())
        if (urgency := answer["evaluation"]["urgency"]) != order.urgency:
            self.unexpected.append(f"{order.key}: {urgency} for {order.urgency}")
        if promise.escalation and order.acknowledge_after is not None:
            self._to_acknowledge.append(promise)
        self.promises.append(promise)

    def _acknowledge_all(self) -> None:
        while not self._ending.wait(0.05):
            for promise in list(self._to_acknowledge):
                if self._is_due(promise):
                    self._acknowledge(promise)
                    self._to_acknowledge.remove(promise)

    def _is_due(self, promise: Promise) -> bool:
        order = promise.order
        since = self._seen.get(promise.escalation or "") if order.waits_for_message else promise.answered
        return since is not None and time.time() >= since + (order.acknowledge_after or 0)

    def _acknowledge(self, promise: Promise) -> None:
        path = f"/api/v1/escalations/{promise.escalation}/acknowledge"
        key = f"{promise.order.key}-acknowledge"
        if self._until_answered(promise.order.clinic, path, {}, key=key) is not None:
            self.acknowledged[promise.escalation or ""] = time.time()

    def _until_answered(
        self, clinic: int, path: str, body: dict[str, Any], *, key: str
    ) -> dict[str, Any] | None:
        """Try until 2xx; ``None`` when the run ends before that, or after an answer that no retry changes."""
        headers = {"Authorization": self._tokens[clinic], "Idempotency-Key": key}
        while not self._ending.is_set():
            self.tries += 1
            answer = self._request(path, json.dumps(body), {"Content-Type": "application/json", **headers})
            if 200 <= answer.status < 300:
                return answer.body
            if answer.status not in TRY_AGAIN:
                self.unexpected.append(f"{key}: {answer.status} {answer.body}")
                return None
            self._ending.wait(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311
        return None

    def _token(self, clinic: dict[str, Any]) -> str:
        pair = f"{clinic['client_id']}:{clinic['client_secret']}"
        basic = f"Basic {b64encode(pair.encode()).decode()}"
        answer = self._request(
            "/oauth/token/", "grant_type=client_credentials", {"Authorization": basic, "Content-Type": FORM}
        )
        return f"Bearer {answer.body['access_token']}"

    def _request(self, path: str, body: str, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, json.load(response))
        except (OSError, http.client.HTTPException, ValueError):
            return Answer(0, {})
        finally:
            connection.close()
