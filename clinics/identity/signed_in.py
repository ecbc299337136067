"""Who looks at a page: the signed-in person as a member of the clinic that the request runs in."""

from django.http import HttpRequest

from clinics.identity.clinicians import WORKS
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission, permissions_of


def member_of(request: HttpRequest) -> Membership | None:
    """The signed-in person's membership of the clinic that the request runs in; read once a request."""
    clinic_id = getattr(request, "clinic_id", None)
    if clinic_id is None or request.user.pk is None:
        return None
    if not hasattr(request, "member"):
        members = Membership.objects.filter(clinic_id=clinic_id, user_id=request.user.pk, **WORKS)
        request.member = members.select_related("clinic", "user").first()  # type: ignore[attr-defined]
    member: Membership | None = request.member  # type: ignore[attr-defined]
    return member


def held(request: HttpRequest) -> frozenset[Permission]:
    """Everything that the signed-in person's role allows; nothing for somebody without a clinic."""
    member = member_of(request)
    return permissions_of(member.role) if member else frozenset()


def may(request: HttpRequest, permission: Permission) -> bool:
    """Whether the signed-in person's role allows it."""
    return permission in held(request)


def lacks_code(request: HttpRequest) -> bool:
    """Whether the clinic requires one-time codes and this session began without one."""
    member = member_of(request)
    return member is not None and member.clinic.require_one_time_codes and not _verified(request)


def _verified(request: HttpRequest) -> bool:
    return getattr(request.user, "otp_device", None) is not None
