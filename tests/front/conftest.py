"""The web server while a test runs."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.served import Served, serving


@pytest.fixture
def served(transactional_db: Any) -> Iterator[Served]:
    """The server, with nothing changed."""
    with serving() as running:
        yield running
