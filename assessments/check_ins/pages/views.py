"""The page behind a check-in link. The link is the only authority: no cookie and no session to borrow."""

import datetime as dt
import time
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from assessments.check_ins.pages.form import Form, form_for
from assessments.check_ins.pages.outcome import link_from_here, outcome_of
from assessments.check_ins.services.links import (
    Opened,
    answer_by_link,
    opened_link,
    requests_left,
    sent_by,
)
from assessments.decisions.services.submit import PathwayIncompleteError, Submission
from assessments.follow_ups.models import FollowUp
from assessments.programmes.sheet.words import REVIEWS
from assessments.protocol import InvalidAnswers, evaluate
from assessments.protocol.vocabulary import AssessorRole
from assessments.records.what_follows import safety_net_of
from backend.platform.refusals import Refusal
from clinics.access_log.services import log_access
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic

#: Sent with every page: nobody keeps it, indexes it, or learns its address by being linked from it.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
ELSEWHERE = frozenset({"cross-site", "same-site"})
SELF_REPORT = AssessorRole.PATIENT_SELF_REPORT.value
NOT_TAKEN = (PathwayIncompleteError, InvalidAnswers, OperationalError, InterfaceError)


@method_decorator([csrf_exempt, sensitive_post_parameters()], name="dispatch")
class CheckInView(View):
    """Shows the questions of one follow-up; a POST answers them.

    Without a cookie there is no authority that another site's form could borrow, so there is no CSRF token
    that a runner's browser could lose; a form that another site sends is refused all the same.
    """

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Every way in which a link can be over is one page, which says whom to call."""
        if not requests_left(kwargs["token"], answers=request.method == "POST", now=time.time()):
            return _over(request, None, "Too many attempts", HTTPStatus.TOO_MANY_REQUESTS)
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in ELSEWHERE:
            return _over(request, None, "Your answers were not taken", HTTPStatus.FORBIDDEN)
        try:
            return super().dispatch(request, *args, **kwargs)
        except NOT_TAKEN:
            return _over(request, None, "Your answers were not taken", HTTPStatus.SERVICE_UNAVAILABLE)
        except Refusal as exc:
            return _over(
                request, getattr(exc, "clinic", None), "This link is no longer good", HTTPStatus.GONE
            )

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing: mail servers and messengers follow links too."""
        with opened_link(token, now=timezone.now()) as opened:
            return _form_page(request, opened, form_for(opened.follow_up, now=timezone.now()))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Record the answers and say what follows; a second tap hears the same, a correction is heard too."""
        now = timezone.now()
        with opened_link(token, now=now, again=True) as opened:
            form = form_for(opened.follow_up, request.POST, now=now)
            if form.errors and not _alarming(form, now, opened.clinic.zone):
                return _form_page(request, opened, form, HTTPStatus.UNPROCESSABLE_ENTITY)
            sent, _ = answer_by_link(token, submission=_submission(opened.follow_up, form, now), now=now)
            return _outcome_page(request, sent, now)


def _submission(follow_up: FollowUp, form: Form, now: dt.datetime) -> Submission:
    return Submission(
        follow_up.patient_id, now, SELF_REPORT, form.answers(), absent_reasons=form.absent_reasons()
    )


def _alarming(form: Form, now: dt.datetime, zone: dt.tzinfo) -> bool:
    """Whether what is answered already calls for a referral: then no open question holds it up."""
    evaluation = evaluate(form.answers(), assessed_at=now, zone=zone, assessor_role=SELF_REPORT)
    return any(met.id.startswith("RF-") for met in evaluation.criteria_met)


def _form_page(
    request: HttpRequest, opened: Opened, form: Form, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "clinic": opened.clinic,
        "title": REVIEWS[opened.follow_up.kind],
        "form": form,
        "safety_net": safety_net_of(opened.clinic, opened.follow_up.assessment.answers),
    }
    return _noted(request, opened, _page(request, "assessments/check_in.html", context, status))


def _outcome_page(request: HttpRequest, opened: Opened, now: dt.datetime) -> HttpResponse:
    answered = sent_by(opened)
    context = {
        "clinic": opened.clinic,
        "outcome": outcome_of(opened.clinic, answered, now=now),
        "link": link_from_here(opened),
        "safety_net": safety_net_of(opened.clinic, answered.answers),
    }
    return _noted(request, opened, _page(request, "assessments/check_in_done.html", context, HTTPStatus.OK))


def _noted(request: HttpRequest, opened: Opened, page: HttpResponse) -> HttpResponse:
    """The page, with the note that whoever has the link saw it: a person of the clinic it is not."""
    log_access(
        clinic=opened.clinic,
        actor=Actor(),
        patients=[opened.follow_up.patient_id],
        action=f"{request.method} check-in",
        purpose="",
        request_id=request.META.get("REQUEST_ID", ""),
        now=timezone.now(),
    )
    return page


def _over(request: HttpRequest, clinic: Clinic | None, title: str, status: HTTPStatus) -> HttpResponse:
    """Whom to call, and nothing about anybody."""
    context = {"clinic": clinic, "title": title, "safety_net": safety_net_of(clinic, {})}
    return _page(request, "assessments/check_in_over.html", context, status)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    response = render(request, template, context, status=status)
    for name, value in HEADERS.items():
        response[name] = value
    return response
