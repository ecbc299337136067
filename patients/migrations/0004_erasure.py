"""A patient whose person has been forgotten, and what forbids it."""

import backend.platform.storage.columns
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, erasable, insert_only, protect

# Rows that never change have one exception. A table whose trigger names columns lets them be emptied by a function
# that runs as the table's owner with ``app.erasing`` set: the runtime role may set that too, and gains nothing.
REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('app.erasing', true) = 'yes'
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
        AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
REFUSE_EVERY_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

#: What says who somebody is.
PERSON = ("external_id", "given_name", "family_name", "birth_date", "sex_at_birth", "contact", "running_profile")

# Nobody but erasure makes an erased patient, and nothing gives one a name again.
ERASED_FOR_EVER = f"""
CREATE TRIGGER erased_for_ever BEFORE UPDATE ON patients_patient FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change({", ".join((*PERSON, "archived_at", "erased_at", "updated_at"))});
"""


class Migration(migrations.Migration):

    dependencies = [("patients", "0003_history"), ("clinics", "0008_on_call_services")]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('patient_request', 'The patient asked for it'), ('consent_withdrawn', 'Consent was withdrawn'), ('no_longer_needed', 'The data are no longer needed'), ('unlawful', 'The data should not have been recorded'), ('legal_obligation', 'A law or court demands it')], max_length=20)),
                ('erased_at', models.DateTimeField()),
                ('records', models.JSONField()),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='patient',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='patient',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='patient',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='patient',
            name='erased_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='patient',
            name='legal_hold_reason',
            field=models.CharField(blank=True, choices=[('legal_claim', 'Legal claim'), ('investigation', 'Investigation or complaint'), ('retention_period', 'Statutory retention period')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='patient',
            name='legal_hold_until',
            field=models.DateField(blank=True, help_text="The last day of the hold, by the clinic's calendar.", null=True),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='erased_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='legal_hold_reason',
            field=models.CharField(blank=True, choices=[('legal_claim', 'Legal claim'), ('investigation', 'Investigation or complaint'), ('retention_period', 'Statutory retention period')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='patienthistory',
            name='legal_hold_until',
            field=models.DateField(blank=True, help_text="The last day of the hold, by the clinic's calendar.", null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patienthistory" ("archived_at", "birth_date", "clinic_id", "contact", "created_at", "erased_at", "external_id", "family_name", "given_name", "id", "legal_hold_reason", "legal_hold_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (NEW."archived_at", NEW."birth_date", NEW."clinic_id", NEW."contact", NEW."created_at", NEW."erased_at", NEW."external_id", NEW."family_name", NEW."given_name", NEW."id", NEW."legal_hold_reason", NEW."legal_hold_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."running_profile", NEW."sex_at_birth"); RETURN NULL;', hash='f40ab2ce0ebbca3bd5909f60b9901b9e13e642c5', operation='INSERT', pgid='pgtrigger_insert_insert_62165', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."birth_date" IS DISTINCT FROM (NEW."birth_date") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."contact" IS DISTINCT FROM (NEW."contact") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."erased_at" IS DISTINCT FROM (NEW."erased_at") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."family_name" IS DISTINCT FROM (NEW."family_name") OR OLD."given_name" IS DISTINCT FROM (NEW."given_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."legal_hold_reason" IS DISTINCT FROM (NEW."legal_hold_reason") OR OLD."legal_hold_until" IS DISTINCT FROM (NEW."legal_hold_until") OR OLD."running_profile" IS DISTINCT FROM (NEW."running_profile") OR OLD."sex_at_birth" IS DISTINCT FROM (NEW."sex_at_birth"))', func='INSERT INTO "patients_patienthistory" ("archived_at", "birth_date", "clinic_id", "contact", "created_at", "erased_at", "external_id", "family_name", "given_name", "id", "legal_hold_reason", "legal_hold_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (NEW."archived_at", NEW."birth_date", NEW."clinic_id", NEW."contact", NEW."created_at", NEW."erased_at", NEW."external_id", NEW."family_name", NEW."given_name", NEW."id", NEW."legal_hold_reason", NEW."legal_hold_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."running_profile", NEW."sex_at_birth"); RETURN NULL;', hash='cb98fc06c81989a0cdc6a0578aaa8c6b8dc8373d', operation='UPDATE', pgid='pgtrigger_update_update_546ce', table='patients_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_patienthistory" ("archived_at", "birth_date", "clinic_id", "contact", "created_at", "erased_at", "external_id", "family_name", "given_name", "id", "legal_hold_reason", "legal_hold_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (OLD."archived_at", OLD."birth_date", OLD."clinic_id", OLD."contact", OLD."created_at", OLD."erased_at", OLD."external_id", OLD."family_name", OLD."given_name", OLD."id", OLD."legal_hold_reason", OLD."legal_hold_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."running_profile", OLD."sex_at_birth"); RETURN NULL;', hash='11b4cfc681936d1d0225894ccb42bfbe63170085', operation='DELETE', pgid='pgtrigger_delete_delete_9898d', table='patients_patient', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('legal_hold_reason', ''), ('legal_hold_until__isnull', True)), models.Q(models.Q(('legal_hold_reason', ''), _negated=True), ('legal_hold_until__isnull', False)), _connector='OR'), name='legal_hold_has_reason_and_end'),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('archived_at__isnull', False), ('birth_date__isnull', True), ('contact', {}), ('external_id__isnull', True), ('running_profile', {}), ('sex_at_birth', 'unknown')), _connector='OR'), name='erased_patient_is_nobody'),
        ),
        migrations.AddField(
            model_name='erasure',
            name='client',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
        ),
        migrations.AddField(
            model_name='erasure',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='erasure',
            name='patient',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='erasure', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='erasure',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        protect('patients_erasure'),
        append_only('patients_erasure'),
        insert_only('patients_erasure'),
        migrations.RunSQL(REFUSE_CHANGE, REFUSE_EVERY_CHANGE),
        erasable('patients_patienthistory', *PERSON),
        migrations.RunSQL(ERASED_FOR_EVER, "DROP TRIGGER erased_for_ever ON patients_patient;"),
    ]
