"""Who is on call when, and the ladder of each urgency, with its history."""

import backend.platform.storage.columns
import django.core.serializers.json
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [("clinics", "0006_members_and_clients")]

    operations = [
        migrations.CreateModel(
            name='OnCallPlan',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('shifts', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('covers', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('country', models.CharField(blank=True, max_length=3)),
                ('subdivision', models.CharField(blank=True, max_length=40)),
                ('closed_days', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('ladders', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('quiet_hours', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('clinic', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='on_call_plan', to='clinics.clinic')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OnCallPlanHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('shifts', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('covers', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('country', models.CharField(blank=True, max_length=3)),
                ('subdivision', models.CharField(blank=True, max_length=40)),
                ('closed_days', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('ladders', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('quiet_hours', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='clinics.oncallplan')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncallplan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_oncallplanhistory" ("clinic_id", "closed_days", "country", "covers", "created_at", "id", "ladders", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_hours", "shifts", "subdivision") VALUES (NEW."clinic_id", NEW."closed_days", NEW."country", NEW."covers", NEW."created_at", NEW."id", NEW."ladders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."quiet_hours", NEW."shifts", NEW."subdivision"); RETURN NULL;', hash='71c1841101b00201b2ece71b95bc4dbe833cec6a', operation='INSERT', pgid='pgtrigger_insert_insert_97c65', table='clinics_oncallplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncallplan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."closed_days" IS DISTINCT FROM (NEW."closed_days") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."covers" IS DISTINCT FROM (NEW."covers") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."ladders" IS DISTINCT FROM (NEW."ladders") OR OLD."quiet_hours" IS DISTINCT FROM (NEW."quiet_hours") OR OLD."shifts" IS DISTINCT FROM (NEW."shifts") OR OLD."subdivision" IS DISTINCT FROM (NEW."subdivision"))', func='INSERT INTO "clinics_oncallplanhistory" ("clinic_id", "closed_days", "country", "covers", "created_at", "id", "ladders", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_hours", "shifts", "subdivision") VALUES (NEW."clinic_id", NEW."closed_days", NEW."country", NEW."covers", NEW."created_at", NEW."id", NEW."ladders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."quiet_hours", NEW."shifts", NEW."subdivision"); RETURN NULL;', hash='c2d2d9e2f56f9b4c7368551bab4311c60e7bfc66', operation='UPDATE', pgid='pgtrigger_update_update_d0a9d', table='clinics_oncallplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncallplan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_oncallplanhistory" ("clinic_id", "closed_days", "country", "covers", "created_at", "id", "ladders", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_hours", "shifts", "subdivision") VALUES (OLD."clinic_id", OLD."closed_days", OLD."country", OLD."covers", OLD."created_at", OLD."id", OLD."ladders", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."quiet_hours", OLD."shifts", OLD."subdivision"); RETURN NULL;', hash='c4809debf57c94866a14a985ebf70db7d2e87cfd', operation='DELETE', pgid='pgtrigger_delete_delete_1eccc', table='clinics_oncallplan', when='AFTER')),
        ),
        protect('clinics_oncallplan'),
        protect('clinics_oncallplanhistory'),
        append_only('clinics_oncallplanhistory'),
        insert_only('clinics_oncallplanhistory'),
    ]
