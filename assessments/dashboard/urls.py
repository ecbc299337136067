"""Routes of the clinical pages, all under /admin/; ids and nothing else travel in them."""

from django.contrib import admin
from django.urls import path

from assessments.dashboard.pages import worklist
from assessments.dashboard.pages.archive import archive
from assessments.dashboard.pages.intended_purpose import IntendedPurposePage
from assessments.dashboard.pages.runner import patient
from assessments.dashboard.pages.settings import ClinicSettings
from assessments.decisions.pages import assess, decide, result
from assessments.escalations import pages as escalations
from assessments.escalations.channels.pages import ChannelPage, ChannelsPage
from assessments.escalations.on_call.pages import on_call_page
from assessments.letters import pages as letters
from assessments.parameters.pages.parameters import ParametersPage, PreviewPage
from assessments.parameters.pages.protocol import ProtocolPage
from assessments.programmes.pages import plan, programme, programme_pdf
from assessments.webhooks.pages import WebhookPage, WebhooksPage

urlpatterns = [
    path("intended-purpose/", IntendedPurposePage.view(), name="intended-purpose"),
    path("settings/rota/", admin.site.admin_view(on_call_page), name="settings-rota"),
    path("worklist/new/", worklist.new_arrivals, name="worklist-arrivals"),
    path("worklist/<uuid:escalation_id>/claim/", worklist.claim, name="worklist-claim"),
    path("worklist/<uuid:escalation_id>/resolve/", escalations.close, name="worklist-resolve"),
    path("patients/<uuid:patient_id>/", patient, name="patient-page"),
    path("patients/<uuid:patient_id>/archive/", archive, name="archive-patient"),
    path("patients/<uuid:patient_id>/assess/", assess.assess, name="assess"),
    path("patients/<uuid:patient_id>/assess/decision/", assess.decide_so_far, name="assess-decision"),
    path("assessments/<uuid:assessment_id>/correct/", assess.correct, name="correct-assessment"),
    path("assessments/<uuid:assessment_id>/override/", decide.override, name="override-decision"),
    path("assessments/<uuid:assessment_id>/draft-programme/", result.draft, name="draft-programme"),
    path("programmes/<uuid:programme_id>/release/", result.release, name="release-programme"),
    path("programmes/<uuid:programme_id>/clear/", decide.clear_running, name="clear-programme"),
    path("programmes/<uuid:programme_id>/sheet/", programme, name="programme-sheet"),
    path("programmes/<uuid:programme_id>/sheet/pdf/", programme_pdf, name="programme-sheet-pdf"),
    path("assessments/<uuid:assessment_id>/sheet/", plan, name="plan-sheet"),
    path("escalations/<uuid:escalation_id>/letters/", letters.begin, name="begin-letter"),
    path("letters/<uuid:letter_id>/", letters.letter, name="letter"),
    path("letters/<uuid:letter_id>/pdf/", letters.letter_pdf, name="letter-pdf"),
    path("settings/", ClinicSettings.view(), name="clinic-settings"),
    path("settings/channels/", ChannelsPage.view(), name="settings-channels"),
    path("settings/channels/<uuid:service_id>/", ChannelPage.view(), name="settings-channel"),
    path("settings/webhooks/", WebhooksPage.view(), name="settings-webhooks"),
    path("settings/webhooks/<uuid:endpoint_id>/", WebhookPage.view(), name="settings-webhook"),
    path("settings/parameters/", ParametersPage.view(), name="settings-parameters"),
    path(
        "settings/parameters/previews/<uuid:preview_id>/",
        PreviewPage.view(),
        name="settings-parameter-preview",
    ),
    path("settings/protocol/", ProtocolPage.view(), name="settings-protocol"),
]
