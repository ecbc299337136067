"""Columns that every table of ours has."""

import uuid

from django.db import models
from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """Return a UUIDv7: unguessable enough for a URL, and sorted by time for the index."""
    return uuid7()


class Identified(models.Model):
    """A row with a time-ordered UUID."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Timestamped(Identified):
    """A row that knows when it was made and last changed (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
