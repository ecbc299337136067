"""The tenant, its people and its software: clinics, members and their persons, API clients."""

import datetime as dt
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from oauth2_provider.models import AbstractApplication

from backend.platform.storage.columns import Identified, Timestamped, new_id
from backend.platform.storage.history import recorded


def validate_time_zone(name: str) -> None:
    """Refuse a name the IANA time zone database doesn't hold."""
    if name not in available_timezones():
        raise ValidationError("Not a time zone of the IANA database, such as Europe/London.")


@recorded(values_for="clinic:read")
class Clinic(Timestamped):
    """A practice with its working hours and its emergency pathway.

    The pathway (number, destination, who is on call, whether pregnant runners are taken) must be complete
    before an assessment is recorded: an emergency that has nowhere to go is worse than a refused request.
    """

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[validate_time_zone])
    working_day_ends_at = models.TimeField(default=dt.time(18, 0))
    emergency_number = models.CharField(
        max_length=40, blank=True, help_text="The number to ring for an ambulance, e.g. 999 or 112."
    )
    emergency_destination = models.CharField(
        max_length=200, blank=True, help_text="Where an emergency is sent: department and hospital."
    )
    takes_pregnant_runners = models.BooleanField(null=True, help_text="Empty: not answered yet.")
    maternity_emergency_number = models.CharField(
        max_length=40, blank=True, help_text="The number to ring for a warning sign in pregnancy."
    )
    maternity_destination = models.CharField(
        max_length=200, blank=True, help_text="Where a warning sign in pregnancy is sent: unit and hospital."
    )
    may_answer_later = models.BooleanField(
        default=False,
        help_text="Made before there was the question about pregnant runners: records without the answer.",
    )
    on_call = models.ForeignKey(
        "clinics.Membership",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The clinician who receives escalations.",
    )
    lead = models.ForeignKey(
        "clinics.Membership",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The clinical lead, told when the on-call clinician doesn't answer.",
    )
    require_one_time_codes = models.BooleanField(
        default=False, help_text="Whoever signs in must have set up an authenticator."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(takes_pregnant_runners=True)
                | ~models.Q(maternity_emergency_number="") & ~models.Q(maternity_destination=""),
                name="who_takes_pregnant_runners_says_where_they_go",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's own time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def missing_from_pathway(self) -> list[str]:
        """The names of the settings without which an emergency has nowhere to go."""
        pathway = {
            "emergency_number": self.emergency_number,
            "emergency_destination": self.emergency_destination,
            "on_call": self.on_call_id or self._has_rota,
            "takes_pregnant_runners": self.takes_pregnant_runners is not None or self.may_answer_later,
        }
        return [name for name, value in pathway.items() if not value]

    @property
    def open_in_pathway(self) -> list[str]:
        """The names of the settings that the lead still has to answer, while recording goes on without."""
        waits = self.takes_pregnant_runners is None and self.may_answer_later
        return ["takes_pregnant_runners"] if waits else []

    @property
    def _has_rota(self) -> bool:
        """Asked only when nobody is on call always: one statement."""
        plan = getattr(self, "on_call_plan", None)
        return plan is not None and bool(plan.shifts)


#: It proves itself by a signature and not by a secret.
PRIVATE_KEY_JWT = "private_key_jwt"


@recorded(values_for="clients:read", leaving_out=("client_secret", "updated"))
class ApiClient(AbstractApplication):
    """An OAuth application that belongs to exactly one clinic, with the scopes it may ask for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)  # type: ignore[assignment]
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="api_clients")
    allowed_scopes = models.TextField(
        blank=True, help_text="Scopes this client may ask for, separated by spaces."
    )
    acts_for = models.ForeignKey(
        "clinics.Membership",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The clinician who answers for what this software acknowledges, unless it names one.",
    )

    secret_changed_at = models.DateTimeField(
        null=True, blank=True, help_text="The secret itself is in no history; that it was changed is."
    )

    # Named as in the toolkit's next release, which brings them; then these three go.
    token_endpoint_auth_method = models.CharField(
        max_length=32, blank=True, default="", db_default="", choices=[(PRIVATE_KEY_JWT, "Signed assertion")]
    )
    client_jwks = models.TextField(
        blank=True, default="", db_default="", help_text="Its public keys, as a JWK Set."
    )
    client_jwks_uri = models.URLField(
        max_length=500, blank=True, default="", db_default="", help_text="Where it publishes them."
    )
    cds_issuer = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="The issuer of its tokens, when it calls CDS Hooks; signed with the same keys.",
    )
    cds_tenant = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="Which of the issuer's organisations it speaks for, where the issuer serves several.",
    )
    cds_proven_keys = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Thumbprints (RFC 7638) of the keys that have signed, as this issuer and tenant, that its "
        "calls are this client's.",
    )
    cds_proven_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last of them did; until then no call is taken."
    )
    cds_patient_system = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="The system of the identifiers in its Patient resources that are our external ids.",
    )

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        verbose_name = "API client"
        # Several clients may name one issuer: whose calls they are is the key's to say, see cds_proven_keys.
        indexes = [
            models.Index(
                fields=["cds_issuer", "cds_tenant"],
                condition=~models.Q(cds_issuer=""),
                name="api_client_by_cds_issuer",
            )
        ]

    def is_usable(self, request: Any) -> bool:  # noqa: ARG002 - the toolkit's signature
        """A client without scopes has been withdrawn: it gets no token, and those it has open nothing."""
        return bool(self.allowed_scopes.strip())

    def __str__(self) -> str:
        return str(self.name or self.client_id)


class Role(models.TextChoices):
    """What a person does in a clinic; ``clinics.identity.permissions`` says what each may do."""

    ADMIN = "admin", "Clinic admin"
    CLINICIAN = "clinician", "Clinician"
    RECEPTION = "reception", "Reception"
    AUDITOR = "auditor", "Auditor"


@recorded(values_for="members:read", leaving_out=("invitation_due_at",))
class Membership(Timestamped):
    """One person's role in one clinic."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(
        max_length=200, blank=True, help_text="What this clinic calls them; their account's name when empty."
    )
    active = models.BooleanField(default=True, help_text="Not once they have left; nothing is deleted.")
    accepted = models.BooleanField(
        default=True, help_text="Not yet between an invitation and its acceptance."
    )
    invitation_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When a mail with the link is to be sent; empty when none is."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="one_membership_per_person_and_clinic")
        ]
        indexes = [
            models.Index(
                fields=["clinic", "invitation_due_at"],
                name="membership_invitation_due",
                condition=models.Q(invitation_due_at__isnull=False),
            ),
            models.Index(fields=["clinic", "updated_at", "id"], name="membership_change_order"),
        ]

    def __str__(self) -> str:
        return f"{self.shown_name} ({self.get_role_display()})"

    @property
    def shown_name(self) -> str:
        """Their name in this clinic: what another one calls them is not this one's to know."""
        return self.name or str(self.user)


