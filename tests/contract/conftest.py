"""The service as callers reach it: on a socket, PostgreSQL as the runtime role, Redis."""

from collections.abc import Iterator

import pytest

from tests.served import serving


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """Where the service listens while the test runs, on the test's own database."""
    with serving() as running:
        yield running.address
