"""Every resource that these tests have seen is held to FHIR's own invariants, once at the end."""

from collections.abc import Iterator

import pytest

from tests.fhir.checks import SEEN
from tests.fhir.medplum import wrong_with
from tests.processes_marked import for_the_whole_run


@pytest.fixture(scope="session", autouse=True)
def invariants() -> Iterator[None]:
    """The validator takes seconds to start and none for a resource."""
    yield
    resources = list(SEEN.values())
    with for_the_whole_run():
        found = wrong_with(resources)
    wrong = [(one, issues) for one, issues in zip(resources, found, strict=True) if issues]
    assert not wrong, wrong[0]
