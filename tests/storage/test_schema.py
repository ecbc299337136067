"""The schema, as the migrations make it and as the file beside says."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

from backend.platform.storage.history import KINDS
from backend.platform.storage.migration_steps import RUNTIME_ROLE, insert_only, sql_files
from tools import check
from tools.environment import ROOT
from tools.migration_numbers import faults
from tools.schema import SCHEMA, migrated_schema, sorted_schema

PLAIN = {"0001_schema.py": [], "0002_more.py": ["0001_schema"], "0003_rest.py": ["0002_more"]}


@pytest.mark.process
@pytest.mark.smoke
def test_the_committed_schema_is_what_the_migrations_make() -> None:
    made = migrated_schema(os.environ["DATABASE_URL"])
    assert made == SCHEMA.read_text(encoding="utf-8"), "run make generate, and read what it changed"


def test_a_policy_more_a_right_less_and_another_body_are_each_seen() -> None:
    said = SCHEMA.read_text(encoding="utf-8")
    for part in (
        "CREATE POLICY own_clinic_only ON public.patients_patient ",
        "REVOKE ALL ON FUNCTION public.erase_patient(",
        "GRANT SELECT,INSERT ON TABLE public.patients_patienthistory TO rtr_app",
        "COMMENT ON TRIGGER pgtrigger_update_update",
        "CREATE VIEW public.assessments_flag WITH (security_invoker='true')",
        "given_name = 'Erased'",
    ):
        assert part in said
    assert "OWNER TO" not in said


def test_the_order_of_a_dump_does_not_matter() -> None:
    parts = [
        f"--\n-- Name: {name}; Type: {kind}; Schema: public; Owner: rtr_owner\n--\n\n{text}\n\n\n"
        for name, kind, text in (
            ("b", "TABLE", "CREATE TABLE public.b ();"),
            ("b_of", "INDEX", "CREATE INDEX b_of ON public.b USING btree (id);"),
            ("a", "TABLE", "CREATE TABLE public.a ();"),
        )
    ]
    end = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x7\n"
    one, other = (sorted_schema("SET x;\n" + "".join(order) + end) for order in (parts, parts[::-1]))
    assert one == other
    assert [line for line in one.splitlines() if line.startswith("CREATE")] == [
        "CREATE TABLE public.a ();",
        "CREATE TABLE public.b ();",
        "CREATE INDEX b_of ON public.b USING btree (id);",
    ]
    assert "unrestrict" not in one


def test_the_triggers_of_every_history_are_those_that_the_models_declare() -> None:
    state = MigrationLoader(None).project_state().models
    for kind in KINDS.values():
        of_migrations = state[kind.model._meta.app_label, kind.model._meta.model_name].options["triggers"]
        declared = [trigger.compile(kind.model) for trigger in kind.model._meta.triggers]  # type: ignore[attr-defined]
        assert [(one.name, str(one.sql)) for one in of_migrations] == [
            (one.name, str(one.sql)) for one in declared
        ]
    assert len(KINDS) == 15


def test_rights_are_given_to_a_role_that_exists_or_the_migration_fails(db: None, settings: Any) -> None:
    [policies] = sql_files(str(ROOT / "clinics" / "migrations" / "x.py"), "before_a_clinic_is_known.sql")
    assert f'TO "{settings.DATABASE_APP_ROLE}";' in policies.sql
    assert RUNTIME_ROLE not in policies.sql
    settings.DATABASE_APP_ROLE = "nobody_made_it"
    with (
        pytest.raises(ProgrammingError, match='role "nobody_made_it" does not exist'),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert_only("patients_patient").sql)


def write(root: Path, migrations: dict[str, list[str]], sql: tuple[str, ...] = ()) -> None:
    folder = root / "clinics" / "migrations"
    (folder / "sql").mkdir(parents=True)
    (folder / "__init__.py").touch()
    for name, upon in migrations.items():
        pairs = ", ".join(f'("clinics", "{one}")' for one in upon)
        body = f'class Migration:\n    dependencies = [{pairs}{", " if pairs else ""}("auth", "0012_x")]\n'
        (folder / name).write_text(body + '    operations = ["used.sql"]\n')
    for name in sql:
        (folder / "sql" / name).touch()


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"0003_another.py": ["0002_more"]}, "0003_rest.py stands where 0004 must"),
        ({"0005_later.py": ["0003_rest"]}, "0005_later.py stands where 0004 must"),
        ({"0004_side.py": ["0002_more"]}, "0004_side.py must depend on 0003_rest"),
        ({"0004_merge.py": ["0002_more", "0003_rest"]}, "0004_merge.py must depend on 0003_rest"),
        ({"later.py": ["0003_rest"]}, "later.py stands where 0004 must"),
    ],
)
def test_a_migration_out_of_line_is_named(tmp_path: Path, planted: dict[str, list[str]], said: str) -> None:
    write(tmp_path, PLAIN | planted)
    [fault] = faults(tmp_path)
    assert said in fault


def test_sql_that_no_migration_runs_is_named(tmp_path: Path) -> None:
    write(tmp_path, PLAIN, sql=("used.sql", "forgotten.sql"))
    assert faults(tmp_path) == ["clinics: no migration runs sql/forgotten.sql."]


def test_migrations_in_line_pass_and_ours_are(tmp_path: Path) -> None:
    write(tmp_path, PLAIN, sql=("used.sql",))
    assert faults(tmp_path) == faults() == []


def test_make_check_asks_for_the_line_of_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.migration_numbers, "faults", lambda: ["clinics: two of one number"])
    with pytest.raises(check.CheckError, match="two of one number"):
        check.check_migrations()
