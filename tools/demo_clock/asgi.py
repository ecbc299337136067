"""The demo's web application: the service's own, living by the demo's clock."""

from tools.demo_clock.moved import install

install()

from backend.asgi import application  # noqa: E402 - the clock comes first

__all__ = ["application"]
