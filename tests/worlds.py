"""A clinic's world for a whole module: built once in a transaction that is undone, each test in a savepoint.

A module that only asks questions of many operations takes these fixtures in the place of its own:

    from tests.worlds import *  # clinic, other_clinic, world, other_world, api, db

Filling a world costs a third of a second; a savepoint costs nothing. Tests that commit, or use other
connections, can't share one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from clinics.identity.models import Clinic
from tests.factories import make_clinic
from tests.security.samples import World, api_with, fill

__all__ = [
    "api",
    "clinic",
    "db",
    "module_transaction",
    "other_clinic",
    "other_world",
    "shared_worlds",
    "world",
]


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever happens inside, as the tests' own transactions do: nothing is ever committed."""
    block = transaction.atomic()
    block._from_testcase = True  # Django's own mark: what must be outermost may be inside a test's
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The transaction around all tests of a module."""
    with django_db_blocker.unblock(), undone():
        yield


def two_worlds() -> tuple[World, World]:
    """Two clinics with a row of everything that the API names by id."""
    return fill(make_clinic("Harbour Physio")), fill(make_clinic("Hillside Physio"))


@pytest.fixture(scope="module")
def shared_worlds(module_transaction: None) -> tuple[World, World]:
    """The worlds of a module; one that wants others in it overrides this."""
    return two_worlds()


@pytest.fixture
def db(module_transaction: None) -> Iterator[None]:
    """A savepoint for one test."""
    with undone():
        yield


@pytest.fixture
def world(db: None, shared_worlds: tuple[World, World]) -> World:
    """The caller's clinic; a copy, so that what one test does to an instance no other sees."""
    return copy.deepcopy(shared_worlds[0])


@pytest.fixture
def other_world(db: None, shared_worlds: tuple[World, World]) -> World:
    """The other one, with the same rows."""
    return copy.deepcopy(shared_worlds[1])


@pytest.fixture
def clinic(world: World) -> Clinic:
    """The clinic of the world."""
    return world.clinic


@pytest.fixture
def other_clinic(other_world: World) -> Clinic:
    """The clinic whose data the first may never see."""
    return other_world.clinic


@pytest.fixture
def api(world: World) -> APIClient:
    """The clinic's software, with every scope."""
    return api_with(world)
