"""Every resource that these tests have seen is held to FHIR's own invariants, once at the end."""

from collections.abc import Iterator

import pytest

from tests.fhir.checks import SEEN
from tests.fhir.medplum import wrong_with


@pytest.fixture(scope="session", autouse=True)
def invariants() -> Iterator[None]:
    """The validator takes seconds to start and none for a resource."""
    yield
    resources = list(SEEN.values())
    wrong = [(one, issues) for one, issues in zip(resources, wrong_with(resources), strict=True) if issues]
    assert not wrong, wrong[0]
