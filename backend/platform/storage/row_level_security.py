"""Row-level security, written by hand in migrations.

The runtime role sees and writes the rows of the clinic that ``clinic_scope`` entered for the transaction, and
none when it is in no clinic. The owner role (migrations, backups, the few definer functions) sees all; no
request ever runs as it. Look-ups that must happen before a clinic is known go through definer functions, each
of which answers one narrow question.
"""

from django.conf import settings
from django.db.migrations import RunSQL


def protect(table: str, column: str = "clinic_id") -> RunSQL:
    """Return the migration step that closes a table to every clinic but the transaction's own."""
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own_clinic_only ON {table}
            USING ({column} = (SELECT current_clinic())) WITH CHECK ({column} = (SELECT current_clinic()));
        CREATE POLICY owner_sees_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);
        """,
        f"""
        DROP POLICY owner_sees_all ON {table};
        DROP POLICY own_clinic_only ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def definer_function(
    signature: str, returns: str, body: str, volatility: str = "STABLE", language: str = "sql"
) -> RunSQL:
    """Return the migration step for a function that runs as the owner, callable by the runtime role only."""
    name = signature.partition("(")[0]
    return RunSQL(
        f"""
        CREATE FUNCTION {signature} RETURNS {returns}
        LANGUAGE {language} {volatility} SECURITY DEFINER SET search_path = public, pg_temp AS $$ {body} $$;
        REVOKE ALL ON FUNCTION {name} FROM PUBLIC;
        DO $do$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{settings.DATABASE_APP_ROLE}') THEN
                GRANT EXECUTE ON FUNCTION {name} TO {settings.DATABASE_APP_ROLE};
            END IF;
        END $do$;
        """,
        f"DROP FUNCTION {name};",
    )


def insert_only(table: str) -> RunSQL:
    """Return the migration step that takes the right to change or delete rows from the runtime role."""
    return RunSQL(_of_runtime_role(f"REVOKE UPDATE, DELETE ON {table} FROM"), RunSQL.noop)


def _of_runtime_role(statement: str) -> str:
    role = settings.DATABASE_APP_ROLE
    return f"""
        DO $do$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN {statement} {role}; END IF;
        END $do$;
        """


def append_only(table: str) -> RunSQL:
    """Return the migration step after which the database itself refuses to change or delete a row."""
    return RunSQL(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        """,
        f"DROP TRIGGER append_only ON {table};",
    )


def erasable(table: str, *columns: str) -> RunSQL:
    """Return the migration step that lets erasure alone empty these columns of append-only rows."""
    trigger = f"""
        CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change({{}});
        """
    return RunSQL(trigger.format(", ".join(columns)), trigger.format(""))
