"""Who does something: software of a clinic, a person through it, or a person in the dashboard."""

from dataclasses import dataclass

from clinics.models import ApiClient, Membership, User


@dataclass(frozen=True, slots=True)
class Actor:
    """The credential behind a change: at least one of client and user; neither is a runner with a link."""

    client: ApiClient | None = None
    user: User | None = None


@dataclass(frozen=True, slots=True)
class NamedClinician:
    """The member who answers for a step, and the software it came through (``None``: the dashboard)."""

    member: Membership
    through: ApiClient | None = None
