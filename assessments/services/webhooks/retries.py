"""When a delivery is tried again, and when it is given up: the schedule that Standard Webhooks recommends."""

import random
from collections.abc import Callable
from datetime import timedelta

#: After the first try, the second and so on; together about three days.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: Up to so much longer, so that what failed together doesn't come back together.
JITTER = 0.1
#: No delivery is tried again later than this after it fell due, however few tries it had meanwhile.
RETRIED_FOR = timedelta(days=4)


def wait_after(failures: int, *, chance: Callable[[], float] = random.random) -> timedelta | None:
    """The wait after so many failed tries, with jitter; ``None`` when it is given up."""
    if failures > len(WAITS):
        return None
    return WAITS[failures - 1] * (1 + JITTER * chance())
