"""Routes of the clinic's own settings."""

from django.urls import path

from clinics.api.on_call import OnCallNowView, OnCallView
from clinics.audit.api import AccessLogView, HistoryView
from clinics.clients.api import (
    ClientDetail,
    ClientIssuerProof,
    ClientKeys,
    ClientList,
    ClientRevocation,
    ClientSecret,
)
from clinics.members.api import MemberDetail, MemberInvitation, MemberList, MemberUnlocking
from clinics.practice.api import ClinicView

urlpatterns = [
    path("clinic", ClinicView.as_view(), name="clinic"),
    path("clinic/on-call", OnCallView.as_view(), name="on-call"),
    path("clinic/on-call/now", OnCallNowView.as_view(), name="on-call-now"),
    path("clinic/access-log", AccessLogView.as_view(), name="access-log"),
    path("clinic/history/<str:kind>", HistoryView.as_view(), name="history"),
    path("clinic/clients", ClientList.as_view(), name="clinic-clients"),
    path("clinic/clients/<uuid:client_id>", ClientDetail.as_view(), name="clinic-client"),
    path(
        "clinic/clients/<uuid:client_id>/rotate-secret", ClientSecret.as_view(), name="clinic-client-secret"
    ),
    path("clinic/clients/<uuid:client_id>/keys", ClientKeys.as_view(), name="clinic-client-keys"),
    path(
        "clinic/clients/<uuid:client_id>/issuer-proof",
        ClientIssuerProof.as_view(),
        name="clinic-client-issuer-proof",
    ),
    path(
        "clinic/clients/<uuid:client_id>/revoke", ClientRevocation.as_view(), name="clinic-client-revocation"
    ),
    path("clinic/members", MemberList.as_view(), name="clinic-members"),
    path("clinic/members/<uuid:member_id>", MemberDetail.as_view(), name="clinic-member"),
    path(
        "clinic/members/<uuid:member_id>/invitation",
        MemberInvitation.as_view(),
        name="clinic-member-invitation",
    ),
    path("clinic/members/<uuid:member_id>/unlock", MemberUnlocking.as_view(), name="clinic-member-unlock"),
]
