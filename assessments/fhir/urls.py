"""Routes of the resources that assessments become."""

from django.urls import path

from assessments.fhir import care_plan, everything, questionnaire, task_views
from assessments.fhir import clinical_impression as impression
from assessments.fhir import questionnaire_response as responses
from assessments.fhir import risk_assessment as decision
from assessments.fhir import service_request as referral

urlpatterns = [
    path("Questionnaire", questionnaire.QuestionnaireSearch.as_view(), name="fhir-questionnaires"),
    path(
        "Questionnaire/$process-response", responses.ProcessResponse.as_view(), name="fhir-process-response"
    ),
    path(
        "Questionnaire/<str:questionnaire_id>",
        questionnaire.QuestionnaireRead.as_view(),
        name="fhir-questionnaire",
    ),
    path("QuestionnaireResponse", responses.Responses.as_view(), name="fhir-responses"),
    path(
        "QuestionnaireResponse/<uuid:assessment_id>", responses.ResponseRead.as_view(), name="fhir-response"
    ),
    path("RiskAssessment", decision.RiskSearch.as_view(), name="fhir-risks"),
    path("RiskAssessment/<uuid:assessment_id>", decision.RiskRead.as_view(), name="fhir-risk"),
    path("ClinicalImpression", impression.ImpressionSearch.as_view(), name="fhir-impressions"),
    path(
        "ClinicalImpression/<uuid:impression_id>", impression.ImpressionRead.as_view(), name="fhir-impression"
    ),
    path("CarePlan", care_plan.PlanSearch.as_view(), name="fhir-plans"),
    path("CarePlan/<uuid:programme_id>", care_plan.PlanRead.as_view(), name="fhir-plan"),
    path("Flag", referral.FlagSearch.as_view(), name="fhir-flags"),
    path("Flag/<uuid:escalation_id>.<str:criterion_id>", referral.FlagRead.as_view(), name="fhir-flag"),
    path("ServiceRequest", referral.RequestSearch.as_view(), name="fhir-requests"),
    path("ServiceRequest/<uuid:escalation_id>", referral.RequestRead.as_view(), name="fhir-request"),
    path("Task", task_views.TaskSearch.as_view(), name="fhir-tasks"),
    path("Task/<uuid:task_id>", task_views.TaskRead.as_view(), name="fhir-task"),
    path("Patient/<uuid:patient_id>/$everything", everything.Everything.as_view(), name="fhir-everything"),
]
