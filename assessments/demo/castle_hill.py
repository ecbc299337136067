"""Castle Hill Running Clinic: clearance, missing answers, referrals, a permission that lapsed."""

from datetime import date, timedelta

from assessments.demo.story import MAN, NO_RUN, ClinicStory, Person, Runner, Visit
from assessments.escalations.models import Outcome

RUNNERS = (
    # A bone stress injury that nobody has cleared: no running until a named clinician does; still to be seen.
    Runner(
        "CH-2001",
        "Emil",
        "Novak",
        date(1990, 12, 5),
        (
            Visit(
                timedelta(hours=20),
                {**NO_RUN, "diagnoses": [{"code": "bone_stress_injury", "status": "confirmed_current"}]},
                role="doctor",
            ),
        ),
        background=MAN,
    ),
    # Pregnant: clearance required, booked with pelvic health.
    Runner(
        "CH-2002",
        "Sinead",
        "Walsh",
        date(1992, 3, 14),
        (
            Visit(
                timedelta(days=5),
                {**NO_RUN, "pregnancy_status": "pregnant", "pregnancy_warning_signs": "no"},
                taken_on=timedelta(hours=2),
                closed=timedelta(days=1),
                code=Outcome.BOOKED,
                outcome="Pelvic-health physiotherapist will see her on Thursday.",
            ),
        ),
    ),
    # Fever with back pain: seen the same day.
    Runner(
        "CH-2003",
        "Yusuf",
        "Demir",
        date(1982, 7, 7),
        (
            Visit(
                timedelta(days=4),
                {"fever_or_rigors": "yes"},
                role="nurse",
                taken_on=timedelta(minutes=12),
                closed=timedelta(hours=6),
                code=Outcome.ATTENDED,
                outcome="Seen by the on-call doctor at 15:40; kidney infection treated.",
            ),
        ),
        background=MAN,
    ),
    # Ran four hours ago, so the next day isn't known yet: the decision waits for the check.
    Runner(
        "CH-2004",
        "Sofia",
        "Almeida",
        date(1995, 10, 19),
        (Visit(timedelta(hours=2), {"pain_next_day_nrs": None, "hours_since_run": 4}),),
    ),
    # A past cancer: a doctor within two weeks, booked.
    Runner(
        "CH-2005",
        "Ben",
        "Carter",
        date(1976, 5, 25),
        (
            Visit(
                timedelta(days=3),
                {"cancer_history": "yes"},
                taken_on=timedelta(hours=5),
                closed=timedelta(days=1),
                code=Outcome.BOOKED,
                outcome="Appointment confirmed with the general practitioner for Monday.",
            ),
        ),
        background=MAN,
    ),
    # Stopped, came back, answered one check; the second went unanswered and the permission to run lapsed.
    Runner(
        "CH-2006",
        "Nia",
        "Griffiths",
        date(1988, 9, 1),
        (
            Visit(timedelta(days=20), {"pain_walking_nrs": 4, "pain_usual_nrs": 4}),
            Visit(timedelta(days=6), {"pain_run_peak_nrs": 4, "episode_duration_days": 26}),
            Visit(timedelta(days=5), answers="check_24_hours"),
            Visit(timedelta(days=3), {"episode_duration_days": 29, "trend": "improving"}),
        ),
    ),
    # Unsteady legs: an emergency with its hand-over recorded; reviewed afterwards, rehabilitation first.
    Runner(
        "CH-2007",
        "Oskar",
        "Lind",
        date(1981, 2, 17),
        (
            Visit(
                timedelta(days=10),
                {"gait_unsteady": "yes"},
                taken_on=timedelta(minutes=2),
                closed=timedelta(hours=4),
                code=Outcome.EXCLUDED,
                outcome="Handed over by telephone to the spinal registrar; compression excluded on MRI.",
            ),
            Visit(timedelta(days=2), {"episode_duration_days": 20, "pain_walking_nrs": 4}, role="doctor"),
        ),
        background=MAN,
    ),
)

CASTLE_HILL = ClinicStory(
    name="Castle Hill Running Clinic",
    time_zone="Europe/Dublin",
    country="IE",
    subdivision="",
    emergency_number="112",
    emergency_destination="Emergency department, St Brigid's Hospital",
    maternity_emergency_number="01 496 0150",
    maternity_destination="Maternity unit, St Brigid's Hospital",
    mail_domain="castle-hill.example",
    clinician=Person("castle-hill-clinician", "Rory", "Keane", "clinician"),
    admin=Person("castle-hill-admin", "Ines", "Duarte", "admin"),
    runners=RUNNERS,
)
