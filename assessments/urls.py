"""Routes of what the service exists for: its API, and CDS Hooks below the service's own address."""

from django.urls import path

from assessments.cds.feedback import FeedbackView
from assessments.cds.views import Discovery, Service
from assessments.check_ins.api import follow_ups
from assessments.check_ins.api import links as check_in_links
from assessments.decisions.api import amendments, assessments, overrides
from assessments.escalations import api as escalations
from assessments.escalations.channels import api as on_call_services
from assessments.escalations.on_call.api import OnCallNowView, OnCallView
from assessments.exports.api import changes, exports
from assessments.follow_ups.api import FollowUpsView, FollowUpView
from assessments.outcomes import api as outcomes
from assessments.parameters.api import parameters, protocols
from assessments.privacy import api as erasure
from assessments.programmes.api import base as run_permission
from assessments.programmes.api import exercises, programmes, sheets, shoes
from assessments.programmes.api import runs as programme_runs
from assessments.programmes.api import steps as programme_steps
from assessments.timeline.api import escalation_history, timeline
from assessments.webhooks.api import deliveries as webhook_deliveries
from assessments.webhooks.api import endpoints as webhook_endpoints

api = [
    path("clinic/on-call", OnCallView.as_view(), name="on-call"),
    path("clinic/on-call/now", OnCallNowView.as_view(), name="on-call-now"),
    path("evaluations", assessments.EvaluationsView.as_view(), name="evaluations"),
    path("assessments", assessments.AssessmentsView.as_view(), name="assessments"),
    path("assessments/<uuid:assessment_id>", assessments.AssessmentView.as_view(), name="assessment"),
    path(
        "assessments/<uuid:assessment_id>/amendments", amendments.AmendmentsView.as_view(), name="amendments"
    ),
    path(
        "assessments/<uuid:assessment_id>/confirmation",
        amendments.ConfirmationView.as_view(),
        name="confirmation",
    ),
    path("assessments/<uuid:assessment_id>/overrides", overrides.OverridesView.as_view(), name="overrides"),
    path("patients/<uuid:patient_id>/timeline", timeline.TimelineView.as_view(), name="patient-timeline"),
    path("patients/<uuid:patient_id>/erasure", erasure.ErasureView.as_view(), name="patient-erasure"),
    path(
        "patients/<uuid:patient_id>/run-permission",
        run_permission.RunPermissionView.as_view(),
        name="run-permission",
    ),
    path("changes", changes.ChangesView.as_view(), name="changes"),
    path("exports", exports.ExportsView.as_view(), name="exports"),
    path("exports/<uuid:export_id>", exports.OneExportView.as_view(), name="export"),
    path("exports/<uuid:export_id>/result", exports.ExportResultView.as_view(), name="export-result"),
    path("assessments/<uuid:assessment_id>/plan", programmes.PlanView.as_view(), name="plan"),
    path("assessments/<uuid:assessment_id>/plan/print", sheets.PlanPrintView.as_view(), name="plan-print"),
    path("assessments/<uuid:assessment_id>/plan/pdf", sheets.PlanPdfView.as_view(), name="plan-pdf"),
    path("programmes", programmes.ProgrammesView.as_view(), name="programmes"),
    path("programmes/<uuid:programme_id>", programmes.OneProgrammeView.as_view(), name="programme"),
    path("programmes/<uuid:programme_id>/print", sheets.ProgrammePrintView.as_view(), name="programme-print"),
    path("programmes/<uuid:programme_id>/pdf", sheets.ProgrammePdfView.as_view(), name="programme-pdf"),
    path("programmes/<uuid:programme_id>/session", programmes.SessionView.as_view(), name="session"),
    path("programmes/<uuid:programme_id>/load", programmes.LoadView.as_view(), name="load"),
    path("programmes/<uuid:programme_id>/events", programmes.EventsView.as_view(), name="programme-events"),
    path("programmes/<uuid:programme_id>/runs", programme_runs.RunsView.as_view(), name="runs"),
    path("programmes/<uuid:programme_id>/exercises", exercises.ExerciseLogsView.as_view(), name="exercises"),
    path("programmes/<uuid:programme_id>/adherence", exercises.AdherenceView.as_view(), name="adherence"),
    path("patients/<uuid:patient_id>/shoes", shoes.ShoesView.as_view(), name="shoes"),
    path("patients/<uuid:patient_id>/shoes/<uuid:shoe_id>", shoes.ShoeView.as_view(), name="shoe"),
    *(
        path(f"programmes/<uuid:programme_id>/{step}", view.as_view(), name=f"programme-{step}")
        for step, view in programme_steps.STEPS.items()
    ),
    path("protocols", protocols.ProtocolsView.as_view(), name="protocols"),
    path("protocols/<str:version>", protocols.ProtocolView.as_view(), name="protocol"),
    path("escalations", escalations.EscalationsView.as_view(), name="escalations"),
    path("escalations/<uuid:escalation_id>", escalations.EscalationView.as_view(), name="escalation"),
    path(
        "escalations/<uuid:escalation_id>/history",
        escalation_history.EscalationHistoryView.as_view(),
        name="escalation-history",
    ),
    path(
        "escalations/<uuid:escalation_id>/acknowledge",
        escalations.AcknowledgeView.as_view(),
        name="acknowledge",
    ),
    path("escalations/<uuid:escalation_id>/resolve", escalations.ResolveView.as_view(), name="resolve"),
    path("escalations/<uuid:escalation_id>/reopen", escalations.ReopenView.as_view(), name="reopen"),
    path("clinic/on-call-services", on_call_services.OnCallServices.as_view(), name="on-call-services"),
    path(
        "clinic/on-call-services/<uuid:service_id>",
        on_call_services.OnCallServiceDetail.as_view(),
        name="on-call-service",
    ),
    path(
        "clinic/on-call-services/<uuid:service_id>/test",
        on_call_services.OnCallServiceTestView.as_view(),
        name="on-call-service-test",
    ),
    path("clinic/parameters", parameters.ParametersView.as_view(), name="parameters"),
    path("clinic/parameters/sets", parameters.ParameterSetsView.as_view(), name="parameter-sets"),
    path("clinic/parameters/previews", parameters.ParameterPreviewsView.as_view(), name="parameter-previews"),
    path(
        "clinic/parameters/previews/<uuid:preview_id>",
        parameters.ParameterPreviewView.as_view(),
        name="parameter-preview",
    ),
    path("clinic/outcomes", outcomes.OutcomesView.as_view(), name="outcomes"),
    path("clinic/outcomes.csv", outcomes.OutcomesCsvView.as_view(), name="outcomes-csv"),
    path("webhook-endpoints", webhook_endpoints.WebhookEndpoints.as_view(), name="webhook-endpoints"),
    path(
        "webhook-endpoints/<uuid:endpoint_id>",
        webhook_endpoints.WebhookEndpointDetail.as_view(),
        name="webhook-endpoint",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/rotate-secret",
        webhook_endpoints.WebhookEndpointSecret.as_view(),
        name="webhook-secret",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/test",
        webhook_deliveries.WebhookTest.as_view(),
        name="webhook-test",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/redeliver",
        webhook_deliveries.WebhookRedeliveries.as_view(),
        name="webhook-redeliveries",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries",
        webhook_deliveries.WebhookDeliveries.as_view(),
        name="webhook-deliveries",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>",
        webhook_deliveries.WebhookDeliveryDetail.as_view(),
        name="webhook-delivery",
    ),
    path(
        "webhook-endpoints/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/redeliver",
        webhook_deliveries.WebhookRedelivery.as_view(),
        name="webhook-redelivery",
    ),
    path("follow-ups", FollowUpsView.as_view(), name="follow-ups"),
    path("follow-ups/<uuid:follow_up_id>", FollowUpView.as_view(), name="follow-up"),
    path(
        "follow-ups/<uuid:follow_up_id>/check-in-link",
        check_in_links.CheckInLinkView.as_view(),
        name="check-in-link",
    ),
    path(
        "follow-ups/<uuid:follow_up_id>/response",
        follow_ups.FollowUpResponseView.as_view(),
        name="follow-up-response",
    ),
    path(
        "follow-ups/<uuid:follow_up_id>/result",
        follow_ups.FollowUpResultView.as_view(),
        name="follow-up-result",
    ),
]

cds = [
    path("cds-services", Discovery.as_view(), name="cds-services"),
    path("cds-services/<str:service_id>", Service.as_view(), name="cds-service"),
    path("cds-services/<str:service_id>/feedback", FeedbackView.as_view(), name="cds-feedback"),
]
