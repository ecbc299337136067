"""The dashboard: the record to be read, and the worklist where a clinician takes an escalation on."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Model, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from assessments.decisions.pages.result import result_context
from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation
from assessments.escalations.pages import take_on
from assessments.follow_ups.models import FollowUp
from assessments.letters.pages import letters_context
from assessments.records.models import Assessment
from assessments.records.services import with_versions
from assessments.records.summary import decision_page, decision_words, label, plain, standing, urgency_words
from clinics.dashboard.model_admin import ClinicModelAdmin
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import held, may, member_of
from clinics.identity.visibility import hidden_fields, sees_all, veiled, visible

admin.site.index_template = "assessments/worklist.html"

#: What is open comes first, whatever the urgency of what is not.
_STATE_ORDER = Case(
    When(state=Escalation.State.OPEN, then=Value(0)),
    When(state=Escalation.State.ACKNOWLEDGED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@admin.register(Assessment)
class AssessmentAdmin(ClinicModelAdmin):
    """Decisions with their reasons, newest first."""

    related = "assessments"
    seen_with = Permission.SEE_ASSESSMENTS
    list_display = ("assessed_at", "patient", "decision_in_words", "urgency_in_words")
    list_select_related = ("patient",)
    one_select_related = (
        "clinic",
        "patient",
        "escalation",
        "recorded_by_user",
        "recorded_by_client",
        "supersedes",
    )
    ordering = ("-assessed_at", "id")
    fieldsets = (
        (
            "Record",
            {
                "fields": (
                    "patient",
                    "assessed_at",
                    "assessor_role",
                    "recorded_by",
                    "created_at",
                    "reasons_unknown",
                    "protocol",
                )
            },
        ),
    )
    readonly_fields = ("recorded_by", "reasons_unknown", "protocol")
    change_form_outer_before_template = "assessments/result.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what was decided since."""
        return with_versions(super().get_queryset(request))

    @display(description="Decision")  # type: ignore[untyped-decorator]
    def decision_in_words(self, assessment: Assessment) -> str:
        """The decision that holds as a sentence."""
        held = standing(assessment)
        words = held["decision"] or decision_words(assessment.evaluation)
        return f"Superseded: {words}" if held["superseded_by"] else words

    @display(description="Urgency")  # type: ignore[untyped-decorator]
    def urgency_in_words(self, assessment: Assessment) -> str:
        """The urgency that holds in words."""
        if urgency := standing(assessment)["urgency"]:
            return str(urgency)
        at_least = assessment.evaluation["urgency_is_lower_bound"]
        return urgency_words(assessment.urgency, at_least=at_least)

    @display(description="Recorded by")  # type: ignore[untyped-decorator]
    def recorded_by(self, assessment: Assessment) -> str:
        """The person or the software."""
        return str(assessment.recorded_by_user or assessment.recorded_by_client)

    @display(description="Why answers are unknown")  # type: ignore[untyped-decorator]
    def reasons_unknown(self, assessment: Assessment) -> str:
        """The reasons that were given, question by question."""
        given = (f"{label(name)}: {plain(code)}" for name, code in assessment.absent_reasons.items())
        return "; ".join(given) or "no reasons were given"

    @display(description="Protocol")  # type: ignore[untyped-decorator]
    def protocol(self, assessment: Assessment) -> str:
        """Version, and the hash that identifies its rules and parameters."""
        return f"{assessment.protocol_version} ({assessment.protocol_hash})"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Add the result: decision, programme, and what may be done about it."""
        context |= result_context(request, obj)
        response: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return response


@admin.register(Escalation)
class EscalationAdmin(ClinicModelAdmin):
    """The worklist: open ones first, then by urgency, then longest waiting."""

    related = "escalations"
    seen_with = Permission.SEE_ESCALATIONS
    list_display = ("urgency_in_words", "state", "patient", "opened_at", "acknowledge_by", "acknowledged_by")
    list_filter = ("state", "urgency")
    list_select_related = ("patient", "acknowledged_by__user")
    one_select_related = (
        "assessment__clinic",
        "clinic",
        "patient",
        "acknowledged_by__user",
        "resolved_by__user",
        "superseded_by",
    )
    ordering = (_STATE_ORDER, "-urgency_rank", "opened_at", "id")
    fields = (
        "patient",
        "assessment",
        "urgency_in_words",
        "state",
        "opened_at",
        "notified_at",
        "acknowledge_by",
        "breached_at",
        "acknowledged_at",
        "acknowledged_by",
        "resolved_at",
        "resolved_by",
        "outcome_code",
        "outcome",
        "superseded_by",
        "round",
        "next_attempt_at",
        "last_error",
    )
    readonly_fields = ("urgency_in_words",)
    change_form_outer_before_template = "assessments/escalation.html"

    @display(description="Urgency")  # type: ignore[untyped-decorator]
    def urgency_in_words(self, escalation: Escalation) -> str:
        """The urgency in words."""
        return urgency_words(escalation.urgency)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Add the reasons, and the button for whoever may take it on."""
        may_acknowledge = obj.state == Escalation.State.OPEN and may(request, Permission.ACT_ON_ESCALATIONS)
        context |= {"page": decision_page(obj.assessment), "may_acknowledge": may_acknowledge}
        context |= letters_context(request, obj)
        response: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        """One more page: the acknowledgement."""
        view = self.admin_site.admin_view(self.acknowledge_view)
        own = [path("<uuid:object_id>/acknowledge/", view, name="assessments_escalation_acknowledge")]
        return [*own, *super().get_urls()]

    def acknowledge_view(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Take it on as the signed-in member. POST only: a link that is followed must change nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        member = member_of(request)
        if member is None or not may(request, Permission.ACT_ON_ESCALATIONS):
            raise PermissionDenied
        shown = take_on(request, member, object_id)
        return HttpResponseRedirect(reverse("admin:assessments_escalation_change", args=[shown]))


@admin.register(FollowUp)
class FollowUpAdmin(ClinicModelAdmin):
    """Checks and reviews, soonest due first; of a referral only what the rule of visibility shows."""

    related = "follow_ups"
    seen_with = Permission.SEE_FOLLOW_UPS
    list_display = ("kind", "state", "patient", "due_at", "overdue_at", "permission_lapses_at")
    list_filter = ("state", "kind")
    list_select_related = ("patient",)
    ordering = ("due_at", "id")
    fields = (
        "patient",
        "kind",
        "urgency",
        "state",
        "opens_at",
        "due_at",
        "overdue_at",
        "permission_lapses_at",
        "cancelled_because",
        "answered_at",
        "result",
        "result_at",
        "result_by",
        "round",
        "next_attempt_at",
        "last_error",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that the person may see: lists, filters and counts come after it."""
        return visible(super().get_queryset(request), held(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """One of them, without the fields that the person may not see."""
        found = super().get_object(request, object_id, from_field)
        return veiled(found, held(request)) if found else None

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Those that the person may see."""
        hidden = hidden_fields(FollowUp, held(request))
        return [name for name in super().get_fields(request, obj) if name not in hidden]

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        """The kinds name referrals; who sees none filters by state alone."""
        return self.list_filter if sees_all(FollowUp, held(request)) else ("state",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What isn't shown can't be asked for either: no ``kind__regex``, no ``result__startswith``."""
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed and (sees_all(FollowUp, held(request)) or lookup.partition("__")[0] == "state")


@admin.register(Delivery)
class DeliveryAdmin(ClinicModelAdmin):
    """What was sent to whom, newest first."""

    related = "deliveries"
    seen_with = Permission.SEE_DELIVERIES
    list_display = ("created_at", "state", "channel", "name", "address", "attempts", "sent_at")
    list_filter = ("state",)
    ordering = ("-created_at", "id")
    fields = (
        "escalation",
        "follow_up",
        "round",
        "channel",
        "name",
        "address",
        "state",
        "attempts",
        "error",
        "sent_at",
        "created_at",
    )
