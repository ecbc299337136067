"""What a change of parameters would have done: the stored decisions replayed, before it can be made."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assessments.parameters.models import ParameterPreview
from assessments.parameters.replay.evaluate import Flip, Tally, assessments_to_replay, replay_assessments
from assessments.parameters.services.in_force import InForce, parameters_in_force
from assessments.protocol import (
    PROTOCOL_VERSION,
    CompiledProtocol,
    Direction,
    InvalidParameters,
    Problem,
    protocol_for,
)
from assessments.protocol.parameters import DEFAULTS, PARAMETERS, PARAMETERS_BY_NAME, Value, parameter_values
from backend.platform.refusals import Invalid
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic, Role

#: The latest so many assessments are replayed while somebody waits; ``manage.py replay`` takes all of them.
MOST_REPLAYED = 20_000
#: Ids kept of each flip; the count is of all.
MOST_IDS = 200
#: Nothing reads these yet, so that setting them would promise what nobody keeps.
READ_BY_NOTHING = frozenset({"adjust_trial_min_runs", "adjust_trial_min_days", "adjust_trial_min_changes"})
#: Says what a check carries forward, not what is decided on given answers: a replay can't show it.
BEYOND_REPLAY = frozenset({"carry_forward_days_max"})
SETTABLE = tuple(item for item in PARAMETERS if item.cautious != "fixed" and item.name not in READ_BY_NOTHING)


class NotAnAdminError(Invalid):
    """Who answers for it is no admin of the clinic."""

    pointer, fault, words = "/on_behalf_of", "not_an_admin", "An admin of the clinic is needed."
    spoken = "Thresholds are the clinic admin's to change."


class NoChangeError(Invalid):
    """These are the values in force already."""

    pointer, fault, words = "/values", "no_change", "These are the values in force."
    spoken = "These are the values in force: change at least one."


def preview_parameters(
    *, clinic: Clinic, changes: Mapping[str, Any], by: NamedClinician, now: datetime
) -> ParameterPreview:
    """Replay the clinic's assessments under changed values, beside those in force, and keep what was found.

    ``changes`` name the values that change; None is the protocol's default. Raises ``NotAnAdminError``,
    ``InvalidParameters`` or ``NoChangeError``.
    """
    check_admin(by)
    with clinic_scope(clinic.id):
        present = parameters_in_force(clinic)
        values = _changed(present, changes)
        protocol = protocol_for(values)
        return clinic.parameter_previews.create(
            based_on=present.number,
            values=values,
            changes=differences(present.values, values),
            report=_replayed(clinic, protocol, beside=present.protocol),
            protocol_version=PROTOCOL_VERSION,
            protocol_hash=protocol.hash,
            member=by.member,
            client=by.through,
            created_at=now,
        )


def check_admin(by: NamedClinician) -> None:
    """Thresholds are the clinic admin's to change. Raises ``NotAnAdminError``."""
    if by.member.role != Role.ADMIN:
        raise NotAnAdminError


def _changed(present: InForce, changes: Mapping[str, Any]) -> dict[str, Value]:
    """The clinic's own values after the change, without those that are the defaults."""
    settable = {item.name for item in SETTABLE}
    detail = "This parameter can't be set by a clinic."
    refused = [
        Problem(Problem.place(name), "not_settable", detail)
        for name in changes
        if name in PARAMETERS_BY_NAME and name not in settable
    ]
    wanted = {name: DEFAULTS.get(name, 0) if value is None else value for name, value in changes.items()}
    try:
        whole = parameter_values({**present.usable, **wanted})
    except InvalidParameters as exc:
        raise InvalidParameters([*refused, *exc.problems]) from None
    if refused:
        raise InvalidParameters(refused)
    values = {name: value for name, value in whole.items() if value != DEFAULTS[name]}
    if values == dict(present.values):
        raise NoChangeError
    return values


def differences(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[dict[str, Any]]:
    """What changes between two sets of own values, each with whether it gets looser."""
    found = []
    for item in PARAMETERS:
        was, becomes = (values.get(item.name, item.default) for values in (before, after))
        if was != becomes:
            looser = item.caution(becomes) < item.caution(was)
            found.append({"name": item.name, "from": was, "to": becomes, "looser": looser})
    return found


def _replayed(clinic: Clinic, protocol: CompiledProtocol, *, beside: CompiledProtocol) -> dict[str, Any]:
    rows = assessments_to_replay(clinic=clinic)
    tally, ids = Tally(protocol.hash), defaultdict[Flip, list[str]](list)
    for one in replay_assessments(assessments=rows, protocol=protocol, beside=beside, latest=MOST_REPLAYED):
        flip = tally.add(one)
        if flip is not None and len(ids[flip]) < MOST_IDS:
            ids[flip].append(str(one.assessment))
    return {
        "stored": rows.count(),
        "evaluated": tally.evaluated,
        "not_evaluated": tally.unreadable.total(),
        "flipped": {way.value: tally.total(way) for way in Direction},
        "flips": [
            {
                "direction": way.value,
                "from": flip.before.as_dict(),
                "to": flip.after.as_dict(),
                "count": count,
                "assessments": ids[flip],
            }
            for way in Direction
            for flip, count in tally.of(way)
        ],
    }
