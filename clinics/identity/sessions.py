"""Sign-in sessions whose keys are kept as hashes: who reads the database holds nobody's session."""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

#: As long as the column; 160 bits, as many as a session key has.
_KEPT_CHARACTERS = 40


def kept(session_key: str) -> str:
    """Return what the database keeps of a session's key, which is random: a plain hash is enough."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:_KEPT_CHARACTERS]


class SessionStore(DatabaseStore):
    """Django's store in the database, under the hash of each key."""

    def _get_session_from_db(self) -> Any:
        key = self.session_key
        if key is None:
            return None
        row = self.model.objects.filter(session_key=kept(key), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return self.model.objects.filter(session_key=kept(session_key)).exists()

    def create_model_instance(self, data: Any) -> Any:
        """The row to store."""
        row = super().create_model_instance(data)
        row.session_key = kept(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """End a session, the present one unless another is named."""
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=kept(key)).delete()
