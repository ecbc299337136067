"""How a transaction gets its clinic, what is asked before it has one, and rows that stay."""

from django.db import migrations

from backend.platform.storage.migration_steps import sql_files


class Migration(migrations.Migration):
    dependencies = [("clinics", "0002_history"), ("oauth2_provider", "0022_refreshtoken_token_family_index")]

    operations = [
        *sql_files(
            __file__,
            "clinic_of_a_transaction.sql",
            "before_a_clinic_is_known.sql",
            "rows_that_stay.sql",
            "requests.sql",
        ),
    ]
