"""Receivers of a clinic's events."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0009_signed_clients'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('url', models.CharField(max_length=2000)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('events', models.JSONField(default=list, help_text='Types it is told of; empty: every one.')),
                ('enabled', models.BooleanField(default=True)),
                ('disabled_because', models.CharField(blank=True, choices=[('by_clinic', 'Switched off by the clinic'), ('gone', 'Answered 410 Gone')], max_length=20)),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('sealed_keys', models.JSONField(default=list)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('rests_until', models.DateTimeField(blank=True, null=True)),
                ('notice', models.CharField(blank=True, choices=[('gone', 'It answered 410 and was switched off'), ('failing', 'It has been failing for a day')], max_length=20)),
                ('notice_due_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_endpoints', to='clinics.clinic')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookEndpointHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('url', models.CharField(max_length=2000)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('events', models.JSONField(default=list, help_text='Types it is told of; empty: every one.')),
                ('enabled', models.BooleanField(default=True)),
                ('disabled_because', models.CharField(blank=True, choices=[('by_clinic', 'Switched off by the clinic'), ('gone', 'Answered 410 Gone')], max_length=20)),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='clinics.webhookendpoint')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='webhookendpoint',
            index=models.Index(fields=['clinic', 'updated_at', 'id'], name='webhook_endpoint_changes'),
        ),
        migrations.AddIndex(
            model_name='webhookendpoint',
            index=models.Index(condition=models.Q(('enabled', True)), fields=['clinic'], name='webhook_endpoint_listens'),
        ),
        migrations.AddConstraint(
            model_name='webhookendpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disabled_because', ''), ('enabled', True)), models.Q(('disabled_at__isnull', False), ('enabled', False), models.Q(('disabled_because', ''), _negated=True)), _connector='OR'), name='disabled_endpoint_says_why'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_webhookendpointhistory" ("clinic_id", "created_at", "description", "disabled_at", "disabled_because", "enabled", "events", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."clinic_id", NEW."created_at", NEW."description", NEW."disabled_at", NEW."disabled_because", NEW."enabled", NEW."events", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."url"); RETURN NULL;', hash='b7fdec7da63c60082b33ba8da52481a8391c66bd', operation='INSERT', pgid='pgtrigger_insert_insert_cb36f', table='clinics_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."disabled_at" IS DISTINCT FROM (NEW."disabled_at") OR OLD."disabled_because" IS DISTINCT FROM (NEW."disabled_because") OR OLD."enabled" IS DISTINCT FROM (NEW."enabled") OR OLD."events" IS DISTINCT FROM (NEW."events") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "clinics_webhookendpointhistory" ("clinic_id", "created_at", "description", "disabled_at", "disabled_because", "enabled", "events", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."clinic_id", NEW."created_at", NEW."description", NEW."disabled_at", NEW."disabled_because", NEW."enabled", NEW."events", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."url"); RETURN NULL;', hash='40e9d60f92f0ea8d1c40d69a7f2f58d90f4d3b3e', operation='UPDATE', pgid='pgtrigger_update_update_d5065', table='clinics_webhookendpoint', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookendpoint',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_webhookendpointhistory" ("clinic_id", "created_at", "description", "disabled_at", "disabled_because", "enabled", "events", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (OLD."clinic_id", OLD."created_at", OLD."description", OLD."disabled_at", OLD."disabled_because", OLD."enabled", OLD."events", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."url"); RETURN NULL;', hash='34f7c9433faf88b749a041deb648867fcc0f2ed1', operation='DELETE', pgid='pgtrigger_delete_delete_6b114', table='clinics_webhookendpoint', when='AFTER')),
        ),
        protect('clinics_webhookendpoint'),
        protect('clinics_webhookendpointhistory'),
        append_only('clinics_webhookendpointhistory'),
        insert_only('clinics_webhookendpointhistory'),
    ]
