"""The history of patients, written by triggers."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0005_history'),
        ('patients', '0002_row_level_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='PatientHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('external_id', models.CharField(blank=True, help_text="The practice system's own id of this person.", max_length=100, null=True)),
                ('given_name', models.CharField(max_length=100)),
                ('family_name', models.CharField(max_length=100)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('sex_at_birth', models.CharField(choices=[('female', 'Female'), ('male', 'Male'), ('intersex', 'Intersex'), ('unknown', 'Unknown')], default='unknown', max_length=10)),
                ('contact', models.JSONField(blank=True, default=dict)),
                ('running_profile', models.JSONField(blank=True, default=dict)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patienthistory" ("archived_at", "birth_date", "clinic_id", "contact", "created_at", "external_id", "family_name", "given_name", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (NEW."archived_at", NEW."birth_date", NEW."clinic_id", NEW."contact", NEW."created_at", NEW."external_id", NEW."family_name", NEW."given_name", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."running_profile", NEW."sex_at_birth"); RETURN NULL;', hash='df18242ccb49d26c7d7c3d1135688dbcec900974', operation='INSERT', pgid='pgtrigger_insert_insert_62165', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."birth_date" IS DISTINCT FROM (NEW."birth_date") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."contact" IS DISTINCT FROM (NEW."contact") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."given_name" IS DISTINCT FROM (NEW."given_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."running_profile" IS DISTINCT FROM (NEW."running_profile") OR OLD."sex_at_birth" IS DISTINCT FROM (NEW."sex_at_birth"))', func='INSERT INTO "patients_patienthistory" ("archived_at", "birth_date", "clinic_id", "contact", "created_at", "external_id", "family_name", "given_name", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (NEW."archived_at", NEW."birth_date", NEW."clinic_id", NEW."contact", NEW."created_at", NEW."external_id", NEW."family_name", NEW."given_name", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."running_profile", NEW."sex_at_birth"); RETURN NULL;', hash='8bcc689ecfeba68a88e747e7eedfa1b5f4aed334', operation='UPDATE', pgid='pgtrigger_update_update_546ce', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patienthistory" ("archived_at", "birth_date", "clinic_id", "contact", "created_at", "external_id", "family_name", "given_name", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (OLD."archived_at", OLD."birth_date", OLD."clinic_id", OLD."contact", OLD."created_at", OLD."external_id", OLD."family_name", OLD."given_name", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."running_profile", OLD."sex_at_birth"); RETURN NULL;', hash='6c4bc7495321c9b9bd8995530820504b09ed3584', operation='DELETE', pgid='pgtrigger_delete_delete_9898d', table='patients_patient', when='AFTER')),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='patients.patient'),
        ),
        protect('patients_patienthistory'),
        append_only('patients_patienthistory'),
        insert_only('patients_patienthistory'),
    ]
