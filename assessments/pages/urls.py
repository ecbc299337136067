"""Routes of the clinical pages, all under /admin/; ids and nothing else travel in them."""

from django.urls import path

from assessments.pages import assess, decide, letters, result, worklist
from assessments.pages.settings import ClinicSettings

urlpatterns = [
    path("worklist/new/", worklist.new_arrivals, name="worklist-arrivals"),
    path("worklist/<uuid:escalation_id>/claim/", worklist.claim, name="worklist-claim"),
    path("worklist/<uuid:escalation_id>/resolve/", worklist.close, name="worklist-resolve"),
    path("patients/<uuid:patient_id>/assess/", assess.assess, name="assess"),
    path("patients/<uuid:patient_id>/assess/decision/", assess.decide_so_far, name="assess-decision"),
    path("assessments/<uuid:assessment_id>/correct/", assess.correct, name="correct-assessment"),
    path("assessments/<uuid:assessment_id>/override/", decide.override, name="override-decision"),
    path("assessments/<uuid:assessment_id>/draft-programme/", result.draft, name="draft-programme"),
    path("programmes/<uuid:programme_id>/release/", result.release, name="release-programme"),
    path("programmes/<uuid:programme_id>/clear/", decide.clear_running, name="clear-programme"),
    path("escalations/<uuid:escalation_id>/letters/", letters.begin, name="begin-letter"),
    path("letters/<uuid:letter_id>/", letters.letter, name="letter"),
    path("letters/<uuid:letter_id>/pdf/", letters.letter_pdf, name="letter-pdf"),
    path("settings/", ClinicSettings.view(), name="clinic-settings"),
]
