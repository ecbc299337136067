"""Services that page a clinic's people."""

import backend.platform.storage.columns
import assessments.escalations.channels.models
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [("clinics", "0007_on_call_rota")]

    operations = [
        migrations.CreateModel(
            name='OnCallService',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('apprise', 'On-call service (Apprise)'), ('webhook', 'Signed webhook')], max_length=20)),
                ('schema', models.CharField(help_text='What stands before :// in its address.', max_length=30)),
                ('ending', models.CharField(blank=True, help_text="The address's last characters.", max_length=4)),
                ('sealed_url', models.TextField()),
                ('sealed_key', models.TextField(blank=True)),
                ('urgencies', models.JSONField(default=assessments.escalations.channels.models.only_emergencies)),
                ('enabled', models.BooleanField(default=True)),
                ('tested_at', models.DateTimeField(blank=True, null=True)),
                ('test_result', models.CharField(blank=True, choices=[('sent', 'Sent'), ('failed', 'Failed for the moment'), ('refused', 'Refused for good')], max_length=20)),
                ('test_reason', models.CharField(blank=True, max_length=200)),
                ('test_latency_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='on_call_services', to='clinics.clinic')),
            ],
            options={
                'verbose_name': 'on-call service',
            },
        ),
        migrations.CreateModel(
            name='OnCallServiceHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('apprise', 'On-call service (Apprise)'), ('webhook', 'Signed webhook')], max_length=20)),
                ('schema', models.CharField(help_text='What stands before :// in its address.', max_length=30)),
                ('urgencies', models.JSONField(default=assessments.escalations.channels.models.only_emergencies)),
                ('enabled', models.BooleanField(default=True)),
                ('tested_at', models.DateTimeField(blank=True, null=True)),
                ('test_result', models.CharField(blank=True, choices=[('sent', 'Sent'), ('failed', 'Failed for the moment'), ('refused', 'Refused for good')], max_length=20)),
                ('test_reason', models.CharField(blank=True, max_length=200)),
                ('test_latency_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='clinics.oncallservice')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='oncallservice',
            index=models.Index(fields=['clinic', 'updated_at', 'id'], name='on_call_service_changes'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncallservice',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_oncallservicehistory" ("clinic_id", "created_at", "enabled", "id", "kind", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema", "test_latency_ms", "test_reason", "test_result", "tested_at", "urgencies") VALUES (NEW."clinic_id", NEW."created_at", NEW."enabled", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."schema", NEW."test_latency_ms", NEW."test_reason", NEW."test_result", NEW."tested_at", NEW."urgencies"); RETURN NULL;', hash='94be7752ae8c7438452529538a0b4d931fa501a0', operation='INSERT', pgid='pgtrigger_insert_insert_667f5', table='clinics_oncallservice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncallservice',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."enabled" IS DISTINCT FROM (NEW."enabled") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."schema" IS DISTINCT FROM (NEW."schema") OR OLD."test_latency_ms" IS DISTINCT FROM (NEW."test_latency_ms") OR OLD."test_reason" IS DISTINCT FROM (NEW."test_reason") OR OLD."test_result" IS DISTINCT FROM (NEW."test_result") OR OLD."tested_at" IS DISTINCT FROM (NEW."tested_at") OR OLD."urgencies" IS DISTINCT FROM (NEW."urgencies"))', func='INSERT INTO "clinics_oncallservicehistory" ("clinic_id", "created_at", "enabled", "id", "kind", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema", "test_latency_ms", "test_reason", "test_result", "tested_at", "urgencies") VALUES (NEW."clinic_id", NEW."created_at", NEW."enabled", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."schema", NEW."test_latency_ms", NEW."test_reason", NEW."test_result", NEW."tested_at", NEW."urgencies"); RETURN NULL;', hash='fd63479b407bf9c64405d35ad3c4a167bbd4c221', operation='UPDATE', pgid='pgtrigger_update_update_24835', table='clinics_oncallservice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncallservice',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_oncallservicehistory" ("clinic_id", "created_at", "enabled", "id", "kind", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema", "test_latency_ms", "test_reason", "test_result", "tested_at", "urgencies") VALUES (OLD."clinic_id", OLD."created_at", OLD."enabled", OLD."id", OLD."kind", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."schema", OLD."test_latency_ms", OLD."test_reason", OLD."test_result", OLD."tested_at", OLD."urgencies"); RETURN NULL;', hash='86f7f844849c96cd118ffcbbd5220d6a41d86883', operation='DELETE', pgid='pgtrigger_delete_delete_a6952', table='clinics_oncallservice', when='AFTER')),
        ),
        protect('clinics_oncallservice'),
        protect('clinics_oncallservicehistory'),
        append_only('clinics_oncallservicehistory'),
        insert_only('clinics_oncallservicehistory'),
    ]
