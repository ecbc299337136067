"""One table says what each role may do, and the API and the dashboard both ask it."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.checks.routes import routes
from clinics.dashboard.model_admin import ClinicModelAdmin
from clinics.identity.models import Clinic, Membership, Role
from clinics.identity.permissions import ROLE_PERMISSIONS, Permission, permissions_of
from clinics.identity.scopes import ALL_SCOPES
from clinics.identity.signed_in import may
from tests.factories import make_member, make_token

CLINICAL = {
    permission
    for permission in Permission
    if permission.value.partition(":")[0] in {"assessments", "escalations", "evaluations"}
}
LISTS = {
    "/api/v1/patients": Permission.SEE_PATIENTS,
    "/api/v1/assessments": Permission.SEE_ASSESSMENTS,
    "/api/v1/escalations": Permission.SEE_ESCALATIONS,
    "/api/v1/follow-ups": Permission.SEE_FOLLOW_UPS,
    "/api/v1/protocols": Permission.SEE_PROTOCOLS,
    "/api/v1/clinic": Permission.SEE_CLINIC,
}

MakeApi = Callable[[str], APIClient]


@pytest.fixture
def api_as(clinic: Clinic) -> MakeApi:
    """The API as a person of the role, through software with every scope."""

    def make(role: str) -> APIClient:
        member = make_member(clinic, role)
        with clinic_scope(clinic.id):
            token = make_token(clinic.api_clients.get(), user=member.user)
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return api

    return make


def test_every_role_has_its_row_and_an_unknown_one_nothing() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert permissions_of("owner") == frozenset()


def test_every_scope_is_in_the_table() -> None:
    """A new resource is given to the roles that need it, and to nobody until then."""
    no_such_operation = {
        "protocols:write",
        "access-log:write",
        "erasure:read",
        "history:write",
        "outcomes:write",
    }
    assert set(ALL_SCOPES) - set(Permission) == no_such_operation


def test_reception_sees_no_clinical_answer() -> None:
    assert permissions_of(Role.RECEPTION) & CLINICAL == frozenset()
    assert Permission.ANSWER_FOLLOW_UPS not in permissions_of(Role.RECEPTION)
    assert {Permission.SEE_PATIENTS, Permission.CHANGE_PATIENTS} <= permissions_of(Role.RECEPTION)


def test_an_auditor_reads_the_logs_and_writes_nothing() -> None:
    held = permissions_of(Role.AUDITOR)
    assert {Permission.SEE_ACCESS_LOG, Permission.SEE_HISTORY} <= held
    assert not [permission for permission in held if permission.endswith(":write")]
    assert held & CLINICAL == frozenset()


def test_only_an_admin_changes_people_software_and_the_pathway() -> None:
    kept = {Permission.CHANGE_MEMBERS, Permission.CHANGE_CLIENTS, Permission.SET_PATHWAY}
    assert [role for role in Role if permissions_of(role) & kept] == [Role.ADMIN]


@pytest.mark.parametrize("role", Role)
def test_the_api_asks_the_table(api_as: MakeApi, role: str) -> None:
    api = api_as(role)
    answered = {path: api.get(path).status_code for path in LISTS}
    assert answered == {
        path: 200 if permission in permissions_of(role) else 403 for path, permission in LISTS.items()
    }


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_the_dashboard_asks_the_table(clinic: Clinic, role: str, permission: Permission) -> None:
    member = make_member(clinic, role)
    request = RequestFactory().get("/admin/")
    request.user, request.clinic_id = member.user, clinic.id  # type: ignore[attr-defined]
    with clinic_scope(clinic.id):
        assert may(request, permission) == (permission in permissions_of(role))


def test_every_page_of_the_dashboard_names_its_permission() -> None:
    pages = admin.site._registry.values()
    assert all(isinstance(page, ClinicModelAdmin) and page.seen_with in Permission for page in pages)


@pytest.mark.parametrize("role", Role)
def test_the_dashboard_shows_a_role_its_pages(clinic: Clinic, role: str) -> None:
    user = make_member(clinic, role).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    for model, page in admin.site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        expected = 200 if page.seen_with in permissions_of(role) else 403
        assert browser.get(path).status_code == expected, path


def test_a_role_changed_meanwhile_counts_at_once(clinic: Clinic, api_as: MakeApi) -> None:
    api = api_as(Role.CLINICIAN)
    assert api.get("/api/v1/assessments").status_code == 200
    with clinic_scope(clinic.id):
        Membership.objects.exclude(id=clinic.on_call_id).filter(role=Role.CLINICIAN).update(
            role=Role.RECEPTION
        )
    assert api.get("/api/v1/assessments").status_code == 403


def test_software_is_bound_by_its_scopes_alone(clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        token = make_token(clinic.api_clients.get(), scopes="patients:read")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/api/v1/patients").status_code == 200
    assert api.get("/api/v1/assessments").status_code == 403


def test_there_are_routes() -> None:
    assert {f"/{route.path}" for route in routes()} >= set(LISTS)
