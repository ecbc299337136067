"""A clinic's data as a file, written in the background; and an end to what the list of changes keeps."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, definer_function, insert_only, protect

# Rights keep the service from deleting changes, but through the function below; this keeps everybody from
# deleting young ones.
KEEP_YOUNG_CHANGES = """
DROP TRIGGER append_only ON assessments_change;
CREATE TRIGGER never_changed BEFORE UPDATE ON assessments_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept_400_days BEFORE DELETE ON assessments_change
    FOR EACH ROW WHEN (OLD.at > now() - interval '400 days') EXECUTE FUNCTION refuse_change();
"""
KEEP_ALL_CHANGES = """
DROP TRIGGER kept_400_days ON assessments_change;
DROP TRIGGER never_changed ON assessments_change;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON assessments_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("assessments", "0005_erasure")]

    operations = [
        migrations.CreateModel(
            name='ForgottenChanges',
            fields=[
                ('clinic', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='forgotten_changes', serialize=False, to='clinics.clinic')),
                ('position', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'forgotten changes',
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('claim_token', models.UUIDField(blank=True, null=True)),
                ('round_failing_since', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='Attempts that failed since the last success.')),
                ('last_error', models.CharField(blank=True, max_length=200)),
                ('updated_since', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('ready', 'Ready'), ('failed', 'Failed'), ('expired', 'Expired')], default='queued', max_length=20)),
                ('failure', models.CharField(blank=True, choices=[('not_written', 'Writing it failed again and again'), ('patient_erased', 'A patient was erased meanwhile')], max_length=20)),
                ('changes_cursor', models.BigIntegerField(blank=True, null=True)),
                ('rows_total', models.JSONField(default=dict, help_text='By type.')),
                ('rows_done', models.JSONField(default=dict, help_text='By type.')),
                ('chunks_total', models.PositiveIntegerField(default=0)),
                ('chunks_done', models.PositiveIntegerField(default=0)),
                ('size_bytes', models.PositiveBigIntegerField(default=0)),
                ('stalled', models.PositiveSmallIntegerField(default=0, help_text='Attempts since the last that wrote something.')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ready_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='clinics.clinic')),
                ('patient', models.ForeignKey(blank=True, help_text='Null: everybody.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('requested_by_client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('requested_by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ExportChunk',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(help_text='From 0 on.')),
                ('rows', models.JSONField(help_text='[type, id] of each row.')),
                ('patients', models.JSONField(help_text='Their ids.')),
                ('content', models.BinaryField(help_text='The lines, gzipped; null until they are written.', null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='export_chunks', to='clinics.clinic')),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='assessments.export')),
            ],
        ),
        migrations.CreateModel(
            name='ExportHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_since', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('ready', 'Ready'), ('failed', 'Failed'), ('expired', 'Expired')], default='queued', max_length=20)),
                ('failure', models.CharField(blank=True, choices=[('not_written', 'Writing it failed again and again'), ('patient_erased', 'A patient was erased meanwhile')], max_length=20)),
                ('changes_cursor', models.BigIntegerField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ready_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Null: everybody.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.export')),
                ('requested_by_client', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('requested_by_user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['next_attempt_at'], name='export_due'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(fields=['clinic', 'updated_at', 'id'], name='export_changes'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), ('expires_at__isnull', False), _connector='OR'), name='ready_export_expires'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('failure', ''), _negated=True), _connector='OR'), name='failed_export_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_exporthistory" ("changes_cursor", "clinic_id", "created_at", "expires_at", "failure", "id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "ready_at", "requested_by_client_id", "requested_by_user_id", "started_at", "state", "updated_since") VALUES (NEW."changes_cursor", NEW."clinic_id", NEW."created_at", NEW."expires_at", NEW."failure", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."ready_at", NEW."requested_by_client_id", NEW."requested_by_user_id", NEW."started_at", NEW."state", NEW."updated_since"); RETURN NULL;', hash='a1f36a18d8a04749149853ad3f2bf0b88c696e99', operation='INSERT', pgid='pgtrigger_insert_insert_7ea52', table='assessments_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changes_cursor" IS DISTINCT FROM (NEW."changes_cursor") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."failure" IS DISTINCT FROM (NEW."failure") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."ready_at" IS DISTINCT FROM (NEW."ready_at") OR OLD."requested_by_client_id" IS DISTINCT FROM (NEW."requested_by_client_id") OR OLD."requested_by_user_id" IS DISTINCT FROM (NEW."requested_by_user_id") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."updated_since" IS DISTINCT FROM (NEW."updated_since"))', func='INSERT INTO "assessments_exporthistory" ("changes_cursor", "clinic_id", "created_at", "expires_at", "failure", "id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "ready_at", "requested_by_client_id", "requested_by_user_id", "started_at", "state", "updated_since") VALUES (NEW."changes_cursor", NEW."clinic_id", NEW."created_at", NEW."expires_at", NEW."failure", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."ready_at", NEW."requested_by_client_id", NEW."requested_by_user_id", NEW."started_at", NEW."state", NEW."updated_since"); RETURN NULL;', hash='0dc21ad108a36c6d0c5013c157f618283f6e6d92', operation='UPDATE', pgid='pgtrigger_update_update_8a596', table='assessments_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_exporthistory" ("changes_cursor", "clinic_id", "created_at", "expires_at", "failure", "id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "ready_at", "requested_by_client_id", "requested_by_user_id", "started_at", "state", "updated_since") VALUES (OLD."changes_cursor", OLD."clinic_id", OLD."created_at", OLD."expires_at", OLD."failure", OLD."id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."ready_at", OLD."requested_by_client_id", OLD."requested_by_user_id", OLD."started_at", OLD."state", OLD."updated_since"); RETURN NULL;', hash='c91b2e1ca092d2373e9ed115c69005cba75bff1c', operation='DELETE', pgid='pgtrigger_delete_delete_67d90', table='assessments_export', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='exportchunk',
            constraint=models.UniqueConstraint(fields=('export', 'number'), name='one_chunk_per_place_of_an_export'),
        ),
        protect('assessments_export'),
        protect('assessments_exportchunk'),
        protect('assessments_exporthistory'),
        append_only('assessments_exporthistory'),
        insert_only('assessments_exporthistory'),
        protect('assessments_forgottenchanges'),
        definer_function(
            "claim_due_export(moment timestamptz, until timestamptz)",
            "TABLE (row_id uuid, clinic uuid, token uuid)",
            """
            UPDATE assessments_export SET leased_until = until, claim_token = gen_random_uuid()
            WHERE id = (
                SELECT id FROM assessments_export
                WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
                ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            RETURNING id, clinic_id, claim_token
            """,
            volatility="VOLATILE",
        ),
        migrations.RunSQL(KEEP_YOUNG_CHANGES, KEEP_ALL_CHANGES),
        # The clinic's oldest changes before a time, at most so many; remembers how far they went.
        definer_function(
            "forget_changes(before timestamptz, at_most integer)",
            "bigint",
            """
            WITH gone AS (
                DELETE FROM assessments_change WHERE position IN (
                    SELECT position FROM (
                        SELECT position, at FROM assessments_change
                        WHERE clinic_id = current_clinic() ORDER BY position LIMIT at_most
                    ) oldest WHERE at < before
                ) RETURNING position
            ), noted AS (
                INSERT INTO assessments_forgottenchanges (clinic_id, position)
                SELECT current_clinic(), max(position) FROM gone HAVING count(*) > 0
                ON CONFLICT (clinic_id) DO UPDATE SET position = excluded.position
            )
            SELECT count(*) FROM gone
            """,
            volatility="VOLATILE",
        ),
        migrations.RunSQL(
            f"""
            DO $do$ BEGIN
                IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{settings.DATABASE_APP_ROLE}') THEN
                    REVOKE INSERT, UPDATE, DELETE ON assessments_forgottenchanges
                        FROM {settings.DATABASE_APP_ROLE};
                END IF;
            END $do$;
            """,
            migrations.RunSQL.noop,
        ),
    ]
