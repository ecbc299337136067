"""Requests at the same time, each thread with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connections


def start(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> "Future[Any]":
    """Run one piece of work in a thread of the pool, and close that thread's connection after it."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return pool.submit(run)


def all_at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of works that begin together, in their order."""
    from threading import Barrier

    line = Barrier(len(works))

    def after_the_others(work: Callable[[], Any]) -> Any:
        line.wait(30)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        waiting = [start(pool, lambda work=work: after_the_others(work)) for work in works]  # type: ignore[misc]
        return [future.result(60) for future in waiting]
