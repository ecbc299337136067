"""What the three source articles say, statement by statement, and where each one went.

Every paraphrase is the project's own; the articles themselves are protected and not part of it. A statement
ends in criteria (those that cite it, and `criteria` here), in a part of the return-to-run programme, or in
neither, with the reason why.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """A source article, named by the prefix of its statements' ids."""

    prefix: str
    title: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that somebody could act on.

    `criteria`: criteria that carry it out without citing it. `programme`: the part of the programme it
    shapes. `neither`: why it is in neither. `note`: how it is read where that is not obvious.
    """

    id: str
    words: str
    programme: str = ""
    criteria: tuple[str, ...] = ()
    neither: str = ""
    note: str = ""


ARTICLES = (
    Article("EH", "Exakt Health on running with back pain (Louw, reviewed by Van Deventer, 18 April 2024)"),
    Article("HH", "Hinge Health on back pain after running (Goostree, Lee, Peterson, 2 February 2023)"),
    Article("AA", "Aaptiv on back pain and running (Hurlock, undated)"),
)

# Parts of the return-to-run programme.
PHASES = "phases and their gates"
ADJUSTMENTS = "adjusting a run"
LOAD = "load progression"
EXERCISES = "exercises"
CAUSES = "causes and what to do about them"
CHECKS = "checks and reviews"

_STATISTIC = "A statistic about a group: no person's decision follows from it."

EXAKT = (
    Statement("EH-C1", "A stiff back, from sitting long or training much without mobility work", CAUSES),
    Statement("EH-C2", "A weak trunk and hips strain more easily", CAUSES),
    Statement("EH-C3", "Training stepped up faster than the back can follow", LOAD),
    Statement("EH-C4", "Too little recovery between runs; sleep and food count as well", CAUSES),
    Statement("EH-C5", "An older back injury left strength behind: rebuild it before loading", CAUSES),
    Statement("EH-C6", "Stress and worry can cause pain or add to it", CAUSES),
    Statement("EH-C7", "Causes combine; look back to the onset and treat what caused it", CAUSES),
    Statement(
        "EH-G1",
        "Running is sometimes possible in spite of back pain, if changed",
        neither="The choice between continuing, adjusting and stopping is the whole table's.",
    ),
    Statement("EH-D01", "Stop-running diagnosis: sciatica or nerve root compression"),
    Statement("EH-D02", "Stop-running diagnosis: compression of the spinal cord"),
    Statement("EH-D03", "Stop-running diagnosis: disc injury"),
    Statement("EH-D04", "Stop-running diagnosis: bone stress injury, stress fracture included"),
    Statement("EH-D05", "Stop-running diagnosis: fracture"),
    Statement("EH-D06", "Stop-running diagnosis: severe sprain of the back"),
    Statement("EH-D07", "With one of these, readiness to return is judged with a physiotherapist"),
    Statement(
        "EH-D08",
        "With none of these, running may be possible",
        criteria=("IN-02",),
        note="Their absence must be known: diagnoses are a question of the urgent screen.",
    ),
    Statement("EH-P1", "Step 1: watch the pain during a run and for the day after", CHECKS),
    Statement(
        "EH-P2", "Step 2: on a bad sign, try changing speed, distance, frequency or terrain", ADJUSTMENTS
    ),
    Statement(
        "EH-P3", "Step 3: if it irritates whatever is changed, stop for a time and rehabilitate", PHASES
    ),
    Statement(
        "EH-P4", "Step 4: while the pain is unaffected, or gone with changes, go on within these limits"
    ),
    Statement("EH-N1", "Not OK: walking is quite painful"),
    Statement("EH-N2", "Not OK: a rise of more than three points while running"),
    Statement("EH-N3", "Not OK: much worse some hours after the run and sorer still the day after"),
    Statement("EH-Y1", "OK: no significant rise; a little awareness within the usual level"),
    Statement("EH-Y2", "OK: extra discomfort is gone a few hours after the run"),
    Statement("EH-Y3", "OK: the day after brings no rise"),
    Statement(
        "EH-A0", "An injured back takes less: reduce the work to what it bears, person by person", ADJUSTMENTS
    ),
    Statement("EH-A1", "Speed: faster and shorter helps some runners, slow and easy others", ADJUSTMENTS),
    Statement("EH-A2", "Distance: usually shorter; a first test of two fifths of the usual", ADJUSTMENTS),
    Statement("EH-A3", "Terrain: no hills; grass, a soft surface or a treadmill suits some", ADJUSTMENTS),
    Statement("EH-A4", "Frequency: fewer runs, one or two clear days between them", ADJUSTMENTS),
    Statement("EH-A5", "Style: no overstriding; shorter, softer steps under the body", ADJUSTMENTS),
    Statement("EH-V1", "Recurrence is prevented by changing the habit or mistake behind it", CAUSES),
    Statement("EH-V2", "Sitting at a desk, where it is a cause, is dealt with", CAUSES),
    Statement("EH-V3", "Strength and mobility training goes on after recovery", PHASES),
)

HINGE = (
    Statement("HH-ST1", "Four in five people have back pain at some time", neither=_STATISTIC),
    Statement(
        "HH-ST2",
        "Up to a fifth of runners report low back pain",
        neither=f"{_STATISTIC} The review behind it gives 0.7 to 20.2 % (B32).",
    ),
    Statement("HH-C0", "Most causes answer to stretching, strengthening and gentle movement", EXERCISES),
    Statement(
        "HH-C1", "A strain from mileage raised fast, hard training, or hills after flat ground", CAUSES
    ),
    Statement("HH-C2", "Muscular imbalance and a hollow back", CAUSES),
    Statement("HH-C3", "Facet joints irritated by overwork", CAUSES),
    Statement(
        "HH-C4",
        "Sacroiliac pain from running more than one is prepared for",
        CAUSES,
        criteria=("CL-03",),
        note="A sacral stress fracture feels alike and is screened for first.",
    ),
    Statement("HH-T01", "Warm up with movement and not with long holds", ADJUSTMENTS),
    Statement(
        "HH-ST3",
        "Marathon runners who did not warm up had more low back pain",
        neither=f"{_STATISTIC} 36 cases among 800 runners, odds ratio 2.617 for too short a warm-up (B32).",
    ),
    Statement("HH-T02", "Raise distance, duration and intensity gradually, with cross-training days", LOAD),
    Statement(
        "HH-T03", "Form: gaze ahead, loose shoulders, arms not across the body, soft landing", ADJUSTMENTS
    ),
    Statement("HH-T04", "A physiotherapist looks at the gait, in person or on video", CAUSES),
    Statement(
        "HH-T05",
        "Fixed amounts to drink before and during a run",
        CAUSES,
        note="The amounts are not used: up to 1.77 litres an hour risks hyponatraemia (B27); drink "
        "to thirst.",
    ),
    Statement(
        "HH-H00",
        "Most cases settle within days to weeks",
        neither="A prognosis; what does not settle is caught by the duration criteria RT-01 and RT-02.",
    ),
    Statement("HH-H01", "Stay active without bed rest; pause running with much pain; walk, cycle", PHASES),
    Statement("HH-H02", "Heat for twenty minutes at a time", EXERCISES),
    Statement(
        "HH-H03",
        "Short-term pain relief if safe; needing it after every run is a reason for a doctor",
        CAUSES,
    ),
    Statement("HH-H04", "A physiotherapy programme; Tai Chi or yoga against stress", EXERCISES),
    Statement("HH-R00", "Doctor: pain for longer than four to six weeks", CHECKS),
    Statement("HH-R01", "Doctor: worse instead of better with treatment"),
    Statement("HH-R02", "Doctor: pain that spreads down a leg"),
    Statement("HH-R03", "Doctor: weakness or tingling in a leg"),
    Statement("HH-R04", "Doctor: loss of bladder or bowel control"),
    Statement("HH-R05", "Doctor: balance is affected or walking is hard"),
    Statement("HH-V01", "Strength training, later with planks on an unstable base", EXERCISES),
    Statement(
        "HH-ST4",
        "Runners with weak deep trunk muscles get back pain more often",
        neither="Overstated: a simulation of eight healthy adults without any outcome (B32).",
    ),
    Statement("HH-V02", "Outdoors rather than treadmill, soft ground rather than concrete", ADJUSTMENTS),
    Statement("HH-V03", "A shorter stride that lands under the body", ADJUSTMENTS),
    Statement("HH-X01", "Exercise: rotation stretch of the lower back", EXERCISES),
    Statement("HH-X02", "Exercise: press-up lying face down", EXERCISES),
    Statement("HH-X03", "Exercise: stretch of the buttock", EXERCISES),
    Statement("HH-X04", "Dose: once or twice a week, up to daily if it helps", EXERCISES),
    Statement(
        "HH-X05",
        "Ask a clinician before exercising if in doubt",
        neither="Held for every runner: no plan is released without a clinician's sign-off (plan_release).",
    ),
    Statement("HH-F01", "Shoes give less support after some months or several hundred kilometres", CAUSES),
    Statement("HH-F02", "Look at the soles often and replace worn shoes", CAUSES),
    Statement(
        "HH-L01",
        "The article educates and is no medical advice",
        neither="A disclaimer; this service supports a clinician's decision and says so.",
    ),
)

AAPTIV = (
    Statement("AA-C1", "A weak trunk lets the back compensate", CAUSES),
    Statement("AA-C2", "Poor form: overstriding, position of the head", CAUSES),
    Statement("AA-C3", "Old or ill-fitting shoes", CAUSES),
    Statement("AA-C4", "An earlier injury stirred up by the impact", CAUSES),
    Statement(
        "AA-C5",
        "Running loads the lumbar spine and discs hard and repeatedly",
        neither="More alarming than the evidence: walk-run training eased chronic back pain in a "
        "trial (B22).",
    ),
    Statement("AA-T01", "A running coach watches form and stride", CAUSES),
    Statement("AA-F01", "Change shoes that are years old or far run when aches appear suddenly", CAUSES),
    Statement("AA-F02", "Shoes that fit the body, and sound technique", CAUSES),
    Statement("AA-R01", "A symptom of a new kind, constant or spreading: stop and see a clinician"),
    Statement("AA-R02", "With back pain already present: doctor before taking up running"),
    Statement(
        "AA-M01",
        "It is mostly the lower back that hurts",
        neither="A description; the question about the main site of the pain keeps other sites out (IN-06).",
    ),
    Statement(
        "AA-M02",
        "Sore muscles after a run and the day after are common",
        criteria=("AD-05",),
        note="Stricter on purpose: muscles are not scored, and any rise of back pain the day after counts.",
    ),
    Statement("AA-W01", "Warm-up: easy aerobic movement, then dynamic", EXERCISES),
    Statement("AA-W02", "Warm-up: planks, twice half a minute to a minute", EXERCISES),
    Statement("AA-W03", "Warm-up: hip openers and wide squats", EXERCISES),
    Statement("AA-W04", "Warm-up: roll tight muscles on foam", EXERCISES),
    Statement("AA-X01", "Train the trunk regularly, best on days without a run", EXERCISES),
    Statement("AA-X02", "Vary the planks", EXERCISES),
    Statement("AA-X03", "Side planks, two or three times half a minute a side, body aligned", EXERCISES),
)

STATEMENTS: tuple[Statement, ...] = EXAKT + HINGE + AAPTIV
