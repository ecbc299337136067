"""People and software that a clinic's admin looks after."""

import backend.platform.storage.columns
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# Where does this person work? Who has left, or hasn't followed the link of an invitation, works nowhere.
CLINICS_OF_PERSON = """
CREATE OR REPLACE FUNCTION clinics_of_person(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT clinic_id FROM clinics_membership WHERE user_id = person {and_works} ORDER BY clinic_id
$$;
"""


class Migration(migrations.Migration):

    dependencies = [("clinics", "0005_history")]

    operations = [
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('hash', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='clinic',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='clinic',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='clinic',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='membership',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='membership',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='membership',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='clinic',
            name='require_one_time_codes',
            field=models.BooleanField(default=False, help_text='Whoever signs in must have set up an authenticator.'),
        ),
        migrations.AddField(
            model_name='clinichistory',
            name='require_one_time_codes',
            field=models.BooleanField(default=False, help_text='Whoever signs in must have set up an authenticator.'),
        ),
        migrations.AddField(
            model_name='membership',
            name='accepted',
            field=models.BooleanField(default=True, help_text='Not yet between an invitation and its acceptance.'),
        ),
        migrations.AddField(
            model_name='membership',
            name='active',
            field=models.BooleanField(default=True, help_text='Not once they have left; nothing is deleted.'),
        ),
        migrations.AddField(
            model_name='membership',
            name='invitation_due_at',
            field=models.DateTimeField(blank=True, help_text='When a mail with the link is to be sent; empty when none is.', null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='name',
            field=models.CharField(blank=True, help_text="What this clinic calls them; their account's name when empty.", max_length=200),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='accepted',
            field=models.BooleanField(default=True, help_text='Not yet between an invitation and its acceptance.'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='active',
            field=models.BooleanField(default=True, help_text='Not once they have left; nothing is deleted.'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='name',
            field=models.CharField(blank=True, help_text="What this clinic calls them; their account's name when empty.", max_length=200),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(condition=models.Q(('invitation_due_at__isnull', False)), fields=['clinic', 'invitation_due_at'], name='membership_invitation_due'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['clinic', 'updated_at', 'id'], name='membership_change_order'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinic',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "require_one_time_codes", "time_zone", "working_day_ends_at") VALUES (NEW."created_at", NEW."emergency_destination", NEW."emergency_number", NEW."id", NEW."lead_id", NEW."name", NEW."on_call_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."require_one_time_codes", NEW."time_zone", NEW."working_day_ends_at"); RETURN NULL;', hash='df3cf6edb6ef032e9d2d2a5a3a96053914ebff2c', operation='INSERT', pgid='pgtrigger_insert_insert_59aa9', table='clinics_clinic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinic',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."emergency_destination" IS DISTINCT FROM (NEW."emergency_destination") OR OLD."emergency_number" IS DISTINCT FROM (NEW."emergency_number") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."on_call_id" IS DISTINCT FROM (NEW."on_call_id") OR OLD."require_one_time_codes" IS DISTINCT FROM (NEW."require_one_time_codes") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."working_day_ends_at" IS DISTINCT FROM (NEW."working_day_ends_at"))', func='INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "require_one_time_codes", "time_zone", "working_day_ends_at") VALUES (NEW."created_at", NEW."emergency_destination", NEW."emergency_number", NEW."id", NEW."lead_id", NEW."name", NEW."on_call_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."require_one_time_codes", NEW."time_zone", NEW."working_day_ends_at"); RETURN NULL;', hash='ce78119882bad77e4b5fe8231f409b3dd57f2fa2', operation='UPDATE', pgid='pgtrigger_update_update_2f1c8', table='clinics_clinic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinic',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "require_one_time_codes", "time_zone", "working_day_ends_at") VALUES (OLD."created_at", OLD."emergency_destination", OLD."emergency_number", OLD."id", OLD."lead_id", OLD."name", OLD."on_call_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."require_one_time_codes", OLD."time_zone", OLD."working_day_ends_at"); RETURN NULL;', hash='f4a94800cab6e2de75c09b8f8621c247ea9cb187', operation='DELETE', pgid='pgtrigger_delete_delete_a5f0c', table='clinics_clinic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_membershiphistory" ("accepted", "active", "clinic_id", "created_at", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."accepted", NEW."active", NEW."clinic_id", NEW."created_at", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;', hash='3e2e4b5fe58a9a7190ed715fef7103ce88c2c91f', operation='INSERT', pgid='pgtrigger_insert_insert_2a909', table='clinics_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."accepted" IS DISTINCT FROM (NEW."accepted") OR OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "clinics_membershiphistory" ("accepted", "active", "clinic_id", "created_at", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."accepted", NEW."active", NEW."clinic_id", NEW."created_at", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;', hash='14c2d0bf5a499a6d25e11ad3b8f9331c1f8befeb', operation='UPDATE', pgid='pgtrigger_update_update_472bb', table='clinics_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_membershiphistory" ("accepted", "active", "clinic_id", "created_at", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (OLD."accepted", OLD."active", OLD."clinic_id", OLD."created_at", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."role", OLD."user_id"); RETURN NULL;', hash='793a12cced7d8b442fbd6d0f8d5a652d5be0513e', operation='DELETE', pgid='pgtrigger_delete_delete_78c5a', table='clinics_membership', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='one_person_per_email'),
        ),
        migrations.AddField(
            model_name='recoverycode',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.UniqueConstraint(fields=('user', 'hash'), name='one_row_per_recovery_code'),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apiclient',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apiclient',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='apiclient',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='apiclient',
            name='secret_changed_at',
            field=models.DateTimeField(blank=True, help_text='The secret itself is in no history; that it was changed is.', null=True),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='secret_changed_at',
            field=models.DateTimeField(blank=True, help_text='The secret itself is in no history; that it was changed is.', null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cimd_expires_at", "client_id", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cimd_expires_at", NEW."client_id", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."user_id"); RETURN NULL;', hash='9d293da483dcbe8beece170d95d82aa0117939cd', operation='INSERT', pgid='pgtrigger_insert_insert_c48d5', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acts_for_id" IS DISTINCT FROM (NEW."acts_for_id") OR OLD."algorithm" IS DISTINCT FROM (NEW."algorithm") OR OLD."allowed_origins" IS DISTINCT FROM (NEW."allowed_origins") OR OLD."allowed_scopes" IS DISTINCT FROM (NEW."allowed_scopes") OR OLD."authorization_grant_type" IS DISTINCT FROM (NEW."authorization_grant_type") OR OLD."cimd_expires_at" IS DISTINCT FROM (NEW."cimd_expires_at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."client_type" IS DISTINCT FROM (NEW."client_type") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created" IS DISTINCT FROM (NEW."created") OR OLD."hash_client_secret" IS DISTINCT FROM (NEW."hash_client_secret") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."post_logout_redirect_uris" IS DISTINCT FROM (NEW."post_logout_redirect_uris") OR OLD."redirect_uris" IS DISTINCT FROM (NEW."redirect_uris") OR OLD."registration_source" IS DISTINCT FROM (NEW."registration_source") OR OLD."secret_changed_at" IS DISTINCT FROM (NEW."secret_changed_at") OR OLD."skip_authorization" IS DISTINCT FROM (NEW."skip_authorization") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cimd_expires_at", "client_id", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cimd_expires_at", NEW."client_id", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."user_id"); RETURN NULL;', hash='123efa779772ee0612c06a4c62994a999bd8b863', operation='UPDATE', pgid='pgtrigger_update_update_94238', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cimd_expires_at", "client_id", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "user_id") VALUES (OLD."acts_for_id", OLD."algorithm", OLD."allowed_origins", OLD."allowed_scopes", OLD."authorization_grant_type", OLD."cimd_expires_at", OLD."client_id", OLD."client_type", OLD."clinic_id", OLD."created", OLD."hash_client_secret", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."post_logout_redirect_uris", OLD."redirect_uris", OLD."registration_source", OLD."secret_changed_at", OLD."skip_authorization", OLD."user_id"); RETURN NULL;', hash='f19f50ee767dbf19b029cb69a61f55026dbdacc1', operation='DELETE', pgid='pgtrigger_delete_delete_e655f', table='clinics_apiclient', when='AFTER')),
        ),
        migrations.RunSQL(
            CLINICS_OF_PERSON.format(and_works='AND active AND accepted'),
            CLINICS_OF_PERSON.format(and_works=''),
        ),
    ]
