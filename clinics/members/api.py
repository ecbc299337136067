"""The clinic's people: invited, given a role, let go; never deleted."""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.fields import EmailField, StrictSerializer, TextField, TrueOrFalseField, WordField
from backend.platform.api.pagination import PagedList
from backend.platform.api.problems import FieldProblem, Problem
from clinics.api.views import ClinicAPIView, beyond_own, spent
from clinics.identity.allowances import AllowanceSpentError
from clinics.identity.models import Clinic, Membership, Role
from clinics.identity.permissions import BeyondOwnError
from clinics.members.services.change_member import LastAdminError, StillNeededError, change_member
from clinics.members.services.invitations import (
    AlreadyMemberError,
    NothingToAcceptError,
    invite_again,
    invite_member,
)
from clinics.members.services.unlock_member import unlock_member


@extend_schema_serializer(component_name="Invitation")
class InvitationSerializer(StrictSerializer):
    """Somebody to be invited. They set their own password with the link that they get by mail."""

    email = EmailField(max_length=150, help_text="Where the link goes; in any case.")
    name = TextField(max_length=200, help_text="What your clinic calls them.")
    role = WordField("Role", Role)


@extend_schema_serializer(component_name="ClinicMember")
class ClinicMemberSerializer(StrictSerializer):
    """A person's place in the clinic."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True, source="shown_name")
    email = serializers.SerializerMethodField()
    role = WordField("Role", Role)
    active = TrueOrFalseField(help_text="false lets them go: sessions and tokens end at once.")
    accepted = serializers.BooleanField(
        read_only=True, help_text="Whether they have followed the link of the invitation."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def get_email(self, member: Membership) -> str:
        """Where their messages go."""
        return member.user.email.lower()


INVITATION = InvitationSerializer()
MEMBER = ClinicMemberSerializer()
MEMBER_CHANGES = ClinicMemberSerializer(partial=True)

_NEEDED = {
    "on_call": "Escalations go to them: name somebody else as emergency_pathway.on_call of the clinic first.",
    "on_call_plan": "They are in the on-call plan: take them out of it (PUT /api/v1/clinic/on-call) first.",
    "lead": "They are the clinical lead: change emergency_pathway.lead of the clinic first.",
}


def member_document(member: Membership) -> dict[str, Any]:
    """A member as every answer shows them."""
    return dict(MEMBER.to_representation(member))


class MembersView(ClinicAPIView):
    """What the views of members share."""

    resource = "members"
    logs_reads = False

    def locked(self, member_id: uuid.UUID) -> Membership:
        """The member, locked; other clinics' are not found."""
        return get_object_or_404(
            self.clinic.members.select_related("user").select_for_update(of=("self",)), pk=member_id
        )

    def represented(self, member_id: uuid.UUID, *, status: int = 200) -> Response:
        """The member as they are now."""
        member = get_object_or_404(self.clinic.members.select_related("user"), pk=member_id)
        address = self.request.build_absolute_uri(reverse("clinic-member", args=[member.id]))
        headers = {"Location": address} if status == 201 else {}
        return Response(member_document(member), status=status, headers=headers)


class MemberList(PagedList, MembersView):
    """All members, and invitations."""

    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listMembers",
        summary="List the clinic's people, the least recently changed first",
        responses=ClinicMemberSerializer(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Those who were invited and those who have left are among them."""
        return self.page(self.clinic.members.select_related("user"), self.read_query(), member_document)

    @extend_schema(
        operation_id="inviteMember",
        summary="Invite somebody to the clinic",
        request=InvitationSerializer,
        responses={201: ClinicMemberSerializer},
    )
    def post(self, request: Request) -> Response:
        """They get a link by mail, good for three days and one use, and count once they have followed it.

        The answer is the same whether or not they have an account already. A role that allows more than your
        own token does is refused.
        """
        details = INVITATION.run_validation(request.data)
        try:
            member = invite_member(
                clinic=self.clinic, held=self.principal.scopes, now=timezone.now(), **details
            )
        except BeyondOwnError as exc:
            raise beyond_own("/role", exc) from None
        except AlreadyMemberError:
            wrong = FieldProblem("/email", "not_unique", "A member of the clinic has this address.")
            raise Problem("conflict", wrong.detail, errors=[wrong]) from None
        return self.represented(member.id, status=201)

    def show_again(self, reference: uuid.UUID) -> Response:
        """Who was invited, as they are now."""
        return self.represented(reference, status=201)


class MemberDetail(Conditional, MembersView):
    """One member."""

    needs_if_match = frozenset({"PATCH"})
    conflicts = {"PATCH": ("conflict",)}

    @extend_schema(operation_id="getMember", summary="Read a member", responses=ClinicMemberSerializer)
    def get(self, request: Request, member_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With the ETag that a change needs."""
        member = get_object_or_404(self.clinic.members.select_related("user"), pk=member_id)
        return self.represent(member_document(member))

    @extend_schema(
        operation_id="updateMember",
        summary="Give a member another role, or let them go",
        request=ClinicMemberSerializer,
        responses=ClinicMemberSerializer,
    )
    def patch(self, request: Request, member_id: uuid.UUID) -> Response:
        """The last admin stays, and whoever is on call or lead stays a clinician who can be reached.

        Name, address and password are the person's own: no clinic changes them.
        """
        clinic = Clinic.objects.select_for_update().get(pk=self.clinic.pk)
        member = self.locked(member_id)
        check_if_match(request, member_document(member))
        changes = MEMBER_CHANGES.run_validation(request.data)
        try:
            change_member(
                clinic=clinic,
                member=member,
                held=self.principal.scopes,
                changes=changes,
                now=timezone.now(),
            )
        except BeyondOwnError as exc:
            raise beyond_own("/role", exc) from None
        except LastAdminError:
            raise Problem("conflict", "They are the last admin: make somebody else one first.") from None
        except StillNeededError as exc:
            raise Problem("conflict", _NEEDED[exc.field]) from None
        return self.represent(member_document(member))


class MemberInvitation(MembersView):
    """The invitation of one member."""

    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="inviteMemberAgain",
        summary="Send the link of an invitation again",
        request=None,
        responses=ClinicMemberSerializer,
    )
    def post(self, request: Request, member_id: uuid.UUID) -> Response:  # noqa: ARG002
        """For somebody who lost it or came too late."""
        member = self.locked(member_id)
        try:
            invite_again(member=member, held=self.principal.scopes, now=timezone.now())
        except BeyondOwnError as exc:
            raise beyond_own("", exc) from None
        except NothingToAcceptError:
            raise Problem("conflict", "They have accepted already, or have left.") from None
        return self.represented(member.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The member, as they are now."""
        return self.represented(reference)


class MemberUnlocking(MembersView):
    """The end of a lockout."""

    @extend_schema(
        operation_id="unlockMember",
        summary="Let in a member who is locked out after wrong passwords",
        request=None,
        responses=ClinicMemberSerializer,
    )
    def post(self, request: Request, member_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Wrong attempts to sign in as them are forgotten; their password is asked for as before.

        A browser in which they have signed in before is never locked by somebody else. Five times a day for
        one member.
        """
        member = self.locked(member_id)
        try:
            unlock_member(member=member, held=self.principal.scopes, now=timezone.now())
        except BeyondOwnError as exc:
            raise beyond_own("", exc) from None
        except AllowanceSpentError as exc:
            raise spent(exc, timezone.now()) from None
        return self.represented(member.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The member, as they are now."""
        return self.represented(reference)
