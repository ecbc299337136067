"""A clinician at the form."""

from collections.abc import Callable

import pytest
from django.test import Client

from clinics.identity.models import Clinic, Membership, Role
from tests.factories import make_member


def browser_of(member: Membership) -> Client:
    """A browser in which the member is signed in."""
    member.user.is_staff = True
    member.user.save()
    browser = Client()
    browser.force_login(member.user)
    return browser


@pytest.fixture
def clinician(clinic: Clinic) -> Membership:
    """A clinician of the clinic."""
    return make_member(clinic, Role.CLINICIAN)


@pytest.fixture
def browser(clinician: Membership) -> Client:
    """Their browser."""
    return browser_of(clinician)


@pytest.fixture
def browser_as(clinic: Clinic) -> Callable[[str], Client]:
    """The browser of somebody with a role."""
    return lambda role: browser_of(make_member(clinic, role))


@pytest.fixture
def browser_of_other(other_clinic: Clinic) -> Client:
    """A clinician of the other clinic."""
    return browser_of(make_member(other_clinic, Role.CLINICIAN))
