"""Nobody grants more than they hold."""

from collections.abc import Iterable, Set

from clinics.permissions import Permission
from clinics.scopes import ALL_SCOPES

#: What a token can be given and an operation asks for; the other words of either list open nothing.
GRANTABLE = frozenset(ALL_SCOPES) & frozenset(map(str, Permission))


class BeyondOwnError(Exception):
    """It would grant, or take from somebody, what whoever asks doesn't hold; ``missing`` says what."""

    def __init__(self, missing: Iterable[str]) -> None:
        self.missing = sorted(missing)
        super().__init__(" ".join(self.missing))


def check_held(wanted: Iterable[str], *, held: Set[str]) -> None:
    """Raise ``BeyondOwnError`` unless whoever holds ``held`` (permissions or scopes) holds all of it."""
    missing = (GRANTABLE & set(map(str, wanted))) - set(map(str, held))
    if missing:
        raise BeyondOwnError(missing)
