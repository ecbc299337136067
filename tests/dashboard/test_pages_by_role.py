"""Each page of the dashboard asks the one table of roles: every address, read and posted to, as each."""

import pytest

from clinics.identity.models import Clinic, Role
from clinics.identity.permissions import Permission, permissions_of
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of
from tests.programme.weeks import eight_weeks
from tests.worlds import undone

#: For whoever has signed in: their own password, codes, sessions and clinics, and the start.
EVERYBODYS = {
    "one-time-codes",
    "one-time-codes-confirm",
    "one-time-codes-remove",
    "change-password",
    "sign-out-everywhere",
    "choose-clinic",
    "admin:index",
    "admin:app_list",
    "admin:password_change",
    "admin:jsi18n",
}
#: What a page is opened with, and what its form takes; ``None`` for what takes nothing.
PAGES: dict[str, tuple[Permission, Permission | None]] = {
    "clinic-settings": (Permission.SEE_CLINIC, None),
    "intended-purpose": (Permission.SEE_CLINIC, None),
    "settings-protocol": (Permission.SEE_PROTOCOLS, None),
    "settings-pathway": (Permission.SEE_CLINIC, Permission.SET_PATHWAY),
    "settings-rota": (Permission.SEE_CLINIC, Permission.SET_PATHWAY),
    "settings-channels": (Permission.SEE_CLINIC, Permission.SET_PATHWAY),
    "settings-channel": (Permission.SEE_CLINIC, Permission.SET_PATHWAY),
    "settings-members": (Permission.SEE_MEMBERS, Permission.CHANGE_MEMBERS),
    "settings-member": (Permission.SEE_MEMBERS, Permission.CHANGE_MEMBERS),
    "settings-clients": (Permission.SEE_CLIENTS, Permission.CHANGE_CLIENTS),
    "settings-client": (Permission.SEE_CLIENTS, Permission.CHANGE_CLIENTS),
    "settings-access-log": (Permission.SEE_ACCESS_LOG, Permission.SEE_ACCESS_LOG),
    "settings-history": (Permission.SEE_HISTORY, None),
    "settings-webhooks": (Permission.SEE_WEBHOOKS, Permission.CHANGE_WEBHOOKS),
    "settings-webhook": (Permission.SEE_WEBHOOKS, Permission.CHANGE_WEBHOOKS),
    "settings-parameters": (Permission.SEE_PARAMETERS, Permission.CHANGE_PARAMETERS),
    "settings-parameter-preview": (Permission.SEE_PARAMETERS, Permission.CHANGE_PARAMETERS),
    "worklist-arrivals": (Permission.SEE_ESCALATIONS, Permission.SEE_ESCALATIONS),
    "worklist-claim": (Permission.ACT_ON_ESCALATIONS, Permission.ACT_ON_ESCALATIONS),
    "worklist-resolve": (Permission.ACT_ON_ESCALATIONS, Permission.ACT_ON_ESCALATIONS),
    "patient-page": (Permission.SEE_PATIENTS, Permission.SEE_PATIENTS),
    "archive-patient": (Permission.CHANGE_PATIENTS, Permission.CHANGE_PATIENTS),
    "assess": (Permission.RECORD_ASSESSMENTS, Permission.RECORD_ASSESSMENTS),
    "assess-decision": (Permission.RECORD_ASSESSMENTS, Permission.RECORD_ASSESSMENTS),
    "correct-assessment": (Permission.RECORD_ASSESSMENTS, Permission.RECORD_ASSESSMENTS),
    "override-decision": (Permission.RECORD_ASSESSMENTS, Permission.RECORD_ASSESSMENTS),
    "draft-programme": (Permission.CHANGE_PROGRAMMES, Permission.CHANGE_PROGRAMMES),
    "release-programme": (Permission.CHANGE_PROGRAMMES, Permission.CHANGE_PROGRAMMES),
    "clear-programme": (Permission.CHANGE_PROGRAMMES, Permission.CHANGE_PROGRAMMES),
    "programme-sheet": (Permission.SEE_PROGRAMMES, Permission.SEE_PROGRAMMES),
    "programme-sheet-pdf": (Permission.SEE_PROGRAMMES, Permission.SEE_PROGRAMMES),
    "plan-sheet": (Permission.SEE_ASSESSMENTS, Permission.SEE_ASSESSMENTS),
    "begin-letter": (Permission.ACT_ON_ESCALATIONS, Permission.ACT_ON_ESCALATIONS),
    "letter": (Permission.SEE_ESCALATIONS, Permission.ACT_ON_ESCALATIONS),
    "letter-pdf": (Permission.SEE_ESCALATIONS, Permission.SEE_ESCALATIONS),
    "admin:assessments_escalation_acknowledge": (Permission.SEE_ESCALATIONS, Permission.ACT_ON_ESCALATIONS),
}
#: The framework's lists and records: read with this, and changed by nobody.
RECORDS = {
    "patients_patient": Permission.SEE_PATIENTS,
    "assessments_assessment": Permission.SEE_ASSESSMENTS,
    "assessments_escalation": Permission.SEE_ESCALATIONS,
    "assessments_followup": Permission.SEE_FOLLOW_UPS,
    "assessments_delivery": Permission.SEE_DELIVERIES,
}
READ, KEPT_SHUT = ("changelist", "change"), ("add", "delete", "history")
RECORD_PAGES = {f"admin:{name}_{page}": seen for name, seen in RECORDS.items() for page in READ}
SHUT = {f"admin:{name}_{page}" for name in RECORDS for page in KEPT_SHUT}


@pytest.mark.parametrize("role", Role)
def test_every_page_asks_the_table_of_roles(clinic: Clinic, role: str) -> None:
    """Who may not is refused before anything else: 403, whatever row or form it is."""
    rows = rows_of(clinic, eight_weeks(clinic))
    held, wrong, named = permissions_of(role), {}, set()
    for page in pages():
        named.add(page.name)
        address = page.address({**rows, "object_id": row_of(clinic, page) or clinic.pk})
        with undone():
            read = signed_in(clinic, role).get(address).status_code
        with undone():
            sent = signed_in(clinic, role).post(address, {}).status_code
        if page.name in EVERYBODYS:
            right = (read, sent) != (403, 403)
        elif page.name in SHUT:
            right = {read, sent} <= {403, 404}
        elif page.name in RECORD_PAGES:
            seen = RECORD_PAGES[page.name] in held
            right = (read != 403) == seen and (sent == 403 or (seen and page.name.endswith("changelist")))
        else:
            opens, takes = PAGES[page.name]
            by_post_alone = read == 405
            right = ((read != 403) == (opens in held) or by_post_alone) and (sent != 403) == (takes in held)
        wrong |= {} if right else {page.name: (read, sent)}
    assert wrong == {}
    assert named == {*EVERYBODYS, *PAGES, *RECORD_PAGES, *SHUT}
