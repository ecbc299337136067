"""Routes of CDS Hooks, below the service's own address."""

from django.urls import path

from assessments.cds.feedback import FeedbackView
from assessments.cds.views import Discovery, Service

urlpatterns = [
    path("cds-services", Discovery.as_view(), name="cds-services"),
    path("cds-services/<str:service_id>", Service.as_view(), name="cds-service"),
    path("cds-services/<str:service_id>/feedback", FeedbackView.as_view(), name="cds-feedback"),
]
