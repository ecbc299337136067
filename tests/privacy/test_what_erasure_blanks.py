"""What says who a patient is stands in one list, and everything that takes it away follows the list."""

import re

from django.db import connection

from patients.models import ERASED, Patient

#: Columns of a patient that stay, with what they say.
KEPT = {
    "id": "a number of ours",
    "created_at": "a time",
    "updated_at": "a time",
    "clinic": "whose patient it was",
    "archived_at": "a time",
    "archive_reason": "a code",
    "erased_at": "a time",
    "legal_hold_reason": "a code",
    "legal_hold_until": "a day",
}
#: What erasure sets besides on the row itself.
TIMES = {"archived_at", "erased_at", "updated_at"}


def trigger_arguments(table: str, name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(tgargs, 'escape') FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass",
            [name, table],
        )
        [said] = cursor.fetchone()
    return str(said).removesuffix("\\000").split("\\000")


def blanked_by_the_function(table: str) -> dict[str, str]:
    """What ``erase_patient`` sets in a table: columns and values, as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'erase_patient'")
        [body] = cursor.fetchone()
    [statement] = re.findall(rf"UPDATE {table} SET(.+?)WHERE", body, re.DOTALL)
    return dict(re.findall(r"(\w+) = ((?:[^,(]|\([^)]*\))+)", statement.strip()))


def test_every_column_of_a_patient_is_erased_or_has_its_reason(db: None) -> None:
    """A new one: add it to ``ERASED``, and erase it in the database; or say in ``KEPT`` what it holds."""
    columns = {column.name for column in Patient._meta.concrete_fields}
    assert columns == {*ERASED, *KEPT}
    assert not ERASED.keys() & KEPT.keys()


def test_the_row_loses_what_the_list_says(db: None) -> None:
    left = blanked_by_the_function("patients_patient")
    assert left.keys() == ERASED.keys() | TIMES
    for column, value in ERASED.items():
        written = {None: "NULL"}.get(value, f"'{value}'") if not isinstance(value, dict) else "'{}'"
        assert left[column].strip().startswith(written), column


def test_its_history_loses_the_same(db: None) -> None:
    row, history = (blanked_by_the_function(f"patients_patient{of}") for of in ("", "history"))
    assert history.keys() == ERASED.keys()
    for column in ERASED:
        pseudonym = f"person.{column}"
        assert history[column].strip() in (row[column].strip(), pseudonym), column
        assert (history[column].strip() == pseudonym) is (column in ("given_name", "family_name"))


def test_nothing_but_the_list_may_be_emptied_by_erasure(db: None) -> None:
    assert set(trigger_arguments("patients_patienthistory", "append_only")) == set(ERASED)
    assert set(trigger_arguments("patients_patient", "erased_for_ever")) == ERASED.keys() | TIMES


def test_the_tables_own_check_asks_for_all_of_it(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'erased_patient_is_nobody'"
        )
        [said] = cursor.fetchone()
    assert set(re.findall(r"(\w+)\)?(?:::text)? (?:=|IS NULL|IS NOT NULL)", said)) == {
        *ERASED,
        "archived_at",
        "erased_at",
    } - {"given_name", "family_name"}
