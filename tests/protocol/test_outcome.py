"""What a decision comes to is what its explanation says, and caution is compared part by part."""

from itertools import product

import pytest

from assessments.protocol import Direction, Outcome, direction, protocol_for, validate
from assessments.protocol.vocabulary import AdjustLevel, Decision, InsufficiencyKind, Urgency
from bench.protocol.records import generate

CONTINUE = Outcome(Decision.CONTINUE_RUNNING, None, Urgency.NONE, None)
MINOR = Outcome(Decision.ADJUST_RUNNING, None, Urgency.NONE, AdjustLevel.MINOR)
MAJOR = MINOR._replace(level=AdjustLevel.MAJOR)
STOP = Outcome(Decision.STOP_AND_REHAB, None, Urgency.NONE, None)
CORE = Outcome(Decision.INSUFFICIENT_INFORMATION, InsufficiencyKind.CORE, Urgency.NONE, None)
SCREEN = CORE._replace(kind=InsufficiencyKind.SCREEN)


def test_the_outcome_is_what_the_evaluation_says() -> None:
    protocol = protocol_for({"walking_pain_stop_ge": 3})
    for answers in map(validate, generate(7, 800)):
        said = protocol.evaluate(answers).as_dict()
        outcome = protocol.outcome(answers)
        assert outcome.as_dict() == {name: said[name] for name in outcome.as_dict()}
        words = [said["decision"], said["insufficiency_kind"], said["urgency"], said["adjust_level"]]
        assert Outcome.of(*words) == outcome  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (CONTINUE, MINOR, Direction.MORE_CAUTIOUS),
        (MINOR, MAJOR, Direction.MORE_CAUTIOUS),
        (MAJOR, STOP, Direction.MORE_CAUTIOUS),
        (STOP, SCREEN, Direction.MORE_CAUTIOUS),
        (CORE, SCREEN, Direction.MORE_CAUTIOUS),
        (STOP, STOP._replace(urgency=Urgency.ROUTINE), Direction.MORE_CAUTIOUS),
        # More cautious in one part and less in another is less cautious: nobody is to overlook it.
        (MINOR._replace(urgency=Urgency.ROUTINE), STOP, Direction.LESS_CAUTIOUS),
    ],
)
def test_a_flip_is_less_cautious_when_any_part_of_it_is(
    before: Outcome, after: Outcome, way: Direction
) -> None:
    assert direction(before, after) == way
    assert direction(after, before) is not None


def test_only_what_differs_flips_and_two_ways_never_both_read_as_more_cautious() -> None:
    for before, after in product((CONTINUE, MINOR, MAJOR, STOP, CORE, SCREEN), repeat=2):
        assert (direction(before, after) is None) == (before == after)
        ways = {direction(before, after), direction(after, before)}
        assert before == after or Direction.LESS_CAUTIOUS in ways


def test_words_that_the_protocol_does_not_have_are_refused() -> None:
    with pytest.raises(ValueError, match="maybe"):
        Outcome.of("maybe", None, "none", None)
