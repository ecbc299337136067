"""The last look before the first request: an unsafe server doesn't start."""

import structlog
from django.core.checks import CheckMessage, Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

logger = structlog.get_logger(__name__)


def refuse_unsafe_start() -> None:
    """Run every system check, the database's included; raises ``ImproperlyConfigured`` for an error.

    A database that is down is no reason not to start: requests answer 503 until it is back, and it can't be
    wrong about anything before. Warnings are logged.
    """
    messages = run_checks()
    try:
        messages += run_checks(tags=["database"], databases=["default"]) + own_role_problems()
    except OperationalError as exc:
        logger.warning("started_without_database", kind=type(exc).__name__)
    finally:
        connection.close()
    for message in messages:
        if not message.is_serious():
            logger.warning("system_check", check=message.id, said=str(message.msg))
    if errors := [str(message) for message in messages if message.is_serious()]:
        raise ImproperlyConfigured("This service would not be safe:\n" + "\n".join(errors))


def own_role_problems() -> list[CheckMessage]:
    """The role of this very connection is bound by row-level security and owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR EXISTS "
            "(SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = rolname) "
            "FROM pg_roles WHERE rolname = current_user"
        )
        role, unbound = cursor.fetchone()
    if unbound:
        said = f"Database role {role} owns tables or isn't bound by row-level security."
        return [Error(said, hint="Let DATABASE_URL name the runtime role.", id="clinics.E005")]
    return []
