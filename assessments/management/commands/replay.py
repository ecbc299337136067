"""Which decisions another protocol would have made: `manage.py replay --clinic ID --parameters new.toml`."""

import uuid
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from assessments.parameters.replay.evaluate import Tally, assessments_to_replay, replay_assessments
from assessments.parameters.replay.inputs import RefusedError, read_moment, read_parameters, read_protocol
from assessments.parameters.replay.report import Ids, collect, write_json, write_text
from assessments.parameters.services.in_force import parameters_in_force
from assessments.protocol import PROTOCOL_VERSION, CompiledProtocol
from assessments.protocol.parameters import DEFAULTS, Value
from backend.platform.storage.tenancy import reading_scope
from clinics.identity.models import Clinic

UNUSABLE = 2
HELP = """\
Evaluates a clinic's stored assessments again, under other parameters or another version of the protocol,
and prints which decisions would flip, the less cautious way first, with counts and the assessments' ids.
Nothing is changed: it reads in a transaction in which PostgreSQL refuses every change.

A file of parameters names those that differ from the clinic's own in force, or with --defaults from the
protocol's defaults, in JSON

    {"walking_pain_stop_ge": 3, "settle_hours_ok_max": 3.5}

or in TOML

    walking_pain_stop_ge = 3
    settle_hours_ok_max = 3.5

Allowed are the ranges that docs/protocol.md shows. Without a file: what flips was decided under
other parameters or by another version.
"""


class Command(BaseCommand):
    """Ids and decisions alone; exits with 2 and names the place when something given can't be used."""

    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the lines of the help as they are."""
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose assessments, and under what."""
        parser.add_argument("--clinic", required=True, metavar="ID", help="Whose assessments.")
        parser.add_argument(
            "--protocol", default=PROTOCOL_VERSION, metavar="VERSION", help="Default: the version in force."
        )
        parser.add_argument(
            "--parameters", type=Path, metavar="FILE", help="Values that differ: .json or .toml."
        )
        parser.add_argument(
            "--defaults",
            action="store_true",
            help="Start from the protocol's defaults, not the clinic's own.",
        )
        for option, words in (("--since", "at or after"), ("--until", "before")):
            parser.add_argument(
                option,
                metavar="TIME",
                help=f"Assessed {words}: a date by the clinic's clocks, or a time with offset.",
            )
        parser.add_argument("--json", action="store_true", help="One JSON document instead of text.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Check everything that was given before the first assessment is read."""
        try:
            self._replay(options)
        except RefusedError as exc:
            raise CommandError(str(exc), returncode=UNUSABLE) from None

    def _replay(self, options: dict[str, Any]) -> None:
        path: Path | None = options["parameters"]
        given = read_parameters(path) if path else {}
        with reading_scope(read_id(options["clinic"])):
            clinic = Clinic.objects.filter(id=read_id(options["clinic"])).first()
            if clinic is None:
                raise RefusedError("--clinic: there is no clinic of this id.")
            own = {} if options["defaults"] else parameters_in_force(clinic).usable
            protocol = read_protocol(options["protocol"], {**own, **given}, path)
            tally, ids = _replayed(clinic, protocol, options)
        about = {
            "clinic": str(clinic.id),
            "protocol_version": options["protocol"],
            "protocol_hash": protocol.hash,
            "parameters": _own(protocol),
            "since": options["since"],
            "until": options["until"],
        }
        write = write_json if options["json"] else write_text
        self.stdout.ending = ""
        write(cast("TextIO", self.stdout), about, tally, ids)


def _replayed(clinic: Clinic, protocol: CompiledProtocol, options: dict[str, Any]) -> tuple[Tally, Ids]:
    """Go through all of them, with a bar while somebody watches."""
    period = {name: read_moment(f"--{name}", options[name], clinic.zone) for name in ("since", "until")}
    assessments = assessments_to_replay(clinic=clinic, **period)
    tally, ids = Tally(protocol.hash), Ids()
    again = replay_assessments(assessments=assessments, protocol=protocol)
    with tqdm(again, total=assessments.count(), unit=" assessments", disable=None) as bar:
        collect(bar, tally, ids)
    return tally, ids


def read_id(text: str) -> uuid.UUID:
    """A clinic's id. Raises ``RefusedError``."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise RefusedError("--clinic: a UUID is needed.") from None


def _own(protocol: CompiledProtocol) -> dict[str, Value]:
    """The values that differ from the defaults."""
    values = protocol.context.values
    return {name: value for name, value in values.items() if value != DEFAULTS[name]}
