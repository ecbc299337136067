"""The second wall between clinics, and what may never be changed."""

from django.db import migrations

from backend.platform.storage.migration_steps import append_only, insert_only, protect

TABLES = [
    "assessments_assessment",
    "assessments_card",
    "assessments_cardfeedback",
    "assessments_change",
    "assessments_checkinlink",
    "assessments_delivery",
    "assessments_deliveryattempt",
    "assessments_escalation",
    "assessments_escalationevent",
    "assessments_exerciselog",
    "assessments_export",
    "assessments_exportchunk",
    "assessments_followup",
    "assessments_forgottenchanges",
    "assessments_letter",
    "assessments_override",
    "assessments_parameterpreview",
    "assessments_parameterset",
    "assessments_programme",
    "assessments_programmeevent",
    "assessments_runlog",
    "assessments_shoe",
    "assessments_webhookattempt",
    "assessments_webhookdelivery",
    "assessments_webhookevent",
    "clinics_oncallplan",
    "clinics_oncallservice",
    "clinics_webhookendpoint",
]
HISTORIES = [
    "assessments_checkinlinkhistory",
    "assessments_escalationhistory",
    "assessments_exerciseloghistory",
    "assessments_exporthistory",
    "assessments_followuphistory",
    "assessments_letterhistory",
    "assessments_programmehistory",
    "assessments_shoehistory",
    "clinics_oncallplanhistory",
    "clinics_oncallservicehistory",
    "clinics_webhookendpointhistory",
]
#: Those of which erasure may empty columns; assessments, overrides and letters: rows_that_stay.sql.
ERASABLE = {
    "assessments_cardfeedback": ["comment"],
    "assessments_escalationevent": ["note"],
    "assessments_escalationhistory": ["outcome"],
}
#: What is written once: the service may not change it, or not even the owner.
NEVER_CHANGED = [
    "assessments_cardfeedback",
    "assessments_parameterpreview",
    "assessments_parameterset",
    *HISTORIES,
]


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_functions")]

    operations = [
        *(protect(table) for table in (*TABLES, *HISTORIES)),
        *(
            append_only(table, *ERASABLE.get(table, ()))
            for table in (
                *NEVER_CHANGED,
                "assessments_deliveryattempt",
                "assessments_escalationevent",
                "assessments_programmeevent",
                "assessments_runlog",
            )
        ),
        *(insert_only(table) for table in NEVER_CHANGED),
    ]
