"""A runner's way back to running, everything that moved it, their exercises and their shoes."""

from django.db import models
from django.db.models import Q

from assessments.follow_ups.models import FollowUp
from assessments.protocol.programme import Phase, Reaction, Status
from assessments.records.models import Assessment
from backend.platform.storage.columns import Identified, Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import ApiClient, Clinic, Membership
from patients.models import Patient


@recorded(values_for="programmes:read", leaving_out=("name",))
class Shoe(Timestamped):
    """A pair of shoes; its distance is what it had run before, and what its runs add. In km.

    ``name`` is the runner's word for it and goes with an erasure; the history holds none.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="shoes")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="shoes")
    name = models.CharField(max_length=100)
    started_on = models.DateField()
    km_before = models.FloatField(default=0, help_text="Run in it before its runs were logged here.")
    worn = models.BooleanField(default=False, help_text="Visibly worn, or it fits badly.")
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "updated_at", "id"], name="shoes_of_a_runner")]

    def __str__(self) -> str:
        return f"Shoe {self.id}"


PHASES = [(phase.value, phase.value) for phase in Phase]
STATUSES = [(status.value, status.value.capitalize()) for status in Status]
REACTIONS = [(reaction.value, reaction.value.replace("_", " ").capitalize()) for reaction in Reaction]


@recorded(values_for="programmes:read", leaving_out=("content",))
class Programme(Timestamped):
    """The programme of one assessment: what it says, and where the runner stands in it.

    ``content`` is the built programme as it was signed off. Of a runner one programme is current: a draft
    until a named clinician releases it, then released until it is completed or another takes its place.
    """

    class State(models.TextChoices):
        """The life of a programme."""

        DRAFT = "draft", "Awaiting sign-off"
        RELEASED = "released", "Released"
        ENDED = "ended", "Ended"

    CURRENT = (State.DRAFT, State.RELEASED)

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="programmes")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="programmes")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="programmes")
    takes_the_place_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField()
    clearance_needed = models.BooleanField(default=False)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    usual_run_km = models.FloatField(null=True, blank=True)
    phase = models.CharField(max_length=2, choices=PHASES)
    stage = models.PositiveSmallIntegerField(default=0)
    share_percent = models.PositiveSmallIntegerField(default=100)
    status = models.CharField(max_length=10, choices=STATUSES, default=Status.ACTIVE.value)
    greens = models.PositiveSmallIntegerField(default=0)
    ambers = models.PositiveSmallIntegerField(default=0)
    settle_first = models.BooleanField(default=False)
    next_run_from = models.DateTimeField(null=True, blank=True)
    permitted_until = models.DateTimeField(null=True, blank=True)
    review_by = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["clinic", "updated_at", "id"], name="programme_changes")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state__in=["draft", "released"]), name="one_current_programme"
            ),
            models.CheckConstraint(
                name="released_by_somebody",
                condition=~Q(state="released") | Q(released_by__isnull=False, released_at__isnull=False),
            ),
            models.CheckConstraint(
                name="no_running_without_its_clearance",
                condition=Q(clearance_needed=False)
                | Q(cleared_by__isnull=False, cleared_at__isnull=False)
                | Q(phase__in=["P0", "P1"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Programme {self.id}"


class ProgrammeEvent(Identified):
    """One thing that moved a programme. Append-only; codes and numbers, no words about the runner."""

    class Kind(models.TextChoices):
        """What happened."""

        DRAFTED = "drafted", "Drafted"
        RELEASED = "released", "Released"
        RUN = "run", "Run logged"
        REACTED = "reacted", "Check judged"
        CALM_DAY = "calm_day", "Day of calm reported"
        BRISK_WALK = "brisk_walk", "Brisk walk reported"
        SETTLED = "settled", "At usual level for 24 hours"
        RESTARTED = "restarted", "Started anew after two weeks without a run"
        HELD = "held", "Held"
        RESUMED = "resumed", "Resumed"
        ADVANCED = "advanced", "Advanced by a clinician"
        STEPPED_BACK = "stepped_back", "Stepped back by a clinician"
        SUSPENDED = "suspended", "Suspended by another assessment"
        STOPPED = "stopped", "Stopped by another assessment"
        CLEARED = "cleared", "Cleared to run"
        COMPLETED = "completed", "Completed into prehab"
        PAIN_RETURNED = "pain_returned", "Held: pain returned in prehab"
        ENDED = "ended", "Ended"

    class Reason(models.TextChoices):
        """Why a clinician moved it."""

        EXAMINATION = "examination", "Found on examination"
        SYMPTOMS = "symptoms", "Symptoms"
        ILLNESS = "illness", "Illness"
        LOAD_ELSEWHERE = "load_elsewhere", "Load from elsewhere"
        RUNNER_WISH = "runner_wish", "The runner wishes it"
        CLINICAL_JUDGEMENT = "clinical_judgement", "Clinical judgement"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="programme_events")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    member = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    reaction = models.CharField(max_length=10, choices=REACTIONS, blank=True)
    criteria = models.JSONField(default=list)
    phase = models.CharField(max_length=2, choices=PHASES)
    stage = models.PositiveSmallIntegerField()
    share_percent = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=STATUSES)
    figures = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["programme", "at"], name="programme_history")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class RunLog(Identified):
    """One run, planned against done. Append-only. Distances in km, times in minutes.

    ``minutes`` are those of the whole session, ``running_minutes`` without its walks.
    """

    class Surface(models.TextChoices):
        """What was run on; the words of the question ``surface_mix``."""

        ROAD = "road", "Road"
        CONCRETE = "concrete", "Concrete"
        GRASS = "grass", "Grass"
        TRAIL = "trail", "Trail"
        TRACK = "track", "Track"
        TREADMILL = "treadmill", "Treadmill"

    class Speed(models.TextChoices):
        """How fast it was for this runner."""

        EASY = "easy", "Easy, able to talk"
        USUAL = "usual", "As usual"
        FASTER = "faster", "Faster than usual"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="runs")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="runs")
    ended_at = models.DateTimeField()
    planned = models.JSONField(help_text="The session as it stood.")
    distance_km = models.FloatField(null=True, blank=True)
    minutes = models.FloatField(null=True, blank=True)
    running_minutes = models.FloatField(null=True, blank=True)
    stage = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the walk-run table.")
    surface = models.CharField(max_length=10, choices=Surface.choices, blank=True)
    speed = models.CharField(max_length=10, choices=Speed.choices, blank=True, default="", db_default="")
    shoe = models.ForeignKey(Shoe, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    levers = models.JSONField(default=list, help_text="What was changed about the run.")
    as_permitted = models.BooleanField(help_text="False: run although no run was permitted at the time.")
    check_due = models.OneToOneField(FollowUp, on_delete=models.PROTECT, related_name="run")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["programme", "-ended_at"], name="runs_of_a_programme")]

    def __str__(self) -> str:
        return f"Run {self.id}"


@recorded(values_for="programmes:read")
class ExerciseLog(Timestamped):
    """One exercise on one day; said again, it replaces what was said before. Numbers and a code, no words.

    What isn't known stays empty. ``seconds`` are held in each set, ``pain_nrs`` is the worst during it.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="exercise_logs")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="exercise_logs")
    exercise = models.CharField(max_length=40, help_text="An id of the exercise library.")
    done_on = models.DateField()
    sets = models.PositiveSmallIntegerField(null=True, blank=True)
    repetitions = models.PositiveSmallIntegerField(null=True, blank=True)
    seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_nrs = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "exercise", "done_on"], name="one_log_of_a_day")
        ]

    def __str__(self) -> str:
        return f"Exercise {self.id}"
