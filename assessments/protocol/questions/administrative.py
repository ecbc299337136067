"""Administrative fields of an assessment; never keys of its answers."""

from assessments.protocol.question_types import Question, section
from assessments.protocol.questions.emergency import CES_ITEMS
from assessments.protocol.vocabulary import Screen

ask = section("1 Administrative")

QUESTIONS: tuple[Question, ...] = (
    ask(
        "protocol_version",
        "Protocol (rules+parameters) version used",
        "text",
        Screen.ADMINISTRATIVE,
        max_length=100,
        note="returned with every result; this is 2026.2",
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
        note="patient_self_report => result provisional=true until a clinician confirms E and U answers; a "
        "longstanding CES answer stands and stays open until attested (D.1a)",
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
    ask(
        "attested_longstanding",
        "Long-standing answers that a clinician attests",
        "choices",
        Screen.OPTIONAL,
        choices=CES_ITEMS,
        max_items=len(CES_ITEMS),
        note="from the confirmation, or copied by the server from the linked assessment; never sent by a "
        "runner (D.1a)",
        if_unknown="nothing is attested",
    ),
)