class People(UserManager["User"]):
    """Everybody, by their user name or otherwise."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person of a user name, whatever its case: who signs in, and whom a command is about."""
        return self.get(username=self.model.normalize_username(username or ""))


class User(Identified, AbstractUser):  # type: ignore[django-manager-missing] # django_otp carries no types
    """A person; what they may do comes from their membership of a clinic, never from this row.

    Their address is theirs alone: a link that sets a password goes there. So is their user name, which is
    kept in lower case: nobody remembers which letters were capitals, and no two people differ by them.
    """

    objects: ClassVar[People] = People()

    browsers_known_since = models.DateTimeField(
        null=True, blank=True, help_text="Browsers of before it count as strangers' again."
    )

    password_reset_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When a mail with the link is to be sent; empty when none is."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="one_person_per_email", condition=~models.Q(email="")
            ),
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")), name="user_names_have_no_capitals"
            ),
        ]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """The user name as it is stored and compared: one spelling of each letter, no capitals, no margin."""
        return str(super().normalize_username(username)).strip().lower()

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Allowance(models.Model):
    """How many messages of one kind went to a destination on one day (UTC), over all clinics.

    The destination is kept as a keyed hash: the row says nothing about whom a clinic knows.
    """

    kind = models.CharField(max_length=40)
    destination = models.CharField(max_length=64, help_text="A keyed hash of it.")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "destination", "day"], name="one_allowance_per_day")
        ]
        indexes = [models.Index(fields=["day"], name="allowance_age")]

    def __str__(self) -> str:
        return f"Allowance {self.pk}"
