"""Paths, and the environment a Django process of this project needs."""

from __future__ import annotations

import base64
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.embedded.cluster import RUNTIME_ROLE
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer
from tools.prepared_cluster import adopt

ROOT = Path(__file__).resolve().parent.parent


def exit_on_sigterm() -> None:
    """Let SIGTERM end this process the orderly way, so that servers stop and temporary folders go."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@contextmanager
def throwaway_servers() -> Iterator[dict[str, str]]:
    """Run PostgreSQL and Redis in a temporary folder; yields the environment that points at them.

    The cluster is a copy of the prepared one: `TEMPLATE_DATABASE` and the service's database are migrated.
    """
    with tempfile.TemporaryDirectory(prefix="return-to-run-", ignore_cleanup_errors=True) as folder:
        run_dir = Path(folder)
        run_dir.chmod(0o711)  # the servers' account passes through to its own closed folders
        leash = Leash()
        postgres = PostgresServer(run_dir, leash=leash, throwaway=True)
        redis = RedisServer(run_dir, leash=leash)
        try:
            adopt(postgres)
            with postgres, redis:
                yield os.environ | {
                    "DATABASE_URL": postgres.owner_url,
                    "DATABASE_APP_ROLE": RUNTIME_ROLE,
                    "REDIS_URL": redis.broker_url,
                    "DJANGO_SETTINGS_MODULE": "backend.settings",
                    "SECRET_KEY": "only-for-throwaway-servers-" + os.urandom(24).hex(),
                    "ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
                    "SERVE_INSECURE_HTTP": "1",
                    "RATE_LIMIT_PER_MINUTE": "1000000",  # tests and measurements send more than a clinic does
                    "BASE_URL": "http://localhost:8000",
                    "PATH": os.pathsep.join(
                        [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
                    ),
                }
        finally:
            leash.close()
            postgres.home.remove()
