"""The second wall between clinics, and what may never be changed."""

from django.db import migrations

from backend.platform.storage.migration_steps import append_only, insert_only, protect

TABLES = [
    "clinics_accesslogentry",
    "clinics_accessloghead",
    "clinics_answeredrequest",
    "clinics_apiclient",
    "clinics_membership",
    "clinics_publishedkeys",
]
HISTORIES = [
    "clinics_apiclienthistory",
    "clinics_clinichistory",
    "clinics_membershiphistory",
]


class Migration(migrations.Migration):
    dependencies = [("clinics", "0003_functions")]

    operations = [
        *(protect(table) for table in (*TABLES, *HISTORIES)),
        protect("clinics_clinic", column="id"),
        *(append_only(table) for table in ("clinics_accesslogentry", *HISTORIES)),
        *(insert_only(table) for table in ("clinics_accesslogentry", *HISTORIES)),
    ]
