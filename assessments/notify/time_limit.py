"""A hard limit on how long a send may take, whatever the other side does.

Socket timeouts bound one silence; a server that says a byte every few seconds outlasts them. Past the limit
the caller goes on and the send is left to itself: it may still succeed, under the same message id.
"""

import threading
from collections.abc import Callable

from assessments.notify.channel import DeliveryError

_left_behind: dict[str, threading.Thread] = {}


def within(
    seconds: float, target: str, send: Callable[[], None], *, abort: Callable[[], None] | None = None
) -> None:
    """Call ``send`` in a thread of its own; raises what it raises, or ``DeliveryError`` after ``seconds``.

    ``abort`` is called then, for whoever can end the send. A target whose last send still hangs gets no
    second one beside it, so that what is left behind can't pile up.
    """
    if (hanging := _left_behind.get(target)) is not None and hanging.is_alive():
        raise DeliveryError("StillHanging")
    failure: list[BaseException] = []

    def run() -> None:
        try:
            send()
        except BaseException as exc:  # noqa: BLE001 - raised again by the caller
            failure.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _left_behind[target] = thread
        if abort is not None:
            abort()
        raise DeliveryError("TimeLimit")
    _left_behind.pop(target, None)
    if failure:
        raise failure[0]
