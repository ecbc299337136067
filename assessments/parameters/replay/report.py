"""What was found, as text for a clinical lead or as one JSON document.

The ids wait in files until the table has been printed, so that a million of them need no memory.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, TextIO

from assessments.parameters.replay.evaluate import Flip, Replayed, Tally
from assessments.protocol import Direction
from assessments.protocol.parameters import DEFAULTS

HEADLINES = {Direction.LESS_CAUTIOUS: "Less cautious", Direction.MORE_CAUTIOUS: "More cautious"}
#: Bytes of ids held in memory for each way a decision flips.
IN_MEMORY = 1 << 16
Key = Flip | tuple[str, ...]


class Ids:
    """Ids of assessments, a list for each flip and for each way in which answers can't be read."""

    def __init__(self) -> None:
        self._files: dict[Key, SpooledTemporaryFile[bytes]] = {}

    def add(self, key: Key, assessment: uuid.UUID) -> None:
        """Note one."""
        if key not in self._files:
            self._files[key] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - read later
        self._files[key].write(assessment.bytes)

    def of(self, key: Key) -> Iterator[str]:
        """Those noted, in the order they came in."""
        file = self._files[key]
        file.seek(0)
        while some := file.read(16):
            yield str(uuid.UUID(bytes=some))


def collect(replayed: Iterable[Replayed], tally: Tally, ids: Ids) -> None:
    """Count all of them and keep the ids of those that matter."""
    for one in replayed:
        flip = tally.add(one)
        if flip is not None:
            ids.add(flip, one.assessment)
        elif one.refused:
            ids.add(one.refused, one.assessment)


def write_text(out: TextIO, about: Mapping[str, Any], tally: Tally, ids: Ids) -> None:
    """Print the summary, the table of each direction, and the ids below."""
    out.writelines(f"{line}\n" for line in _summary(about, tally))
    for way in Direction:
        out.write(f"\n{HEADLINES[way]}: {tally.total(way)}\n")
        out.writelines(f"  {count:>7}  {flip.before}  ->  {flip.after}\n" for flip, count in tally.of(way))
    for way in Direction:
        for flip, _ in tally.of(way):
            out.write(f"\n{HEADLINES[way]}, {flip.before}  ->  {flip.after}:\n")
            _ids(out, ids.of(flip))
    for refused, count in tally.unreadable.most_common():
        out.write(f"\nNot evaluated, {count}: {'; '.join(refused)}\n")
        _ids(out, ids.of(refused))


def _ids(out: TextIO, ids: Iterable[str]) -> None:
    out.writelines(f"  {id_}\n" for id_ in ids)


def _summary(about: Mapping[str, Any], tally: Tally) -> Iterator[str]:
    yield f"Clinic {about['clinic']}, protocol {about['protocol_version']}, {about['protocol_hash']}"
    for name, value in about["parameters"].items():
        yield f"  {name} = {value} (default {DEFAULTS[name]})"
    flipped = tally.flips.total()
    yield f"{tally.evaluated} assessments evaluated again, {flipped} of their decisions flip."
    for (version, hash_), count in tally.decided_under.most_common():
        same = "the same" if hash_ == about["protocol_hash"] else "another"
        yield f"  {count} decided under {same} protocol: {version}, {hash_}"
    if tally.unreadable:
        yield f"NOT EVALUATED: {tally.unreadable.total()} whose answers this protocol can't read."
    if tally.not_formed_again:
        yield f"NOT FORMED AGAIN: {tally.not_formed_again} decided under the same protocol differ."


def write_json(out: TextIO, about: Mapping[str, Any], tally: Tally, ids: Ids) -> None:
    """The same as one document, less cautious flips first."""
    head = {
        **about,
        "evaluated": tally.evaluated,
        "flipped": {way.value: tally.total(way) for way in Direction},
        "not_formed_again": tally.not_formed_again,
        "decided_under": [
            {"protocol_version": version, "protocol_hash": hash_, "count": count}
            for (version, hash_), count in tally.decided_under.most_common()
        ],
    }
    out.write(json.dumps(head)[:-1])
    flips = [(flip, count) for way in Direction for flip, count in tally.of(way)]
    _list(out, "flips", ((_shown(flip, count), ids.of(flip)) for flip, count in flips))
    unreadable = tally.unreadable.most_common()
    shown = (({"problems": list(key), "count": count}, ids.of(key)) for key, count in unreadable)
    _list(out, "not_evaluated", shown)
    out.write("}\n")


def _shown(flip: Flip, count: int) -> dict[str, Any]:
    way, before, after = flip
    return {"direction": way, "from": before.as_dict(), "to": after.as_dict(), "count": count}


def _list(out: TextIO, name: str, items: Iterable[tuple[dict[str, Any], Iterable[str]]]) -> None:
    """A list of objects, each with ``assessments`` that are written as they are read."""
    out.write(f', "{name}": [')
    for place, (item, ids) in enumerate(items):
        out.write(", " if place else "")
        out.write(f'{json.dumps(item)[:-1]}, "assessments": [')
        out.writelines(f'{", " if at else ""}"{id_}"' for at, id_ in enumerate(ids))
        out.write("]}")
    out.write("]")
