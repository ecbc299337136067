"""PostgreSQL really stops: every door says when to come back, and goes on by itself afterwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections
from django.test import Client
from psycopg.conninfo import conninfo_to_dict
from pytest_django import DjangoDbBlocker

from tests.api_edge.checks import assert_refusal
from tests.conventions.routes import operations
from tests.databases import copy_schema
from tests.factories import api_for, make_clinic
from tools.embedded.postgres import PostgresServer

pytestmark = pytest.mark.process


@pytest.fixture
def own_postgres(
    transactional_db: None, postgres_run_dir: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[PostgresServer]:
    """A migrated server; threads that connect from now on meet it, this thread keeps its own."""
    with PostgresServer(postgres_run_dir, throwaway=True) as server:
        copy_schema(server)
        parts = conninfo_to_dict(server.app_url)
        before = dict(connections.settings["default"])
        connection.settings_dict = dict(connection.settings_dict)
        connections.settings["default"].update(
            NAME=parts["dbname"], USER=parts["user"], HOST=parts["host"], PORT="", PASSWORD="", OPTIONS={}
        )
        yield server
        connections.settings["default"].update(before)


@pytest.mark.holds("HZ-19")
def test_a_stopped_database_is_503_everywhere_until_it_is_back(own_postgres: PostgresServer) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_stop_and_start_under, own_postgres).result(120)
        pool.submit(connections.close_all).result(10)


def _stop_and_start_under(server: PostgresServer) -> None:
    api = api_for(make_clinic("Harbour Physio"))
    assert ask(api, "GET", "/api/v1/clinic").status_code == 200
    server.stop()
    for route, method in operations():
        response = ask(api, method, route.path)
        assert_refusal(response, "unavailable")
        assert int(response.headers["Retry-After"]) > 0
    token = ask(Client(), "POST", "/oauth/token/", {"grant_type": "client_credentials", "client_id": "x"})
    assert (token.status_code, token.headers["Retry-After"]) == (503, "5")
    assert ask(Client(), "GET", "/readyz").status_code == 503
    assert ask(Client(), "GET", "/livez").status_code == 200
    server.start()
    assert ask(api, "GET", "/api/v1/clinic").status_code == 200


def ask(client: Any, method: str, path: str, body: Any = None) -> Any:
    """One request as the web server carries it out: connections are looked after around it."""
    client.raise_request_exception = False
    close_old_connections()
    try:
        return getattr(client, method.lower())(path, body)
    finally:
        close_old_connections()
