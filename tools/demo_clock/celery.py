"""The demo's worker and beat: the service's own, living by the demo's clock."""

from tools.demo_clock.moved import install

install()

from backend.celery import app  # noqa: E402 - the clock comes first

__all__ = ["app"]
