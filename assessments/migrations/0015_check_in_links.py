"""Links by which a runner answers a follow-up."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, definer_function, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0014_letters'),
        ('clinics', '0008_on_call_services'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CheckInLink',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='check_in_links', to='clinics.clinic')),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='check_in_links', to='assessments.followup')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CheckInLinkHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('follow_up', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.followup')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.checkinlink')),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='checkinlink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('follow_up',), name='one_check_in_link'),
        ),
        migrations.AddConstraint(
            model_name='checkinlink',
            constraint=models.CheckConstraint(condition=models.Q(('used_at__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='a_used_link_has_ended'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkinlink',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_checkinlinkhistory" ("client_id", "clinic_id", "created_at", "ended_at", "expires_at", "follow_up_id", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") VALUES (NEW."client_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."expires_at", NEW."follow_up_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."used_at", NEW."user_id"); RETURN NULL;', hash='292711d69774506fcd1482aa9da89af70d9558be', operation='INSERT', pgid='pgtrigger_insert_insert_f1b7b', table='assessments_checkinlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkinlink',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."follow_up_id" IS DISTINCT FROM (NEW."follow_up_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."used_at" IS DISTINCT FROM (NEW."used_at") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "assessments_checkinlinkhistory" ("client_id", "clinic_id", "created_at", "ended_at", "expires_at", "follow_up_id", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") VALUES (NEW."client_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."expires_at", NEW."follow_up_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."used_at", NEW."user_id"); RETURN NULL;', hash='3f48a60eb365c1579d28057ead912868a72b9247', operation='UPDATE', pgid='pgtrigger_update_update_7c584', table='assessments_checkinlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkinlink',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_checkinlinkhistory" ("client_id", "clinic_id", "created_at", "ended_at", "expires_at", "follow_up_id", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") VALUES (OLD."client_id", OLD."clinic_id", OLD."created_at", OLD."ended_at", OLD."expires_at", OLD."follow_up_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."used_at", OLD."user_id"); RETURN NULL;', hash='c8cbb1b85f7de266df9316b214a9467ebff26f29', operation='DELETE', pgid='pgtrigger_delete_delete_88967', table='assessments_checkinlink', when='AFTER')),
        ),
        protect("assessments_checkinlink"),
        protect("assessments_checkinlinkhistory"),
        append_only("assessments_checkinlinkhistory"),
        insert_only("assessments_checkinlinkhistory"),
        definer_function(
            "clinic_of_check_in_link(hash text)",
            "uuid",
            "SELECT clinic_id FROM assessments_checkinlink WHERE token_hash = hash",
        ),
    ]
