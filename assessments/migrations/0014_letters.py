"""Referral letters: drafted, issued once, and never changed afterwards."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, definer_function, insert_only, protect

# An issued letter is what somebody acted on; a draft is changed and never deleted.
NEVER_CHANGED = """
CREATE TRIGGER issued_for_good BEFORE UPDATE ON assessments_letter FOR EACH ROW WHEN (OLD.state = 'issued')
    EXECUTE FUNCTION refuse_change(recipient, call_back, words, content, updated_at);
CREATE TRIGGER never_deleted BEFORE DELETE ON assessments_letter FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
CHANGED = """
DROP TRIGGER never_deleted ON assessments_letter;
DROP TRIGGER issued_for_good ON assessments_letter;
"""

# The rest of erase_patient, in its transaction: only for a patient of the transaction's own clinic who is erased.
ERASE_LETTERS = """
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (
        SELECT FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'no such erased patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);
    RETURN QUERY WITH blank AS (
        UPDATE assessments_letter SET
            recipient = CASE recipient WHEN '' THEN '' ELSE '[erased]' END,
            call_back = CASE call_back WHEN '' THEN '' ELSE '[erased]' END,
            words = CASE words WHEN '' THEN '' ELSE '[erased]' END,
            content = '{}', updated_at = moment
        WHERE patient_id = of_patient AND (content <> '{}' OR concat(recipient, call_back, words) <> '')
        RETURNING 1
    ) SELECT count(*), (SELECT count(*) FROM assessments_letter WHERE patient_id = of_patient) FROM blank;
    PERFORM set_config('app.erasing', '', true);
END
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0013_webhooks'),
        ('clinics', '0008_on_call_services'),
        ('patients', '0004_erasure'),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('to', models.CharField(choices=[('emergency_department', 'Emergency department'), ('gp', 'General practitioner'), ('specialist', 'Specialist')], max_length=20)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('issued', 'Issued')], default='draft', max_length=10)),
                ('recipient', models.TextField(blank=True)),
                ('call_back', models.TextField(blank=True, help_text='Where whoever reads the letter asks.')),
                ('words', models.TextField(blank=True, help_text="The clinician's own.")),
                ('content', models.JSONField(default=dict, help_text='The generated part, as it was issued.')),
                ('issued_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='clinics.clinic')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='assessments.escalation')),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='patients.patient')),
            ],
        ),
        migrations.CreateModel(
            name='LetterHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('to', models.CharField(choices=[('emergency_department', 'Emergency department'), ('gp', 'General practitioner'), ('specialist', 'Specialist')], max_length=20)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('issued', 'Issued')], default='draft', max_length=10)),
                ('issued_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('drafted_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership')),
                ('escalation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.escalation')),
                ('issued_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.letter')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['escalation', 'created_at'], name='letters_of_an_escalation'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('issued_at__isnull', True), ('issued_by__isnull', True), ('state', 'draft')), models.Q(('issued_at__isnull', False), ('issued_by__isnull', False), ('state', 'issued')), _connector='OR'), name='issued_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('escalation', 'to'), name='one_draft_for_each_reader'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_letterhistory" ("clinic_id", "created_at", "drafted_by_id", "escalation_id", "id", "issued_at", "issued_by_id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "to") VALUES (NEW."clinic_id", NEW."created_at", NEW."drafted_by_id", NEW."escalation_id", NEW."id", NEW."issued_at", NEW."issued_by_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."state", NEW."to"); RETURN NULL;', hash='ffa0dc069cec03b3df548fe12c69863a536fbd91', operation='INSERT', pgid='pgtrigger_insert_insert_289d9', table='assessments_letter', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."drafted_by_id" IS DISTINCT FROM (NEW."drafted_by_id") OR OLD."escalation_id" IS DISTINCT FROM (NEW."escalation_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."issued_by_id" IS DISTINCT FROM (NEW."issued_by_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."to" IS DISTINCT FROM (NEW."to"))', func='INSERT INTO "assessments_letterhistory" ("clinic_id", "created_at", "drafted_by_id", "escalation_id", "id", "issued_at", "issued_by_id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "to") VALUES (NEW."clinic_id", NEW."created_at", NEW."drafted_by_id", NEW."escalation_id", NEW."id", NEW."issued_at", NEW."issued_by_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."state", NEW."to"); RETURN NULL;', hash='03f50046d5f621ce9c75c63ec911b9ae4371e702', operation='UPDATE', pgid='pgtrigger_update_update_9d9a5', table='assessments_letter', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_letterhistory" ("clinic_id", "created_at", "drafted_by_id", "escalation_id", "id", "issued_at", "issued_by_id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "to") VALUES (OLD."clinic_id", OLD."created_at", OLD."drafted_by_id", OLD."escalation_id", OLD."id", OLD."issued_at", OLD."issued_by_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."state", OLD."to"); RETURN NULL;', hash='4aaf563b9850a4748bf79976a0bffbda0a1a422e', operation='DELETE', pgid='pgtrigger_delete_delete_d280a', table='assessments_letter', when='AFTER')),
        ),
        protect("assessments_letter"),
        protect("assessments_letterhistory"),
        append_only("assessments_letterhistory"),
        insert_only("assessments_letterhistory"),
        migrations.RunSQL(NEVER_CHANGED, CHANGED),
        definer_function(
            "erase_letters(of_patient uuid, moment timestamptz)",
            "TABLE (pseudonymised bigint, kept bigint)",
            ERASE_LETTERS,
            volatility="VOLATILE",
            language="plpgsql",
        ),
    ]
