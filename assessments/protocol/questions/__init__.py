"""The question table: one `Question` per field of an assessment, in dictionary order."""

from collections.abc import Mapping

from assessments.protocol.question_types import Question
from assessments.protocol.questions import (
    administrative,
    bone_and_inflammation,
    contributors,
    emergency,
    pain,
    person,
    running,
    urgent,
)

ADMINISTRATIVE: tuple[Question, ...] = administrative.QUESTIONS
QUESTIONS: tuple[Question, ...] = (
    *person.QUESTIONS,
    *pain.QUESTIONS,
    *emergency.QUESTIONS,
    *urgent.QUESTIONS,
    *bone_and_inflammation.QUESTIONS,
    *running.QUESTIONS,
    *contributors.QUESTIONS,
)
QUESTIONS_BY_NAME: Mapping[str, Question] = {question.name: question for question in QUESTIONS}
