"""The history of clinics, their people and their software, written by triggers."""

import backend.platform.storage.columns
import clinics.identity.models
import datetime
import django.db.models.deletion
import oauth2_provider.generators
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0004_answered_requests'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiClientHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('client_id', models.CharField(default=oauth2_provider.generators.generate_client_id, max_length=255, verbose_name='client ID')),
                ('redirect_uris', models.TextField(blank=True, help_text='Allowed URIs list, space separated', verbose_name='redirect URIs')),
                ('post_logout_redirect_uris', models.TextField(blank=True, default='', help_text='Allowed Post Logout URIs list, space separated', verbose_name='post logout redirect URIs')),
                ('client_type', models.CharField(choices=[('confidential', 'Confidential'), ('public', 'Public')], max_length=32, verbose_name='client type')),
                ('authorization_grant_type', models.CharField(choices=[('authorization-code', 'Authorization code'), ('urn:ietf:params:oauth:grant-type:device_code', 'Device Code'), ('implicit', 'Implicit'), ('password', 'Resource owner password-based'), ('client-credentials', 'Client credentials'), ('openid-hybrid', 'OpenID connect hybrid')], max_length=44, verbose_name='authorization grant type')),
                ('hash_client_secret', models.BooleanField(default=True, verbose_name='hash client secret')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                ('skip_authorization', models.BooleanField(default=False, verbose_name='skip authorization')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('algorithm', models.CharField(blank=True, choices=[('', 'No OIDC support'), ('RS256', 'RSA with SHA-2 256'), ('HS256', 'HMAC with SHA-2 256')], default='', max_length=5, verbose_name='algorithm')),
                ('allowed_origins', models.TextField(blank=True, default='', help_text='Allowed origins list to enable CORS, space separated', verbose_name='allowed origins')),
                ('registration_source', models.CharField(choices=[('manual', 'Manual'), ('dcr', 'Dynamic Client Registration'), ('cimd', 'Client ID Metadata Document')], default='manual', help_text='How this application was registered (manual, DCR per RFC 7591, or CIMD)', max_length=32, verbose_name='registration source')),
                ('cimd_expires_at', models.DateTimeField(blank=True, default=None, help_text='When the cached Client ID Metadata Document should be re-fetched', null=True, verbose_name='CIMD expires at')),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('allowed_scopes', models.TextField(blank=True, help_text='Scopes this client may ask for, separated by spaces.')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ClinicHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=200)),
                ('time_zone', models.CharField(default='Europe/London', max_length=64, validators=[clinics.identity.models.validate_time_zone])),
                ('working_day_ends_at', models.TimeField(default=datetime.time(18, 0))),
                ('emergency_number', models.CharField(blank=True, help_text='The number to ring for an ambulance, e.g. 999 or 112.', max_length=40)),
                ('emergency_destination', models.CharField(blank=True, help_text='Where an emergency is sent: department and hospital.', max_length=200)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MembershipHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('role', models.CharField(choices=[('admin', 'Clinic admin'), ('clinician', 'Clinician'), ('reception', 'Reception'), ('auditor', 'Auditor')], max_length=20)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cimd_expires_at", "client_id", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "skip_authorization", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cimd_expires_at", NEW."client_id", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."skip_authorization", NEW."user_id"); RETURN NULL;', hash='8b5474731c652095c951dc942c3b369a4864069f', operation='INSERT', pgid='pgtrigger_insert_insert_c48d5', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acts_for_id" IS DISTINCT FROM (NEW."acts_for_id") OR OLD."algorithm" IS DISTINCT FROM (NEW."algorithm") OR OLD."allowed_origins" IS DISTINCT FROM (NEW."allowed_origins") OR OLD."allowed_scopes" IS DISTINCT FROM (NEW."allowed_scopes") OR OLD."authorization_grant_type" IS DISTINCT FROM (NEW."authorization_grant_type") OR OLD."cimd_expires_at" IS DISTINCT FROM (NEW."cimd_expires_at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."client_type" IS DISTINCT FROM (NEW."client_type") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created" IS DISTINCT FROM (NEW."created") OR OLD."hash_client_secret" IS DISTINCT FROM (NEW."hash_client_secret") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."post_logout_redirect_uris" IS DISTINCT FROM (NEW."post_logout_redirect_uris") OR OLD."redirect_uris" IS DISTINCT FROM (NEW."redirect_uris") OR OLD."registration_source" IS DISTINCT FROM (NEW."registration_source") OR OLD."skip_authorization" IS DISTINCT FROM (NEW."skip_authorization") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cimd_expires_at", "client_id", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "skip_authorization", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cimd_expires_at", NEW."client_id", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."skip_authorization", NEW."user_id"); RETURN NULL;', hash='a9fb243de30e2357756210d4f2a6123680e787e0', operation='UPDATE', pgid='pgtrigger_update_update_94238', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cimd_expires_at", "client_id", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "skip_authorization", "user_id") VALUES (OLD."acts_for_id", OLD."algorithm", OLD."allowed_origins", OLD."allowed_scopes", OLD."authorization_grant_type", OLD."cimd_expires_at", OLD."client_id", OLD."client_type", OLD."clinic_id", OLD."created", OLD."hash_client_secret", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."post_logout_redirect_uris", OLD."redirect_uris", OLD."registration_source", OLD."skip_authorization", OLD."user_id"); RETURN NULL;', hash='2699b39f92292e2d2eb03ebbde102917885056ff', operation='DELETE', pgid='pgtrigger_delete_delete_e655f', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinic',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "working_day_ends_at") VALUES (NEW."created_at", NEW."emergency_destination", NEW."emergency_number", NEW."id", NEW."lead_id", NEW."name", NEW."on_call_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."time_zone", NEW."working_day_ends_at"); RETURN NULL;', hash='a1dd19f23d6a8460d0923ad65d4dd4e47bf29739', operation='INSERT', pgid='pgtrigger_insert_insert_59aa9', table='clinics_clinic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinic',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."emergency_destination" IS DISTINCT FROM (NEW."emergency_destination") OR OLD."emergency_number" IS DISTINCT FROM (NEW."emergency_number") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."on_call_id" IS DISTINCT FROM (NEW."on_call_id") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."working_day_ends_at" IS DISTINCT FROM (NEW."working_day_ends_at"))', func='INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "working_day_ends_at") VALUES (NEW."created_at", NEW."emergency_destination", NEW."emergency_number", NEW."id", NEW."lead_id", NEW."name", NEW."on_call_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."time_zone", NEW."working_day_ends_at"); RETURN NULL;', hash='269da0600285cd9dda2fbb73be717d8639c769ec', operation='UPDATE', pgid='pgtrigger_update_update_2f1c8', table='clinics_clinic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clinic',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "working_day_ends_at") VALUES (OLD."created_at", OLD."emergency_destination", OLD."emergency_number", OLD."id", OLD."lead_id", OLD."name", OLD."on_call_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."time_zone", OLD."working_day_ends_at"); RETURN NULL;', hash='dead57de84212208e2e5952ff60a1217c00f92b1', operation='DELETE', pgid='pgtrigger_delete_delete_a5f0c', table='clinics_clinic', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_membershiphistory" ("clinic_id", "created_at", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."clinic_id", NEW."created_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;', hash='40ab95874114df6481b933fc9b31f46217ff6700', operation='INSERT', pgid='pgtrigger_insert_insert_2a909', table='clinics_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "clinics_membershiphistory" ("clinic_id", "created_at", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."clinic_id", NEW."created_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;', hash='d1849d24c94c84b5e374616ab8e26b4ddf72de16', operation='UPDATE', pgid='pgtrigger_update_update_472bb', table='clinics_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_membershiphistory" ("clinic_id", "created_at", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (OLD."clinic_id", OLD."created_at", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."role", OLD."user_id"); RETURN NULL;', hash='93b4bab49092145ac87d60c0810551bec6bb2ac4', operation='DELETE', pgid='pgtrigger_delete_delete_78c5a', table='clinics_membership', when='AFTER')),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='acts_for',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='The clinician who answers for what this software acknowledges, unless it names one.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AddField(
            model_name='clinichistory',
            name='lead',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="The clinical lead, told when the on-call clinician doesn't answer.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='clinichistory',
            name='on_call',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='The clinician who receives escalations.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='clinichistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='clinic',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinics.clinic'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='+', to='clinics.membership'),
        ),
        migrations.AddField(
            model_name='membershiphistory',
            name='user',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        # Named like every other table's, so that whatever looks for the clinic of a row finds it here too.
        migrations.RunSQL(
            '''
            ALTER TABLE clinics_clinichistory ADD COLUMN clinic_id uuid NOT NULL;
            CREATE FUNCTION own_clinic() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.clinic_id := coalesce(NEW.clinic_id, NEW.id);
                RETURN NEW;
            END $$;
            CREATE TRIGGER own_clinic BEFORE INSERT ON clinics_clinichistory
                FOR EACH ROW EXECUTE FUNCTION own_clinic();
            ''',
            '''
            DROP TRIGGER own_clinic ON clinics_clinichistory;
            DROP FUNCTION own_clinic();
            ALTER TABLE clinics_clinichistory DROP COLUMN clinic_id;
            ''',
        ),
        protect('clinics_clinichistory'),
        append_only('clinics_clinichistory'),
        insert_only('clinics_clinichistory'),
        protect('clinics_membershiphistory'),
        append_only('clinics_membershiphistory'),
        insert_only('clinics_membershiphistory'),
        protect('clinics_apiclienthistory'),
        append_only('clinics_apiclienthistory'),
        insert_only('clinics_apiclienthistory'),
    ]
