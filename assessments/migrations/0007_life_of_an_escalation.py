"""Breaches, supersession, chasers of referrals and tasks."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("assessments", "0006_exports")]

    operations = [
        migrations.AddIndex(
            model_name='escalation',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['-urgency_rank', 'next_attempt_at'], name='escalation_most_urgent_due'),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='escalation',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='escalation',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='escalation',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='followup',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='followup',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='followup',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='escalation',
            name='acknowledged_by_somebody',
        ),
        migrations.RemoveConstraint(
            model_name='followup',
            name='answered_follow_up_has_its_answer',
        ),
        migrations.AddField(
            model_name='escalation',
            name='breached_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='escalation',
            name='called_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='escalation',
            name='notified_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='escalation',
            name='outcome_code',
            field=models.CharField(blank=True, choices=[('handed_over', 'Handed over to whoever goes on treating'), ('attended', 'Seen where the runner was sent'), ('excluded', 'Excluded by examination or imaging'), ('booked', 'Appointment booked'), ('screen_completed', 'The missing answers were given'), ('declined', 'The runner declines'), ('not_reached', 'The runner could not be reached')], max_length=20),
        ),
        migrations.AddField(
            model_name='escalation',
            name='superseded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supersedes', to='assessments.escalation'),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='breached_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='called_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='notified_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='outcome_code',
            field=models.CharField(blank=True, choices=[('handed_over', 'Handed over to whoever goes on treating'), ('attended', 'Seen where the runner was sent'), ('excluded', 'Excluded by examination or imaging'), ('booked', 'Appointment booked'), ('screen_completed', 'The missing answers were given'), ('declined', 'The runner declines'), ('not_reached', 'The runner could not be reached')], max_length=20),
        ),
        migrations.AddField(
            model_name='escalationhistory',
            name='superseded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.escalation'),
        ),
        migrations.AddField(
            model_name='followup',
            name='result',
            field=models.CharField(blank=True, choices=[('confirmed', 'Confirmed'), ('not_yet', 'Not yet'), ('declined', 'Declined'), ('unknown', 'Unknown')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='followup',
            name='result_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='followup',
            name='result_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='followup',
            name='urgency',
            field=models.CharField(blank=True, choices=[('routine', 'Routine'), ('within_2_weeks', 'Within 2 weeks'), ('complete_screen_now', 'Complete screen now'), ('same_day', 'Same day'), ('emergency_now', 'Emergency now')], db_default='', default='', max_length=30),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='result',
            field=models.CharField(blank=True, choices=[('confirmed', 'Confirmed'), ('not_yet', 'Not yet'), ('declined', 'Declined'), ('unknown', 'Unknown')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='result_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='result_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='followuphistory',
            name='urgency',
            field=models.CharField(blank=True, choices=[('routine', 'Routine'), ('within_2_weeks', 'Within 2 weeks'), ('complete_screen_now', 'Complete screen now'), ('same_day', 'Same day'), ('emergency_now', 'Emergency now')], db_default='', default='', max_length=30),
        ),
        migrations.AlterField(
            model_name='escalation',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('superseded', 'Superseded')], default='open', max_length=20),
        ),
        migrations.AlterField(
            model_name='escalationevent',
            name='kind',
            field=models.CharField(choices=[('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('reopened', 'Reopened'), ('raised', 'Raised by an override'), ('notified', 'First message sent'), ('breached', 'Deadline passed'), ('superseded', 'Superseded by a later assessment')], max_length=20),
        ),
        migrations.AlterField(
            model_name='escalationevent',
            name='member',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership'),
        ),
        migrations.AlterField(
            model_name='escalationhistory',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('superseded', 'Superseded')], default='open', max_length=20),
        ),
        migrations.AlterField(
            model_name='followup',
            name='kind',
            field=models.CharField(choices=[('check_24_hours', '24-hour check'), ('day_7', 'Day 7 review'), ('day_14', 'Day 14 review'), ('day_28', 'Day 28 of the episode'), ('day_42', 'Day 42 of the episode'), ('clinician_task', 'Reach the runner: the 24-hour check went unanswered'), ('handover', 'Referral: handed over'), ('attendance', 'Referral: attended'), ('seen', 'Referral: seen'), ('booking', 'Referral: appointment booked'), ('letter', 'Referral: letter sent'), ('outcome', 'Referral: outcome known')], max_length=20),
        ),
        migrations.AlterField(
            model_name='followuphistory',
            name='kind',
            field=models.CharField(choices=[('check_24_hours', '24-hour check'), ('day_7', 'Day 7 review'), ('day_14', 'Day 14 review'), ('day_28', 'Day 28 of the episode'), ('day_42', 'Day 42 of the episode'), ('clinician_task', 'Reach the runner: the 24-hour check went unanswered'), ('handover', 'Referral: handed over'), ('attendance', 'Referral: attended'), ('seen', 'Referral: seen'), ('booking', 'Referral: appointment booked'), ('letter', 'Referral: letter sent'), ('outcome', 'Referral: outcome known')], max_length=20),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "breached_at", "called_since", "clinic_id", "created_at", "id", "notified_at", "opened_at", "outcome", "outcome_code", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "superseded_by_id", "urgency", "urgency_rank") VALUES (NEW."acknowledge_by", NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assessment_id", NEW."breached_at", NEW."called_since", NEW."clinic_id", NEW."created_at", NEW."id", NEW."notified_at", NEW."opened_at", NEW."outcome", NEW."outcome_code", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."policy", NEW."resolved_at", NEW."resolved_by_id", NEW."state", NEW."superseded_by_id", NEW."urgency", NEW."urgency_rank"); RETURN NULL;', hash='f4ee51a771adc788097ac2f0017e2c6a15976587', operation='INSERT', pgid='pgtrigger_insert_insert_05d3e', table='assessments_escalation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acknowledge_by" IS DISTINCT FROM (NEW."acknowledge_by") OR OLD."acknowledged_at" IS DISTINCT FROM (NEW."acknowledged_at") OR OLD."acknowledged_by_id" IS DISTINCT FROM (NEW."acknowledged_by_id") OR OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."breached_at" IS DISTINCT FROM (NEW."breached_at") OR OLD."called_since" IS DISTINCT FROM (NEW."called_since") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."notified_at" IS DISTINCT FROM (NEW."notified_at") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."outcome_code" IS DISTINCT FROM (NEW."outcome_code") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."policy" IS DISTINCT FROM (NEW."policy") OR OLD."resolved_at" IS DISTINCT FROM (NEW."resolved_at") OR OLD."resolved_by_id" IS DISTINCT FROM (NEW."resolved_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."superseded_by_id" IS DISTINCT FROM (NEW."superseded_by_id") OR OLD."urgency" IS DISTINCT FROM (NEW."urgency") OR OLD."urgency_rank" IS DISTINCT FROM (NEW."urgency_rank"))', func='INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "breached_at", "called_since", "clinic_id", "created_at", "id", "notified_at", "opened_at", "outcome", "outcome_code", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "superseded_by_id", "urgency", "urgency_rank") VALUES (NEW."acknowledge_by", NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assessment_id", NEW."breached_at", NEW."called_since", NEW."clinic_id", NEW."created_at", NEW."id", NEW."notified_at", NEW."opened_at", NEW."outcome", NEW."outcome_code", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."policy", NEW."resolved_at", NEW."resolved_by_id", NEW."state", NEW."superseded_by_id", NEW."urgency", NEW."urgency_rank"); RETURN NULL;', hash='1baa3a43d79a6b60c260e879380d658cf5582385', operation='UPDATE', pgid='pgtrigger_update_update_857fb', table='assessments_escalation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='escalation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "breached_at", "called_since", "clinic_id", "created_at", "id", "notified_at", "opened_at", "outcome", "outcome_code", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "superseded_by_id", "urgency", "urgency_rank") VALUES (OLD."acknowledge_by", OLD."acknowledged_at", OLD."acknowledged_by_id", OLD."assessment_id", OLD."breached_at", OLD."called_since", OLD."clinic_id", OLD."created_at", OLD."id", OLD."notified_at", OLD."opened_at", OLD."outcome", OLD."outcome_code", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."policy", OLD."resolved_at", OLD."resolved_by_id", OLD."state", OLD."superseded_by_id", OLD."urgency", OLD."urgency_rank"); RETURN NULL;', hash='1622047b50d7dcbb1613ee0ff903480b9d51ed0a', operation='DELETE', pgid='pgtrigger_delete_delete_91c73', table='assessments_escalation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "result_at", "result_by_id", "state", "urgency") VALUES (NEW."answer_id", NEW."answered_at", NEW."assessment_id", NEW."clinic_id", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."opens_at", NEW."overdue_at", NEW."patient_id", NEW."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."result", NEW."result_at", NEW."result_by_id", NEW."state", NEW."urgency"); RETURN NULL;', hash='5371e01664e1e5081a41ec982882b7d566526c2a', operation='INSERT', pgid='pgtrigger_insert_insert_82dc3', table='assessments_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answer_id" IS DISTINCT FROM (NEW."answer_id") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."due_at" IS DISTINCT FROM (NEW."due_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."opens_at" IS DISTINCT FROM (NEW."opens_at") OR OLD."overdue_at" IS DISTINCT FROM (NEW."overdue_at") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."permission_lapses_at" IS DISTINCT FROM (NEW."permission_lapses_at") OR OLD."result" IS DISTINCT FROM (NEW."result") OR OLD."result_at" IS DISTINCT FROM (NEW."result_at") OR OLD."result_by_id" IS DISTINCT FROM (NEW."result_by_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."urgency" IS DISTINCT FROM (NEW."urgency"))', func='INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "result_at", "result_by_id", "state", "urgency") VALUES (NEW."answer_id", NEW."answered_at", NEW."assessment_id", NEW."clinic_id", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."opens_at", NEW."overdue_at", NEW."patient_id", NEW."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."result", NEW."result_at", NEW."result_by_id", NEW."state", NEW."urgency"); RETURN NULL;', hash='933aa425acdf2096f9ad326bbc5df295a253ee34', operation='UPDATE', pgid='pgtrigger_update_update_cb6fb', table='assessments_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "result_at", "result_by_id", "state", "urgency") VALUES (OLD."answer_id", OLD."answered_at", OLD."assessment_id", OLD."clinic_id", OLD."created_at", OLD."due_at", OLD."id", OLD."kind", OLD."opens_at", OLD."overdue_at", OLD."patient_id", OLD."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."result", OLD."result_at", OLD."result_by_id", OLD."state", OLD."urgency"); RETURN NULL;', hash='043b0b8b011b742480702dcaf0c9dc2547f478d3', operation='DELETE', pgid='pgtrigger_delete_delete_8f578', table='assessments_followup', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'superseded']), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='acknowledged_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'superseded'), ('superseded_by__isnull', False)), models.Q(models.Q(('state', 'superseded'), _negated=True), ('superseded_by__isnull', True)), _connector='OR'), name='superseded_by_another'),
        ),
        migrations.AddConstraint(
            model_name='escalationevent',
            constraint=models.CheckConstraint(condition=models.Q(('member__isnull', False), ('kind__in', ['notified', 'breached', 'superseded']), _connector='OR'), name='somebody_stands_behind_what_people_do'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(('answered_at__isnull', False), models.Q(('answer__isnull', False), ('result__in', ['confirmed', 'declined']), _connector='OR')), _connector='OR'), name='answered_follow_up_has_its_answer'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('result', ''), models.Q(('result_at__isnull', False), ('result_by__isnull', False)), _connector='OR'), name='somebody_stands_behind_a_result'),
        ),
    ]
