"""A person at the dashboard."""

import pytest
from django.test import Client

from clinics.identity.models import Clinic, Role
from tests.factories import make_member


@pytest.fixture
def browser(clinic: Clinic) -> Client:
    """A clinician of the clinic, signed in."""
    user = make_member(clinic, Role.CLINICIAN).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    return browser
