"""The tests. The first of them to be imported starts private servers, unless somebody already has.

Django reads its settings, and they the environment, before anything else here can be imported; so this
package is where a plain `pytest` gets its PostgreSQL and Redis. Parallel processes inherit them.
"""

import atexit
import os
from contextlib import ExitStack

import django
import pytest

from backend.embedded import ServerError
from tools.environment import throwaway_servers

if not os.environ.get("DATABASE_URL"):
    servers = ExitStack()
    atexit.register(servers.close)
    try:
        os.environ.update(servers.enter_context(throwaway_servers()))
    except ServerError as error:
        pytest.exit(str(error), returncode=1)

django.setup()
