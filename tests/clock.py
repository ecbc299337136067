"""A clock that stands still until it is told to move."""

import datetime as dt


class Clock:
    """Call it for the time; ``advance`` moves it."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        """The present moment of the test."""
        return self.now

    def advance(self, **duration: float) -> None:
        """Let time pass: ``advance(minutes=5)``."""
        self.now += dt.timedelta(**duration)
