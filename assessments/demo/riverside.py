"""Riverside Physiotherapy: carrying on, adjusting, stopping, a referral and an emergency."""

from datetime import date, timedelta

from assessments.demo.story import MAN, NO_RUN, ClinicStory, Person, Runner, Visit
from assessments.escalations.models import Outcome
from assessments.follow_ups.models import FollowUpKind

RUNNERS = (
    # Sore the morning after (minor adjustment), then a clean check, then clear to carry on.
    Runner(
        "RS-1001",
        "Maya",
        "Lindqvist",
        date(1987, 4, 12),
        (
            Visit(timedelta(days=9), {"pain_next_day_nrs": 3, "hours_to_settle": 4}),
            Visit(timedelta(days=8), answers="check_24_hours"),
            Visit(timedelta(hours=5), {"episode_duration_days": 21, "trend": "improving"}),
        ),
        profile={"usual_weekly_km": 25},
    ),
    # A rise of 4 during the run, nothing tried yet: major adjustment, no running until it has settled.
    Runner(
        "RS-1002",
        "Tom",
        "Okafor",
        date(1991, 9, 3),
        (Visit(timedelta(hours=26), {"pain_usual_nrs": 1, "pain_pre_run_nrs": 1, "pain_run_peak_nrs": 5}),),
        background=MAN,
        profile={"usual_weekly_km": 40},
    ),
    # Not run for a fortnight: graded return.
    Runner(
        "RS-1003",
        "Priya",
        "Raman",
        date(1984, 1, 27),
        (Visit(timedelta(hours=32), {**NO_RUN, "trend": "improving"}),),
    ),
    # Adjusting hasn't helped: stop and rehabilitate.
    Runner(
        "RS-1004",
        "Daniel",
        "Weiss",
        date(1979, 11, 30),
        (
            Visit(timedelta(days=20), {"pain_run_peak_nrs": 4, "episode_duration_days": 6}),
            Visit(timedelta(days=4), {"episode_duration_days": 22, "adjustment_outcome": "not_helped"}),
        ),
        background=MAN,
    ),
    # A new bladder change under perfect run scores: emergency, taken on within three minutes.
    Runner(
        "RS-1005",
        "Aoife",
        "Brennan",
        date(1989, 6, 18),
        (
            Visit(
                timedelta(days=2),
                {"bladder_change": "yes"},
                taken_on=timedelta(minutes=3),
                confirmed=(FollowUpKind.HANDOVER, FollowUpKind.ATTENDANCE),
            ),
        ),
    ),
    # Pain down one leg: a doctor within two weeks; nobody has taken it on yet.
    Runner(
        "RS-1006",
        "Luca",
        "Moretti",
        date(1985, 2, 9),
        (
            Visit(
                timedelta(hours=3),
                {"leg_pain": "unilateral", "leg_symptom_progression": "stable_or_improving"},
            ),
        ),
        background=MAN,
    ),
    # The saddle question was not asked; a clinician completed the screen, and the runner may carry on.
    Runner(
        "RS-1007",
        "Grace",
        "Mensah",
        date(1993, 8, 22),
        (
            Visit(
                timedelta(hours=26),
                {"saddle_sensation_change": None},
                taken_on=timedelta(minutes=20),
                closed=timedelta(hours=1),
                code=Outcome.SCREEN_COMPLETED,
                outcome="Asked by telephone; assessed again with the screen complete.",
            ),
            Visit(timedelta(hours=25)),
        ),
    ),
)

RIVERSIDE = ClinicStory(
    name="Riverside Physiotherapy",
    time_zone="Europe/London",
    country="GB",
    subdivision="ENG",
    emergency_number="999",
    emergency_destination="Emergency department, Riverside General Hospital",
    maternity_emergency_number="020 7946 0150",
    maternity_destination="Maternity assessment unit, Riverside General Hospital",
    mail_domain="riverside.example",
    clinician=Person("riverside-clinician", "Hannah", "Doyle", "clinician"),
    admin=Person("riverside-admin", "Martin", "Ashe", "admin"),
    runners=RUNNERS,
)
