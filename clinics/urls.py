"""Routes of a clinic: its API, and the dashboard's own pages, all under /admin/."""

from django.urls import path

from clinics.audit.api import AccessLogView, HistoryView
from clinics.audit.pages.access_log import AccessLogPage
from clinics.audit.pages.history import HistoryPage
from clinics.clients.api import (
    ClientDetail,
    ClientIssuerProof,
    ClientKeys,
    ClientList,
    ClientRevocation,
    ClientSecret,
)
from clinics.clients.pages import ClientPage, ClientsPage
from clinics.members.api import MemberDetail, MemberInvitation, MemberList, MemberUnlocking
from clinics.members.pages import InvitationView, MemberPage, MembersPage
from clinics.practice.api import ClinicView
from clinics.practice.pages import PathwayPage
from clinics.sign_in.pages import one_time_codes, password, reset_password, sign_out
from clinics.sign_in.pages.choose_clinic import choose_clinic

api = [
    path("clinic", ClinicView.as_view(), name="clinic"),
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

pages = [
    path("invitation/<str:sealed>/", InvitationView.as_view(), name="invitation"),
    path("one-time-codes/", one_time_codes.one_time_codes, name="one-time-codes"),
    path("one-time-codes/confirm/", one_time_codes.confirm, name="one-time-codes-confirm"),
    path("one-time-codes/remove/", one_time_codes.remove, name="one-time-codes-remove"),
    path("password_change/", password.change_password, name="change-password"),
    path("password-reset/", reset_password.ask, name="ask-for-password-reset"),
    path("password-reset/<str:sealed>/", reset_password.choose, name="password-reset"),
    path("sign-out-everywhere/", sign_out.everywhere, name="sign-out-everywhere"),
    path("choose-clinic/", choose_clinic, name="choose-clinic"),
    path("settings/pathway/", PathwayPage.view(), name="settings-pathway"),
    path("settings/members/", MembersPage.view(), name="settings-members"),
    path("settings/members/<uuid:member_id>/", MemberPage.view(), name="settings-member"),
    path("settings/clients/", ClientsPage.view(), name="settings-clients"),
    path("settings/clients/<uuid:client_id>/", ClientPage.view(), name="settings-client"),
    path("settings/access-log/", AccessLogPage.view(), name="settings-access-log"),
    path("settings/history/", HistoryPage.view(), name="settings-history"),
]
