"""The service answers as its OpenAPI document says, whatever is sent, to each of two clinics.

Schemathesis reads the document from the running service and makes requests of it: the edges of every schema,
random ones, and sequences in which one answer's ids go into the next request. All its checks are on; what one
clinic's client could read is asked for again by the other's, which must not get it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.factories import api_for, assessment_body, make_clinic, make_patient, make_token

pytestmark = [pytest.mark.process, pytest.mark.longest]

HERE = Path(__file__).parent
NAMES = ["harbour", "hillside"]
CONFIG = """
hooks = "{hooks}"
continue-on-failure = true

[auth.wfc]
path = "{identities}"
user = "{caller}"
peers = {peers}

[generation]
max-examples = 4
database = "none"
deterministic = true

[checks]
# No mistakes of the service by themselves: the check in hooks.py says what it may refuse.
positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 412, 422, 428, 429]
# RFC 6585 answers a missing If-Match with 428; one out of date is refused before the body is read.
missing_required_header.expected-statuses = [400, 401, 403, 406, 415, 422, 428]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429]
"""


@pytest.mark.parametrize("caller", NAMES)
def test_every_operation_answers_as_described(address: str, caller: str, tmp_path: Path) -> None:
    identities = [identity(name, clinic_at_work(name)) for name in NAMES]
    (tmp_path / "identities.json").write_text(json.dumps({"auth": identities}))
    (tmp_path / "schemathesis.toml").write_text(
        CONFIG.format(
            hooks=HERE / "hooks.py", identities=tmp_path / "identities.json", caller=caller, peers=NAMES
        )
    )
    command = [sys.executable, "-m", "schemathesis.cli", "run", "--checks", "all", "--no-color"]
    done = subprocess.run(
        [*command, f"{address}/api/schema"],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def clinic_at_work(name: str) -> Clinic:
    """A clinic with an emergency, a decision that lets a runner go on, and the follow-ups of that."""
    clinic = make_clinic(name)
    for answers in ({"bladder_change": "yes"}, None):
        recorded = api_for(clinic).post("/api/v1/assessments", assessment_body(make_patient(clinic), answers))
        assert recorded.status_code == 201
    return clinic


def identity(name: str, clinic: Clinic) -> dict[str, object]:
    """The clinic's software, as Web Fuzzing Commons writes a caller down."""
    with clinic_scope(clinic.id):
        token = make_token(clinic.api_clients.get())
    return {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
