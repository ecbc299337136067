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
from clinics.api.views import ClinicAPIView
from clinics.identity.models import Clinic, Membership, Role
from clinics.members.services.change_member import change_member
from clinics.members.services.invitations import (
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
        member = invite_member(clinic=self.clinic, held=self.principal.scopes, now=timezone.now(), **details)
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
        change_member(
            clinic=clinic, member=member, held=self.principal.scopes, changes=changes, now=timezone.now()
        )
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
        invite_again(member=member, held=self.principal.scopes, now=timezone.now())
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
        unlock_member(member=member, held=self.principal.scopes, now=timezone.now())
        return self.represented(member.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The member, as they are now."""
        return self.represented(reference)
