"""Programmes, what moved them, and the runs of them."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect

#: What a reader of /changes must read again.
CHANGES = """
CREATE CONSTRAINT TRIGGER note_programme_created AFTER INSERT ON assessments_programme
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('programme', 'id', 'created');
CREATE CONSTRAINT TRIGGER note_programme_updated AFTER UPDATE ON assessments_programme
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('programme', 'id', 'updated');
"""
NO_CHANGES = """
DROP TRIGGER note_programme_updated ON assessments_programme;
DROP TRIGGER note_programme_created ON assessments_programme;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0009_sweep'),
        ('clinics', '0008_on_call_services'),
        ('patients', '0004_erasure'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('state', models.CharField(choices=[('draft', 'Awaiting sign-off'), ('released', 'Released'), ('ended', 'Ended')], default='draft', max_length=10)),
                ('content', models.JSONField()),
                ('clearance_needed', models.BooleanField(default=False)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('usual_run_km', models.FloatField(blank=True, null=True)),
                ('phase', models.CharField(choices=[('P0', 'P0'), ('P1', 'P1'), ('P2', 'P2'), ('P3', 'P3'), ('P4', 'P4')], max_length=2)),
                ('stage', models.PositiveSmallIntegerField(default=0)),
                ('share_percent', models.PositiveSmallIntegerField(default=100)),
                ('status', models.CharField(choices=[('active', 'Active'), ('held', 'Held'), ('stopped', 'Stopped'), ('suspended', 'Suspended')], default='active', max_length=10)),
                ('greens', models.PositiveSmallIntegerField(default=0)),
                ('ambers', models.PositiveSmallIntegerField(default=0)),
                ('settle_first', models.BooleanField(default=False)),
                ('next_run_from', models.DateTimeField(blank=True, null=True)),
                ('permitted_until', models.DateTimeField(blank=True, null=True)),
                ('review_by', models.DateTimeField(blank=True, null=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programmes', to='assessments.assessment')),
                ('cleared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programmes', to='clinics.clinic')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programmes', to='patients.patient')),
                ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
            ],
        ),
        migrations.CreateModel(
            name='ProgrammeEvent',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('drafted', 'Drafted'), ('released', 'Released'), ('run', 'Run logged'), ('reacted', 'Check judged'), ('calm_day', 'Day of calm reported'), ('brisk_walk', 'Brisk walk reported'), ('settled', 'At usual level for 24 hours'), ('held', 'Held'), ('resumed', 'Resumed'), ('advanced', 'Advanced by a clinician'), ('stepped_back', 'Stepped back by a clinician'), ('suspended', 'Suspended by another assessment'), ('stopped', 'Stopped by another assessment'), ('cleared', 'Cleared to run'), ('completed', 'Completed into prehab'), ('ended', 'Ended')], max_length=20)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, choices=[('examination', 'Found on examination'), ('symptoms', 'Symptoms'), ('illness', 'Illness'), ('load_elsewhere', 'Load from elsewhere'), ('runner_wish', 'The runner wishes it'), ('clinical_judgement', 'Clinical judgement')], max_length=20)),
                ('reaction', models.CharField(blank=True, choices=[('green', 'Green'), ('amber', 'Amber'), ('no_reply', 'No reply'), ('red', 'Red'), ('stop', 'Stop'), ('escalate', 'Escalate')], max_length=10)),
                ('criteria', models.JSONField(default=list)),
                ('phase', models.CharField(choices=[('P0', 'P0'), ('P1', 'P1'), ('P2', 'P2'), ('P3', 'P3'), ('P4', 'P4')], max_length=2)),
                ('stage', models.PositiveSmallIntegerField()),
                ('share_percent', models.PositiveSmallIntegerField()),
                ('status', models.CharField(choices=[('active', 'Active'), ('held', 'Held'), ('stopped', 'Stopped'), ('suspended', 'Suspended')], max_length=10)),
                ('figures', models.JSONField(default=dict)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='programme_events', to='clinics.clinic')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='assessments.programme')),
            ],
        ),
        migrations.CreateModel(
            name='ProgrammeHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('draft', 'Awaiting sign-off'), ('released', 'Released'), ('ended', 'Ended')], default='draft', max_length=10)),
                ('clearance_needed', models.BooleanField(default=False)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('usual_run_km', models.FloatField(blank=True, null=True)),
                ('phase', models.CharField(choices=[('P0', 'P0'), ('P1', 'P1'), ('P2', 'P2'), ('P3', 'P3'), ('P4', 'P4')], max_length=2)),
                ('stage', models.PositiveSmallIntegerField(default=0)),
                ('share_percent', models.PositiveSmallIntegerField(default=100)),
                ('status', models.CharField(choices=[('active', 'Active'), ('held', 'Held'), ('stopped', 'Stopped'), ('suspended', 'Suspended')], default='active', max_length=10)),
                ('greens', models.PositiveSmallIntegerField(default=0)),
                ('ambers', models.PositiveSmallIntegerField(default=0)),
                ('settle_first', models.BooleanField(default=False)),
                ('next_run_from', models.DateTimeField(blank=True, null=True)),
                ('permitted_until', models.DateTimeField(blank=True, null=True)),
                ('review_by', models.DateTimeField(blank=True, null=True)),
                ('assessment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.assessment')),
                ('cleared_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership')),
                ('clinic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic')),
                ('patient', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.programme')),
                ('released_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RunLog',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('ended_at', models.DateTimeField()),
                ('planned', models.JSONField(help_text='The session as it stood.')),
                ('distance_km', models.FloatField(blank=True, null=True)),
                ('minutes', models.FloatField(blank=True, null=True)),
                ('surface', models.CharField(blank=True, choices=[('road', 'Road'), ('concrete', 'Concrete'), ('grass', 'Grass'), ('trail', 'Trail'), ('track', 'Track'), ('treadmill', 'Treadmill')], max_length=10)),
                ('levers', models.JSONField(default=list, help_text='What was changed about the run.')),
                ('as_permitted', models.BooleanField(help_text='False: run although no run was permitted at the time.')),
                ('created_at', models.DateTimeField()),
                ('check_due', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='run', to='assessments.followup')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='clinics.clinic')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='assessments.programme')),
            ],
        ),
        migrations.AddIndex(
            model_name='programme',
            index=models.Index(fields=['clinic', 'updated_at', 'id'], name='programme_changes'),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'released'])), fields=('patient',), name='one_current_programme'),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'released'), _negated=True), models.Q(('released_at__isnull', False), ('released_by__isnull', False)), _connector='OR'), name='released_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(('clearance_needed', False), models.Q(('cleared_at__isnull', False), ('cleared_by__isnull', False)), ('phase__in', ['P0', 'P1']), _connector='OR'), name='no_running_without_its_clearance'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "usual_run_km") VALUES (NEW."ambers", NEW."assessment_id", NEW."clearance_needed", NEW."cleared_at", NEW."cleared_by_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."greens", NEW."id", NEW."next_run_from", NEW."patient_id", NEW."permitted_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."phase", NEW."released_at", NEW."released_by_id", NEW."review_by", NEW."settle_first", NEW."share_percent", NEW."stage", NEW."state", NEW."status", NEW."usual_run_km"); RETURN NULL;', hash='f622890cda1dd4e4401e8468e88c8223650743f1', operation='INSERT', pgid='pgtrigger_insert_insert_a00fd', table='assessments_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ambers" IS DISTINCT FROM (NEW."ambers") OR OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."clearance_needed" IS DISTINCT FROM (NEW."clearance_needed") OR OLD."cleared_at" IS DISTINCT FROM (NEW."cleared_at") OR OLD."cleared_by_id" IS DISTINCT FROM (NEW."cleared_by_id") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."greens" IS DISTINCT FROM (NEW."greens") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."next_run_from" IS DISTINCT FROM (NEW."next_run_from") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."permitted_until" IS DISTINCT FROM (NEW."permitted_until") OR OLD."phase" IS DISTINCT FROM (NEW."phase") OR OLD."released_at" IS DISTINCT FROM (NEW."released_at") OR OLD."released_by_id" IS DISTINCT FROM (NEW."released_by_id") OR OLD."review_by" IS DISTINCT FROM (NEW."review_by") OR OLD."settle_first" IS DISTINCT FROM (NEW."settle_first") OR OLD."share_percent" IS DISTINCT FROM (NEW."share_percent") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."usual_run_km" IS DISTINCT FROM (NEW."usual_run_km"))', func='INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "usual_run_km") VALUES (NEW."ambers", NEW."assessment_id", NEW."clearance_needed", NEW."cleared_at", NEW."cleared_by_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."greens", NEW."id", NEW."next_run_from", NEW."patient_id", NEW."permitted_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."phase", NEW."released_at", NEW."released_by_id", NEW."review_by", NEW."settle_first", NEW."share_percent", NEW."stage", NEW."state", NEW."status", NEW."usual_run_km"); RETURN NULL;', hash='be8863f34edddbbec1fbc2527662a18133968ee6', operation='UPDATE', pgid='pgtrigger_update_update_1f70b', table='assessments_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "usual_run_km") VALUES (OLD."ambers", OLD."assessment_id", OLD."clearance_needed", OLD."cleared_at", OLD."cleared_by_id", OLD."clinic_id", OLD."created_at", OLD."ended_at", OLD."greens", OLD."id", OLD."next_run_from", OLD."patient_id", OLD."permitted_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."phase", OLD."released_at", OLD."released_by_id", OLD."review_by", OLD."settle_first", OLD."share_percent", OLD."stage", OLD."state", OLD."status", OLD."usual_run_km"); RETURN NULL;', hash='c026f8e1ae198e59d63f72967f4b3e8038bd86c8', operation='DELETE', pgid='pgtrigger_delete_delete_e0ba9', table='assessments_programme', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='programmeevent',
            index=models.Index(fields=['programme', 'at'], name='programme_history'),
        ),
        migrations.AddIndex(
            model_name='runlog',
            index=models.Index(fields=['programme', '-ended_at'], name='runs_of_a_programme'),
        ),
        migrations.AlterField(
            model_name='change',
            name='type',
            field=models.CharField(choices=[('patient', 'Patient'), ('assessment', 'Assessment'), ('escalation', 'Escalation'), ('follow_up', 'Follow-up'), ('programme', 'Programme')], max_length=20),
        ),
        protect("assessments_programme"),
        protect("assessments_programmeevent"),
        protect("assessments_programmehistory"),
        protect("assessments_runlog"),
        append_only("assessments_programmeevent"),
        append_only("assessments_runlog"),
        append_only("assessments_programmehistory"),
        insert_only("assessments_programmehistory"),
        migrations.RunSQL(CHANGES, NO_CHANGES),
    ]
