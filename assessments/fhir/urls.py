"""Routes of the resources that assessments become."""

from django.urls import path

from assessments.fhir import (
    care_plan,
    clinical_impression,
    everything,
    questionnaire,
    questionnaire_response,
    risk_assessment,
    service_request,
    task_views,
)

urlpatterns = [
    path("Questionnaire", questionnaire.QuestionnaireSearch.as_view(), name="fhir-questionnaires"),
    path(
        "Questionnaire/$process-response",
        questionnaire_response.ProcessResponse.as_view(),
        name="fhir-process-response",
    ),
    path(
        "Questionnaire/<str:questionnaire_id>",
        questionnaire.QuestionnaireRead.as_view(),
        name="fhir-questionnaire",
    ),
    path("QuestionnaireResponse", questionnaire_response.Responses.as_view(), name="fhir-responses"),
    path(
        "QuestionnaireResponse/<uuid:assessment_id>",
        questionnaire_response.ResponseRead.as_view(),
        name="fhir-response",
    ),
    path("RiskAssessment", risk_assessment.RiskSearch.as_view(), name="fhir-risks"),
    path("RiskAssessment/<uuid:assessment_id>", risk_assessment.RiskRead.as_view(), name="fhir-risk"),
    path("ClinicalImpression", clinical_impression.ImpressionSearch.as_view(), name="fhir-impressions"),
    path(
        "ClinicalImpression/<uuid:impression_id>",
        clinical_impression.ImpressionRead.as_view(),
        name="fhir-impression",
    ),
    path("CarePlan", care_plan.PlanSearch.as_view(), name="fhir-plans"),
    path("CarePlan/<uuid:programme_id>", care_plan.PlanRead.as_view(), name="fhir-plan"),
    path("Flag", service_request.FlagSearch.as_view(), name="fhir-flags"),
    path(
        "Flag/<uuid:escalation_id>.<str:criterion_id>", service_request.FlagRead.as_view(), name="fhir-flag"
    ),
    path("ServiceRequest", service_request.RequestSearch.as_view(), name="fhir-requests"),
    path("ServiceRequest/<uuid:escalation_id>", service_request.RequestRead.as_view(), name="fhir-request"),
    path("Task", task_views.TaskSearch.as_view(), name="fhir-tasks"),
    path("Task/<uuid:task_id>", task_views.TaskRead.as_view(), name="fhir-task"),
    path("Patient/<uuid:patient_id>/$everything", everything.Everything.as_view(), name="fhir-everything"),
]
