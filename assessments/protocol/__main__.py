"""Evaluate answers from a file or standard input: `python -m assessments.protocol answers.json`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from assessments.protocol.engine import DEFAULT, evaluate
from assessments.protocol.evaluation import Evaluation
from assessments.protocol.explain import explain
from assessments.protocol.problems import InvalidAnswers, Problem
from assessments.protocol.question_types import Question
from assessments.protocol.questions import QUESTIONS
from assessments.protocol.vocabulary import AssessorRole

BAD_INPUT = 2
ENVELOPE = ("answers", "assessed_at", "assessor_role")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 on success, 2 on bad input with every problem on standard error."""
    options = _parser().parse_args(arguments)
    if options.questions or options.criteria:
        lines = _questions() if options.questions else _criteria()
        print("\n".join(lines))
        return 0
    try:
        evaluation = _evaluate(_read(options.answers))
    except InvalidAnswers as invalid:
        for problem in invalid.problems:
            print(f"{problem.pointer or '(input)'}: {problem.code}: {problem.detail}", file=sys.stderr)
        return BAD_INPUT
    if options.explain:
        print(explain(evaluation), end="")
    else:
        print(json.dumps(evaluation.as_dict(), indent=2, ensure_ascii=False))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assessments.protocol", description=__doc__)
    parser.add_argument(
        "answers",
        nargs="?",
        default="-",
        help="JSON file with the answers by question name, or with answers, assessed_at and assessor_role; "
        "standard input when left out",
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--explain", action="store_true", help="a page to read instead of JSON")
    output.add_argument("--questions", action="store_true", help="print the table of questions")
    output.add_argument("--criteria", action="store_true", help="print the table of criteria")
    return parser


def _invalid(pointer: str, code: str, detail: str) -> InvalidAnswers:
    return InvalidAnswers([Problem(pointer, code, detail)])


def _read(source: str) -> object:
    """The JSON of a file, or of standard input for "-"."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _invalid("", "unreadable", f"{source}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _invalid("", "malformed", "The input is not UTF-8 text.") from error
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        detail = f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise _invalid("", "malformed", detail) from error
    except InvalidAnswers:
        raise
    except (RecursionError, ValueError) as error:
        raise _invalid("", "malformed", "Not JSON this program can read.") from error


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, unless a key is repeated: JSON would keep the last answer and silently lose the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise InvalidAnswers(
            Problem(Problem.place(name), "repeated", "Each question may be answered once.")
            for name in repeated
        )
    return found


def _evaluate(content: object) -> Evaluation:
    """The evaluation of bare answers, or of answers with when and by whom they were given."""
    if not isinstance(content, dict):
        raise _invalid("", "wrong_type", "An object of answers by question name is needed.")
    if "answers" not in content:
        return evaluate(content)
    problems = [
        Problem(Problem.place(name), "unknown_field", f"Allowed: {', '.join(ENVELOPE)}.")
        for name in content
        if name not in ENVELOPE
    ]
    role, assessed_at = content.get("assessor_role"), _moment(content.get("assessed_at"))
    if role not in (None, *AssessorRole):
        problems.append(Problem("/assessor_role", "unknown_choice", f"Allowed: {', '.join(AssessorRole)}."))
    if assessed_at is None and content.get("assessed_at") is not None:
        problems.append(Problem("/assessed_at", "malformed", "A date-time with offset is needed."))
    try:
        evaluation = evaluate(content["answers"], assessed_at=assessed_at, assessor_role=role)
    except InvalidAnswers as invalid:
        problems += [Problem(f"/answers{item.pointer}", item.code, item.detail) for item in invalid.problems]
    if problems:
        raise InvalidAnswers(problems)
    return evaluation


def _moment(value: object) -> datetime | None:
    """A date-time with offset, or None when it is not one."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _questions() -> Iterator[str]:
    for question in QUESTIONS:
        yield f"{question.name:36} {question.screen:13} {_allowed(question)}"
        yield f"{'':36} {question.label}"


def _allowed(question: Question) -> str:
    if question.type in ("integer", "number"):
        kind = "whole number" if question.type == "integer" else "number"
        unit = f" {question.unit.strip('{}')}" if question.unit else ""
        return f"{kind} {question.low}-{question.high}{unit}"
    if question.fields:
        return f"{question.type} of {', '.join(field.name for field in question.fields)}"
    return f"{question.type}: {' | '.join(question.choices)}" if question.choices else question.type


def _criteria() -> Iterator[str]:
    for criterion in DEFAULT.context.criteria:
        decision = criterion.decision or "-"
        kind = f" ({criterion.insufficiency_kind})" if criterion.insufficiency_kind else ""
        yield f"{criterion.id:7} {decision}{kind}, {criterion.urgency}: {criterion.title}"
        yield f"        if {criterion.statement(DEFAULT.context)}"
        yield f"        {criterion.rationale} [{', '.join(criterion.sources)}]"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
