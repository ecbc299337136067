"""A Chromium at a real server: Django's own in a thread of this process, as the runtime role."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from clinics.identity.models import Clinic, Membership
from tests.browser.accessibility import SIZES
from tests.browser.pictures import pictures  # noqa: F401 - a fixture
from tests.factories import make_member
from tools.chromium import ChromiumError, chromium, flags

PASSWORD = "correct horse battery staple"

#: Signs somebody of the role in, in a browser of their own.
SignIn = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. Installed when root and apt-get are there, else these tests are skipped, but never in CI."""
    try:
        path = chromium()
    except ChromiumError as error:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"The browser tests must run in CI. {error}")
        pytest.skip(f"THE BROWSER TESTS DID NOT RUN. {error}")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright drives the browser from an event loop in this thread, beside which tests do use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags())
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[[], Page]]:
    """Open a browser of somebody's own, with nobody signed in.

    Fails afterwards when a page asked another host for anything, or had a script refused or failing.
    """
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def enter() -> Page:
        width, height = SIZES["laptop"]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="en-GB",
            reduced_motion="reduce",
            color_scheme="light",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda made: _note_foreign(faults, made.url, live_server.url))
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note_refused(faults, said.type, said.text))
        return page

    yield enter
    for context in contexts:
        context.close()
    assert faults == []


def _note_foreign(faults: list[str], url: str, own: str) -> None:
    if not url.startswith((own, "data:", "blob:")):
        faults.append(f"asked for {url}")


def _note_refused(faults: list[str], kind: str, text: str) -> None:
    if kind == "error" and "the server responded with a status of 4" not in text:
        faults.append(f"console: {text}")


@pytest.fixture
def sign_in(open_page: Callable[[], Page]) -> SignIn:
    """Sign somebody of the role in by the form; ``name`` is what pages call them."""

    def enter(clinic: Clinic, role: str, *, name: str = "", page: str = "/admin/") -> Page:
        member = staff(clinic, role, name=name)
        browser = open_page()
        browser.goto(f"/admin/login/?next={page}")
        browser.get_by_label("Username").fill(member.user.username)
        browser.get_by_label("Password").fill(PASSWORD)
        browser.get_by_role("button", name="Log in").click()
        browser.wait_for_url(f"**{page}")
        return browser

    return enter


def staff(clinic: Clinic, role: str, *, name: str = "") -> Membership:
    """A person with a role who may sign in."""
    member = make_member(clinic, role)
    first, _, last = name.partition(" ")
    if name:
        member.user.first_name, member.user.last_name = first, last
    member.user.is_staff = True
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


@pytest.fixture(autouse=True)
def plain_http() -> None:
    """The live server speaks http, which the tests' environment allows."""
    assert settings.SERVE_INSECURE_HTTP
