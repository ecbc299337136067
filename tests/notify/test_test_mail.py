"""`manage.py send_test_mail`: whether mail leaves is known before the first emergency."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.mail import Postbox, free_port


def sent(address: str = "ops@clinic.example") -> str:
    said = StringIO()
    call_command("send_test_mail", address, stdout=said)
    return said.getvalue()


def test_it_leaves_as_the_sender_of_emergencies(postbox: Postbox, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Return to Run <rtr@service.example>"
    said = sent()
    (mail,) = postbox.wait_for(1)
    assert (mail["To"], mail["From"]) == ("ops@clinic.example", settings.DEFAULT_FROM_EMAIL)
    assert settings.DEFAULT_FROM_EMAIL in said
    assert str(settings.EMAIL_PORT) in said


def test_a_refusal_is_said_in_the_servers_own_words(postbox: Postbox) -> None:
    postbox.answer = "553 5.1.8 Sender address rejected"
    with pytest.raises(CommandError, match=r"5\.1\.8 Sender address rejected"):
        sent()


def test_nobody_listening_is_an_error(postbox: Postbox, settings: Any) -> None:
    settings.EMAIL_PORT = free_port()
    with pytest.raises(CommandError, match="did not leave"):
        sent()
