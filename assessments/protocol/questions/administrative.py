"""Administrative fields of an assessment; never keys of its answers."""

from assessments.protocol.question_types import Question, section
from assessments.protocol.vocabulary import Screen

ask = section("1 Administrative")

QUESTIONS: tuple[Question, ...] = (
    ask(
        "protocol_version",
        "Protocol (rules+parameters) version used",
        "text",
        Screen.ADMINISTRATIVE,
        max_length=100,
        note="returned with every result",
        if_unknown="reject 422",
    ),
    ask(
        "assessed_at",
        "When the answers were given",
        "date_or_time",
        Screen.ADMINISTRATIVE,
        note="server passes it in; rules never read a clock",
        if_unknown="reject 422",
    ),
    ask(
        "assessor_role",
        "Who gathered the answers",
        "choice",
        Screen.ADMINISTRATIVE,
        choices=(
            "physiotherapist",
            "doctor",
            "nurse",
            "other_clinician",
            "patient_self_report",
        ),
        note="patient_self_report => result provisional=true until a clinician confirms E and U answers",
        if_unknown="reject 422",
    ),
    ask(
        "absent_reason",
        "Why a field is unknown, per field",
        "object",
        Screen.OPTIONAL,
        choices=(
            "not-asked",
            "asked-unknown",
            "asked-declined",
            "temp-unknown",
        ),
        note="HL7 data-absent-reason codes; never changes the decision, changes the wording of the prompt",
        if_unknown="absent = not-asked",
    ),
)
