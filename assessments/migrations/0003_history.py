"""The history of escalations and follow-ups, written by triggers."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0003_amendments_and_overrides'),
        ('clinics', '0005_history'),
        ('patients', '0003_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='EscalationHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('urgency', models.CharField(choices=[('routine', 'Routine'), ('within_2_weeks', 'Within 2 weeks'), ('complete_screen_now', 'Complete screen now'), ('same_day', 'Same day'), ('emergency_now', 'Emergency now')], max_length=30)),
                ('urgency_rank', models.PositiveSmallIntegerField(help_text="The protocol's rank of the urgency, for sorting.")),
                ('state', models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved')], default='open', max_length=20)),
                ('opened_at', models.DateTimeField()),
                ('acknowledge_by', models.DateTimeField()),
                ('policy', models.JSONField()),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, max_length=1000)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FollowUpHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('check_24_hours', '24-hour check'), ('day_7', 'Day 7 review'), ('day_14', 'Day 14 review'), ('day_28', 'Day 28 of the episode'), ('day_42', 'Day 42 of the episode')], max_length=20)),
                ('state', models.CharField(choices=[('scheduled', 'Scheduled'), ('due', 'Due'), ('overdue', 'Overdue'), ('lapsed', 'Permission lapsed'), ('answered', 'Answered'), ('cancelled', 'Cancelled')], default='scheduled', max_length=20)),
                ('opens_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('overdue_at', models.DateTimeField()),
                ('permission_lapses_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "clinic_id", "created_at", "id", "opened_at", "outcome", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "urgency", "urgency_rank") VALUES (NEW."acknowledge_by", NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assessment_id", NEW."clinic_id", NEW."created_at", NEW."id", NEW."opened_at", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."policy", NEW."resolved_at", NEW."resolved_by_id", NEW."state", NEW."urgency", NEW."urgency_rank"); RETURN NULL;', hash='d968cd99b4825cfed2d1c0bc6337aa736a1e90af', operation='INSERT', pgid='pgtrigger_insert_insert_05d3e', table='assessments_escalation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acknowledge_by" IS DISTINCT FROM (NEW."acknowledge_by") OR OLD."acknowledged_at" IS DISTINCT FROM (NEW."acknowledged_at") OR OLD."acknowledged_by_id" IS DISTINCT FROM (NEW."acknowledged_by_id") OR OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."policy" IS DISTINCT FROM (NEW."policy") OR OLD."resolved_at" IS DISTINCT FROM (NEW."resolved_at") OR OLD."resolved_by_id" IS DISTINCT FROM (NEW."resolved_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."urgency" IS DISTINCT FROM (NEW."urgency") OR OLD."urgency_rank" IS DISTINCT FROM (NEW."urgency_rank"))', func='INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "clinic_id", "created_at", "id", "opened_at", "outcome", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "urgency", "urgency_rank") VALUES (NEW."acknowledge_by", NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assessment_id", NEW."clinic_id", NEW."created_at", NEW."id", NEW."opened_at", NEW."outcome", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."policy", NEW."resolved_at", NEW."resolved_by_id", NEW."state", NEW."urgency", NEW."urgency_rank"); RETURN NULL;', hash='c40914256fbe254b782658ae3aa34e1403d86658', operation='UPDATE', pgid='pgtrigger_update_update_857fb', table='assessments_escalation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "clinic_id", "created_at", "id", "opened_at", "outcome", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "urgency", "urgency_rank") VALUES (OLD."acknowledge_by", OLD."acknowledged_at", OLD."acknowledged_by_id", OLD."assessment_id", OLD."clinic_id", OLD."created_at", OLD."id", OLD."opened_at", OLD."outcome", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."policy", OLD."resolved_at", OLD."resolved_by_id", OLD."state", OLD."urgency", OLD."urgency_rank"); RETURN NULL;', hash='bb865e59df9eea92e5c1585e5bd8b9d3a2bacdde', operation='DELETE', pgid='pgtrigger_delete_delete_91c73', table='assessments_escalation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."answer_id", NEW."answered_at", NEW."assessment_id", NEW."clinic_id", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."opens_at", NEW."overdue_at", NEW."patient_id", NEW."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."state"); RETURN NULL;', hash='ac5c5fe94fb08217d29cbececdedf13c7cc49438', operation='INSERT', pgid='pgtrigger_insert_insert_82dc3', table='assessments_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answer_id" IS DISTINCT FROM (NEW."answer_id") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."opens_at" IS DISTINCT FROM (NEW."opens_at") OR OLD."overdue_at" IS DISTINCT FROM (NEW."overdue_at") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."permission_lapses_at" IS DISTINCT FROM (NEW."permission_lapses_at") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."answer_id", NEW."answered_at", NEW."assessment_id", NEW."clinic_id", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."opens_at", NEW."overdue_at", NEW."patient_id", NEW."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."state"); RETURN NULL;', hash='2e097359ef3f9193e40d7ac4b1a8bd22bd754d00', operation='UPDATE', pgid='pgtrigger_update_update_cb6fb', table='assessments_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (OLD."answer_id", OLD."answered_at", OLD."assessment_id", OLD."clinic_id", OLD."created_at", OLD."due_at", OLD."id", OLD."kind", OLD."opens_at", OLD."overdue_at", OLD."patient_id", OLD."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."state"); RETURN NULL;', hash='21bc5fa546bdccb607dccca5da87c624fb2a4c37', operation='DELETE', pgid='pgtrigger_delete_delete_8f578', table='assessments_followup', when='AFTER')),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='acknowledged_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='assessment',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.escalation'),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='resolved_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='answer',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='assessment',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.assessment'),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.followup'),
        ),
        protect('assessments_escalationhistory'),
        append_only('assessments_escalationhistory'),
        insert_only('assessments_escalationhistory'),
        protect('assessments_followuphistory'),
        append_only('assessments_followuphistory'),
        insert_only('assessments_followuphistory'),
    ]
