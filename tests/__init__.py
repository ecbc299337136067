"""The tests. The first of them to be imported starts private servers, unless somebody already has.

Django reads its settings, and they the environment, before anything else here can be imported; so this
package is where a plain `pytest` gets its PostgreSQL and Redis. Parallel processes inherit them.
"""

import atexit
import os
import sys
from contextlib import ExitStack

import django
import pytest

from tools.embedded.data_dir import ServerError
from tools.environment import throwaway_servers

# Where keeping compiled modules is forbidden, each process that a test starts would compile them all anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if not os.environ.get("DATABASE_URL"):
    servers = ExitStack()
    atexit.register(servers.close)
    try:
        os.environ.update(servers.enter_context(throwaway_servers()))
    except ServerError as error:
        pytest.exit(str(error), returncode=1)

django.setup()
