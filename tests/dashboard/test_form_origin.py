"""A form that was opened in one clinic, or by one person, is never stored under another."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver

from backend.platform.storage.tenancy import clinic_scope
from clinics.dashboard.form_origin import WITHOUT_ORIGIN
from clinics.identity.models import Clinic, Role, User
from tests.dashboard.walk import pages, row_of, rows_of
from tests.factories import make_member
from tests.programme.weeks import eight_weeks

CHOOSE = "/admin/choose-clinic/"
#: So many forms are found at least, or the walk has missed a kind of page.
FORMS_AT_LEAST = 25


class Forms(HTMLParser):
    """The POST forms of a page: where each is sent, and what its fields hold."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect hidden fields and what is filled in."""
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = named.get("method", "get").lower() == "post"
            if self.open:
                self.found.append((named.get("action") or self.address, {}))
        elif tag in {"input", "textarea", "select", "button"} and self.open and named.get("name"):
            self.found[-1][1][named["name"]] = named.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self.open = False


def person_of(*clinics: Clinic) -> User:
    """An admin of all these clinics."""
    user = make_member(clinics[0], Role.ADMIN).user
    user.is_staff = True
    user.save()
    for clinic in clinics[1:]:
        with clinic_scope(clinic.id):
            clinic.members.create(user=user, role=Role.ADMIN)
    return user


def strict_browser(user: User) -> Client:
    """A browser held to CSRF's checks, and so to ours."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    return browser


def post(browser: Client, address: str, fields: dict[str, str], **options: Any) -> HttpResponse:
    """Send a form with the token of the browser's own cookie."""
    token = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else ""
    answer: Any = browser.post(address, {**fields, "csrfmiddlewaretoken": token}, **options)
    return answer


def choose(browser: Client, clinic: Clinic) -> None:
    """Enter a clinic as a second tab does."""
    browser.get(CHOOSE)
    assert post(browser, CHOOSE, {"clinic": str(clinic.id)}).status_code == 302


def stored(*clinics: Clinic) -> set[str]:
    """A fingerprint of each table as these clinics see it; that a page was read is noted, and no change."""
    prints = set()
    for clinic in clinics:
        with clinic_scope(clinic.id), connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
            )
            for (table,) in cursor.fetchall():
                if table not in {"django_session", "clinics_accesslogentry", "clinics_accessloghead"}:
                    cursor.execute(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
                    prints.add(f"{clinic.name}: {table} {cursor.fetchone()}")
    return prints


def addresses(clinic: Clinic, rows: dict[str, Any]) -> Iterator[str]:
    """Every page below /admin/, with an address for each."""
    for page in pages():
        about = row_of(clinic, page)
        if "object_id" not in page.names or about is not None:
            yield page.address({**rows, "object_id": about or clinic.pk})


def test_no_form_of_one_clinic_is_stored_in_another(clinic: Clinic, other_clinic: Clinic) -> None:
    """Every address that there is, opened in one clinic and sent while the other is chosen."""
    rows = rows_of(clinic, eight_weeks(clinic))
    browser = strict_browser(person_of(clinic, other_clinic))
    choose(browser, clinic)
    opened = {address: browser.get(address) for address in addresses(clinic, rows)}
    forms = [
        form
        for address, answer in opened.items()
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]
        for form in Forms(answer.content.decode(), address).found
        if not form[0].startswith(tuple(WITHOUT_ORIGIN))
    ]
    assert len(forms) >= FORMS_AT_LEAST, forms
    origin = f"{clinic.id}."
    assert [sent for sent, fields in forms if not fields.get("opened_in", "").startswith(origin)] == []
    fields = forms[0][1]
    # What no form of these pages is sent to is sent the same: a POST is held whatever view it is for.
    held = [address for address in opened if not address.startswith(tuple(WITHOUT_ORIGIN))]
    everything = forms + [(address, {"opened_in": fields["opened_in"]}) for address in held]
    choose(browser, other_clinic)
    before = stored(clinic, other_clinic)
    wrong = {sent for sent, fields in everything if post(browser, sent, fields).status_code != 409}
    assert wrong == set()
    assert stored(clinic, other_clinic) == before


