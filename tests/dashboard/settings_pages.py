"""What the tests of the settings share: somebody signed in, a step posted, and what a page costs."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.platform.storage.tenancy import clinic_scope
from clinics.audit.services import changed, changes_of
from clinics.identity.models import Clinic, Role
from tests.factories import make_member

#: Statements of the test's own transaction.
_FRAME = ("SAVEPOINT", "RELEASE", "SELECT set_config('app.clinic', ''")


def signed_in(clinic: Clinic, role: str = Role.ADMIN, **options: Any) -> Client:
    """A browser in which somebody of the role is signed in."""
    user = make_member(clinic, role).user
    user.is_staff = True
    user.save()
    browser = Client(**options)
    browser.force_login(user)
    return browser


def take(browser: Client, page: str, step: str, **fields: Any) -> Any:
    """Open the page, then post one of its steps with the state that it showed."""
    return browser.post(page, {"state": browser.get(page).context["state"], "step": step, **fields})


def latest_change(clinic: Clinic, kind: str, row: Any) -> tuple[str, dict[str, Any]]:
    """Who changed the row last, and what each column that changed held since."""
    with clinic_scope(clinic.id):
        event: Any = changes_of(clinic=clinic, kind=kind, row=row.pk).order_by("-pgh_id").first()
    return event.pgh_context["user"], {change.field: change.after for change in changed(event)}


def statements(browser: Client, page: str) -> int:
    """How many statements a page takes, sign-in and permissions included."""
    browser.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(page).status_code == 200
    return len([one for one in asked.captured_queries if not one["sql"].startswith(_FRAME)])
