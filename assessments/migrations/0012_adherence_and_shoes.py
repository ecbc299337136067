"""What is done of exercises, shoes with their distance, and what a run is compared with."""

import backend.platform.storage.columns
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0011_attested'),
        ('clinics', '0008_on_call_services'),
        ('patients', '0004_erasure'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExerciseLog',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('exercise', models.CharField(help_text='An id of the exercise library.', max_length=40)),
                ('done_on', models.DateField()),
                ('sets', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('repetitions', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('seconds', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('pain_nrs', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ExerciseLogHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('exercise', models.CharField(help_text='An id of the exercise library.', max_length=40)),
                ('done_on', models.DateField()),
                ('sets', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('repetitions', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('seconds', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('pain_nrs', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Shoe',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100)),
                ('started_on', models.DateField()),
                ('km_before', models.FloatField(default=0, help_text='Run in it before its runs were logged here.')),
                ('worn', models.BooleanField(default=False, help_text='Visibly worn, or it fits badly.')),
                ('retired_on', models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ShoeHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_on', models.DateField()),
                ('km_before', models.FloatField(default=0, help_text='Run in it before its runs were logged here.')),
                ('worn', models.BooleanField(default=False, help_text='Visibly worn, or it fits badly.')),
                ('retired_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programme',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programme',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='programme',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='programme',
            name='takes_the_place_of',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='assessments.programme'),
        ),
        migrations.AddField(
            model_name='programmehistory',
            name='takes_the_place_of',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.programme'),
        ),
        migrations.AddField(
            model_name='runlog',
            name='running_minutes',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='runlog',
            name='speed',
            field=models.CharField(blank=True, choices=[('easy', 'Easy, able to talk'), ('usual', 'As usual'), ('faster', 'Faster than usual')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='runlog',
            name='stage',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Of the walk-run table.', null=True),
        ),
        migrations.AlterField(
            model_name='followup',
            name='kind',
            field=models.CharField(choices=[('check_24_hours', '24-hour check'), ('day_7', 'Day 7 review'), ('day_14', 'Day 14 review'), ('day_28', 'Day 28 of the episode'), ('day_42', 'Day 42 of the episode'), ('clinician_task', 'Reach the runner: the 24-hour check went unanswered'), ('prehab', 'Prehab: strength, warm-up, shoes, and whether pain has returned'), ('handover', 'Referral: handed over'), ('attendance', 'Referral: attended'), ('seen', 'Referral: seen'), ('booking', 'Referral: appointment booked'), ('letter', 'Referral: letter sent'), ('outcome', 'Referral: outcome known')], max_length=20),
        ),
        migrations.AlterField(
            model_name='followuphistory',
            name='kind',
            field=models.CharField(choices=[('check_24_hours', '24-hour check'), ('day_7', 'Day 7 review'), ('day_14', 'Day 14 review'), ('day_28', 'Day 28 of the episode'), ('day_42', 'Day 42 of the episode'), ('clinician_task', 'Reach the runner: the 24-hour check went unanswered'), ('prehab', 'Prehab: strength, warm-up, shoes, and whether pain has returned'), ('handover', 'Referral: handed over'), ('attendance', 'Referral: attended'), ('seen', 'Referral: seen'), ('booking', 'Referral: appointment booked'), ('letter', 'Referral: letter sent'), ('outcome', 'Referral: outcome known')], max_length=20),
        ),
        migrations.AlterField(
            model_name='programmeevent',
            name='kind',
            field=models.CharField(choices=[('drafted', 'Drafted'), ('released', 'Released'), ('run', 'Run logged'), ('reacted', 'Check judged'), ('calm_day', 'Day of calm reported'), ('brisk_walk', 'Brisk walk reported'), ('settled', 'At usual level for 24 hours'), ('restarted', 'Started anew after two weeks without a run'), ('held', 'Held'), ('resumed', 'Resumed'), ('advanced', 'Advanced by a clinician'), ('stepped_back', 'Stepped back by a clinician'), ('suspended', 'Suspended by another assessment'), ('stopped', 'Stopped by another assessment'), ('cleared', 'Cleared to run'), ('completed', 'Completed into prehab'), ('pain_returned', 'Held: pain returned in prehab'), ('ended', 'Ended')], max_length=20),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "takes_the_place_of_id", "usual_run_km") VALUES (NEW."ambers", NEW."assessment_id", NEW."clearance_needed", NEW."cleared_at", NEW."cleared_by_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."greens", NEW."id", NEW."next_run_from", NEW."patient_id", NEW."permitted_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."phase", NEW."released_at", NEW."released_by_id", NEW."review_by", NEW."settle_first", NEW."share_percent", NEW."stage", NEW."state", NEW."status", NEW."takes_the_place_of_id", NEW."usual_run_km"); RETURN NULL;', hash='af53e0b001d018fb7e6dc356ff7e45f1f6115d85', operation='INSERT', pgid='pgtrigger_insert_insert_a00fd', table='assessments_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ambers" IS DISTINCT FROM (NEW."ambers") OR OLD."assessment_id" IS DISTINCT FROM (NEW."assessment_id") OR OLD."clearance_needed" IS DISTINCT FROM (NEW."clearance_needed") OR OLD."cleared_at" IS DISTINCT FROM (NEW."cleared_at") OR OLD."cleared_by_id" IS DISTINCT FROM (NEW."cleared_by_id") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."greens" IS DISTINCT FROM (NEW."greens") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."next_run_from" IS DISTINCT FROM (NEW."next_run_from") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."permitted_until" IS DISTINCT FROM (NEW."permitted_until") OR OLD."phase" IS DISTINCT FROM (NEW."phase") OR OLD."released_at" IS DISTINCT FROM (NEW."released_at") OR OLD."released_by_id" IS DISTINCT FROM (NEW."released_by_id") OR OLD."review_by" IS DISTINCT FROM (NEW."review_by") OR OLD."settle_first" IS DISTINCT FROM (NEW."settle_first") OR OLD."share_percent" IS DISTINCT FROM (NEW."share_percent") OR OLD."stage" IS DISTINCT FROM (NEW."stage") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."takes_the_place_of_id" IS DISTINCT FROM (NEW."takes_the_place_of_id") OR OLD."usual_run_km" IS DISTINCT FROM (NEW."usual_run_km"))', func='INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "takes_the_place_of_id", "usual_run_km") VALUES (NEW."ambers", NEW."assessment_id", NEW."clearance_needed", NEW."cleared_at", NEW."cleared_by_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."greens", NEW."id", NEW."next_run_from", NEW."patient_id", NEW."permitted_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."phase", NEW."released_at", NEW."released_by_id", NEW."review_by", NEW."settle_first", NEW."share_percent", NEW."stage", NEW."state", NEW."status", NEW."takes_the_place_of_id", NEW."usual_run_km"); RETURN NULL;', hash='56bdfdb18c168537c6f8408a36f4ebff5e90f3fc', operation='UPDATE', pgid='pgtrigger_update_update_1f70b', table='assessments_programme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='programme',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "takes_the_place_of_id", "usual_run_km") VALUES (OLD."ambers", OLD."assessment_id", OLD."clearance_needed", OLD."cleared_at", OLD."cleared_by_id", OLD."clinic_id", OLD."created_at", OLD."ended_at", OLD."greens", OLD."id", OLD."next_run_from", OLD."patient_id", OLD."permitted_until", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."phase", OLD."released_at", OLD."released_by_id", OLD."review_by", OLD."settle_first", OLD."share_percent", OLD."stage", OLD."state", OLD."status", OLD."takes_the_place_of_id", OLD."usual_run_km"); RETURN NULL;', hash='61984df781e87680f6f15fdd4db47bf38e8332ed', operation='DELETE', pgid='pgtrigger_delete_delete_e0ba9', table='assessments_programme', when='AFTER')),
        ),
        migrations.AddField(
            model_name='exerciselog',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exercise_logs', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='exerciselog',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exercise_logs', to='assessments.programme'),
        ),
        migrations.AddField(
            model_name='exerciseloghistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='exerciseloghistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.exerciselog'),
        ),
        migrations.AddField(
            model_name='exerciseloghistory',
            name='programme',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.programme'),
        ),
        migrations.AddField(
            model_name='shoe',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shoes', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='shoe',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shoes', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='runlog',
            name='shoe',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='assessments.shoe'),
        ),
        migrations.AddField(
            model_name='shoehistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='shoehistory',
            name='patient',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='shoehistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='assessments.shoe'),
        ),
        migrations.AddConstraint(
            model_name='exerciselog',
            constraint=models.UniqueConstraint(fields=('programme', 'exercise', 'done_on'), name='one_log_of_a_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exerciselog',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_exerciseloghistory" ("clinic_id", "created_at", "done_on", "exercise", "id", "minutes", "pain_nrs", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "repetitions", "seconds", "sets") VALUES (NEW."clinic_id", NEW."created_at", NEW."done_on", NEW."exercise", NEW."id", NEW."minutes", NEW."pain_nrs", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."programme_id", NEW."repetitions", NEW."seconds", NEW."sets"); RETURN NULL;', hash='3927814a3aaa29945b68c303299a96c03d435e78', operation='INSERT', pgid='pgtrigger_insert_insert_5bd73', table='assessments_exerciselog', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exerciselog',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."done_on" IS DISTINCT FROM (NEW."done_on") OR OLD."exercise" IS DISTINCT FROM (NEW."exercise") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."minutes" IS DISTINCT FROM (NEW."minutes") OR OLD."pain_nrs" IS DISTINCT FROM (NEW."pain_nrs") OR OLD."programme_id" IS DISTINCT FROM (NEW."programme_id") OR OLD."repetitions" IS DISTINCT FROM (NEW."repetitions") OR OLD."seconds" IS DISTINCT FROM (NEW."seconds") OR OLD."sets" IS DISTINCT FROM (NEW."sets"))', func='INSERT INTO "assessments_exerciseloghistory" ("clinic_id", "created_at", "done_on", "exercise", "id", "minutes", "pain_nrs", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "repetitions", "seconds", "sets") VALUES (NEW."clinic_id", NEW."created_at", NEW."done_on", NEW."exercise", NEW."id", NEW."minutes", NEW."pain_nrs", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."programme_id", NEW."repetitions", NEW."seconds", NEW."sets"); RETURN NULL;', hash='910548c2bed7c71be1751faf97d0faed1d942077', operation='UPDATE', pgid='pgtrigger_update_update_d2dc1', table='assessments_exerciselog', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exerciselog',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_exerciseloghistory" ("clinic_id", "created_at", "done_on", "exercise", "id", "minutes", "pain_nrs", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "repetitions", "seconds", "sets") VALUES (OLD."clinic_id", OLD."created_at", OLD."done_on", OLD."exercise", OLD."id", OLD."minutes", OLD."pain_nrs", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."programme_id", OLD."repetitions", OLD."seconds", OLD."sets"); RETURN NULL;', hash='8e42c68c0d1f2c8951d9ca11d34d27c625e0c84c', operation='DELETE', pgid='pgtrigger_delete_delete_21935', table='assessments_exerciselog', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='shoe',
            index=models.Index(fields=['patient', 'updated_at', 'id'], name='shoes_of_a_runner'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shoe',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_shoehistory" ("clinic_id", "created_at", "id", "km_before", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_on", "started_on", "worn") VALUES (NEW."clinic_id", NEW."created_at", NEW."id", NEW."km_before", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."retired_on", NEW."started_on", NEW."worn"); RETURN NULL;', hash='0532b0afb81b958c3dd77bc9f8d0700ba927fd2a', operation='INSERT', pgid='pgtrigger_insert_insert_ca948', table='assessments_shoe', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shoe',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."km_before" IS DISTINCT FROM (NEW."km_before") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."retired_on" IS DISTINCT FROM (NEW."retired_on") OR OLD."started_on" IS DISTINCT FROM (NEW."started_on") OR OLD."worn" IS DISTINCT FROM (NEW."worn"))', func='INSERT INTO "assessments_shoehistory" ("clinic_id", "created_at", "id", "km_before", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_on", "started_on", "worn") VALUES (NEW."clinic_id", NEW."created_at", NEW."id", NEW."km_before", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."retired_on", NEW."started_on", NEW."worn"); RETURN NULL;', hash='aefe45a864a51320206c8e2941ef6c18e7f1c17e', operation='UPDATE', pgid='pgtrigger_update_update_a5c59', table='assessments_shoe', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shoe',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_shoehistory" ("clinic_id", "created_at", "id", "km_before", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_on", "started_on", "worn") VALUES (OLD."clinic_id", OLD."created_at", OLD."id", OLD."km_before", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."retired_on", OLD."started_on", OLD."worn"); RETURN NULL;', hash='e8f9b6ecbf7eef097cabbd685de4550d19baf84c', operation='DELETE', pgid='pgtrigger_delete_delete_bb585', table='assessments_shoe', when='AFTER')),
        ),
        *(
            step
            for table in ("exerciselog", "shoe")
            for step in (
                protect(f"assessments_{table}"),
                protect(f"assessments_{table}history"),
                append_only(f"assessments_{table}history"),
                insert_only(f"assessments_{table}history"),
            )
        ),
    ]