def test_no_form_of_one_person_is_stored_for_another(clinic: Clinic) -> None:
    first, second = person_of(clinic), person_of(clinic)
    browser = strict_browser(first)
    fields = dict(Forms(browser.get("/admin/settings/members/").content.decode(), "here").found)["here"]
    browser.force_login(second)
    browser.get("/admin/")
    answer = post(browser, "/admin/settings/members/", {**fields, "email": "new@harbour.example"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else was signed in" in page
    assert "new@harbour.example" in page
    assert 'name="send_in"' not in page


def test_a_form_without_an_origin_is_refused(clinic: Clinic) -> None:
    browser = strict_browser(person_of(clinic))
    browser.get("/admin/settings/members/")
    for origin in ({}, {"opened_in": "nothing"}, {"opened_in": f"{clinic.id}."}):
        assert post(browser, "/admin/settings/members/", origin).status_code == 409


def invite(clinic: Clinic, other_clinic: Clinic) -> tuple[Client, str, HttpResponse]:
    """Somebody opens the invitation in one clinic and sends it in the other."""
    browser = strict_browser(person_of(clinic, other_clinic))
    choose(browser, clinic)
    page = "/admin/settings/members/"
    fields = dict(Forms(browser.get(page).content.decode(), page).found)[page]
    choose(browser, other_clinic)
    typed = {"email": "new@harbour.example", "name": "Nadia New", "role": "clinician"}
    return browser, page, post(browser, page, {**fields, **typed})


def test_what_was_typed_is_kept_and_both_clinics_are_named(clinic: Clinic, other_clinic: Clinic) -> None:
    _, _, answer = invite(clinic, other_clinic)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"<title>\s*Nothing was stored", page)
    for words in (clinic.name, other_clinic.name, "new@harbour.example", "Nadia", "Change to Harbour Physio"):
        assert words in page, words
    assert answer["Cache-Control"] == "no-store"


def test_it_can_be_sent_where_it_was_opened(clinic: Clinic, other_clinic: Clinic) -> None:
    browser, page, answer = invite(clinic, other_clinic)
    (fields,) = [form for _, form in Forms(answer.content.decode(), page).found if "send_in" in form]
    assert post(browser, page, fields).status_code == 302
    with clinic_scope(clinic.id):
        assert clinic.members.filter(user__email="new@harbour.example").count() == 1
    with clinic_scope(other_clinic.id):
        assert other_clinic.members.filter(user__email="new@harbour.example").count() == 0
    assert clinic.name in browser.get("/admin/").content.decode()


def test_a_forged_form_is_not_sent_on_and_chooses_no_clinic(clinic: Clinic, other_clinic: Clinic) -> None:
    """The page of a refusal offers nothing that another site has filled in, and takes nothing from one."""
    user = person_of(clinic, other_clinic)
    browser = strict_browser(user)
    choose(browser, other_clinic)
    forged = {"opened_in": f"{clinic.id}.{user.pk}", "email": "evil@evil.example"}
    assert 'name="send_in"' not in browser.post("/admin/settings/members/", forged).content.decode()
    browser.post("/admin/settings/members/", {**forged, "send_in": str(clinic.id)})
    assert other_clinic.name in browser.get("/admin/").content.decode()


def test_a_password_is_neither_shown_nor_sent_again(clinic: Clinic, other_clinic: Clinic) -> None:
    user = person_of(clinic, other_clinic)
    browser = strict_browser(user)
    choose(browser, other_clinic)
    typed = {"opened_in": f"{clinic.id}.{user.pk}", "old_password": "hush-hush", "otp_token": "123456"}
    page = post(browser, "/admin/password_change/", typed).content.decode()
    assert "Nothing was stored" in page
    assert "hush-hush" not in page
    assert "123456" not in page
    assert 'name="send_in"' not in page


def test_who_must_choose_again_keeps_what_they_typed(clinic: Clinic, other_clinic: Clinic) -> None:
    """Signed in anew in a second tab, with no clinic chosen: not sent to the choice with a lost form."""
    user = person_of(clinic, other_clinic)
    browser = strict_browser(user)
    browser.get(CHOOSE)
    typed = {"opened_in": f"{clinic.id}.{user.pk}", "email": "new@harbour.example"}
    answer = post(browser, "/admin/settings/members/", typed)
    assert answer.status_code == 409
    assert "new@harbour.example" in answer.content.decode()


def test_every_exception_is_an_address_that_there_is() -> None:
    routes = set(_routes(get_resolver().url_patterns, "/"))
    for address in WITHOUT_ORIGIN:
        assert any(route.startswith(address) for route in routes), address


def _routes(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern.url_patterns, route)
