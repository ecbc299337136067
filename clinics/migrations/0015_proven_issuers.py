"""Issuers count once they are proven, and published keys are looked up by a worker."""

import backend.platform.storage.columns
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from backend.platform.storage.row_level_security import definer_function, protect

# Whoever claims sees what everybody before has claimed: an address is asked once at a time and once a minute, a
# clinic has two of the eight that are asked together, so that its own servers hold back nobody else's.
CLAIM = """
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claim_key_look_up', 0));
    IF (SELECT count(*) FROM clinics_publishedkeys held WHERE held.leased_until > moment) >= 8 THEN
        RETURN;
    END IF;
    RETURN QUERY UPDATE clinics_publishedkeys AS claimed SET leased_until = until WHERE claimed.id = (
        SELECT due.id FROM clinics_publishedkeys due
        WHERE (due.due_at <= moment OR due.id = ANY (wanted))
        AND (due.leased_until IS NULL OR due.leased_until <= moment)
        AND (due.looked_at IS NULL OR due.looked_at <= moment - interval '60 seconds')
        AND NOT EXISTS (
            SELECT FROM clinics_publishedkeys held
            WHERE held.address = due.address AND held.leased_until > moment
        )
        AND (
            SELECT count(*) FROM clinics_publishedkeys held
            WHERE held.clinic_id = due.clinic_id AND held.leased_until > moment
        ) < 2
        ORDER BY due.due_at LIMIT 1
    )
    RETURNING claimed.id, claimed.clinic_id, claimed.address::text;
END
"""
OF_ISSUER = """
    SELECT client.id, client.clinic_id, client.client_jwks, client.client_jwks_uri::text, kept.id, kept.keys,
        kept.read_at, kept.looked_at, client.cds_proven_keys, client.cds_proven_at
    FROM clinics_apiclient client LEFT JOIN clinics_publishedkeys kept
        ON kept.clinic_id = client.clinic_id AND kept.address = client.client_jwks_uri
    WHERE issuer <> '' AND client.cds_issuer = issuer AND client.cds_tenant = tenant
        AND client.cds_proven_at IS NOT NULL AND client.allowed_scopes <> ''
        AND client.token_endpoint_auth_method = 'private_key_jwt'
    ORDER BY client.cds_proven_at DESC
"""
REGISTERED = """
    INSERT INTO clinics_publishedkeys (id, clinic_id, address, keys, failure, due_at)
    SELECT gen_random_uuid(), clinic_id, client_jwks_uri, '', '', now() FROM clinics_apiclient
    WHERE client_jwks_uri <> '' GROUP BY clinic_id, client_jwks_uri
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0014_bound_clinic'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishedKeys',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('address', models.CharField(max_length=500)),
                ('keys', models.TextField(blank=True, help_text='The JWK Set; empty until it could be read once.')),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, max_length=40)),
                ('due_at', models.DateTimeField(help_text='When it is to be looked up, unless somebody needs it before.')),
                ('leased_until', models.DateTimeField(blank=True, help_text='While a worker looks it up: until then no other does.', null=True)),
            ],
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
        migrations.RemoveConstraint(
            model_name='apiclient',
            name='one_client_per_cds_issuer',
        ),
        migrations.AddField(
            model_name='apiclient',
            name='cds_proven_at',
            field=models.DateTimeField(blank=True, help_text='When the last of them did; until then no call is taken.', null=True),
        ),
        migrations.AddField(
            model_name='apiclient',
            name='cds_proven_keys',
            field=models.TextField(blank=True, db_default='', default='', help_text="Thumbprints (RFC 7638) of the keys that have signed, as this issuer and tenant, that its calls are this client's."),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='cds_proven_at',
            field=models.DateTimeField(blank=True, help_text='When the last of them did; until then no call is taken.', null=True),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='cds_proven_keys',
            field=models.TextField(blank=True, db_default='', default='', help_text="Thumbprints (RFC 7638) of the keys that have signed, as this issuer and tenant, that its calls are this client's."),
        ),
        migrations.AddIndex(
            model_name='apiclient',
            index=models.Index(condition=models.Q(('cds_issuer', ''), _negated=True), fields=['cds_issuer', 'cds_tenant'], name='api_client_by_cds_issuer'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_proven_at", "cds_proven_keys", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cds_issuer", NEW."cds_patient_system", NEW."cds_proven_at", NEW."cds_proven_keys", NEW."cds_tenant", NEW."cimd_expires_at", NEW."client_id", NEW."client_jwks", NEW."client_jwks_uri", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."token_endpoint_auth_method", NEW."user_id"); RETURN NULL;', hash='9d457dd1ca2b1a36bfbb51e6ee5a7a00be43aa12', operation='INSERT', pgid='pgtrigger_insert_insert_c48d5', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acts_for_id" IS DISTINCT FROM (NEW."acts_for_id") OR OLD."algorithm" IS DISTINCT FROM (NEW."algorithm") OR OLD."allowed_origins" IS DISTINCT FROM (NEW."allowed_origins") OR OLD."allowed_scopes" IS DISTINCT FROM (NEW."allowed_scopes") OR OLD."authorization_grant_type" IS DISTINCT FROM (NEW."authorization_grant_type") OR OLD."cds_issuer" IS DISTINCT FROM (NEW."cds_issuer") OR OLD."cds_patient_system" IS DISTINCT FROM (NEW."cds_patient_system") OR OLD."cds_proven_at" IS DISTINCT FROM (NEW."cds_proven_at") OR OLD."cds_proven_keys" IS DISTINCT FROM (NEW."cds_proven_keys") OR OLD."cds_tenant" IS DISTINCT FROM (NEW."cds_tenant") OR OLD."cimd_expires_at" IS DISTINCT FROM (NEW."cimd_expires_at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."client_jwks" IS DISTINCT FROM (NEW."client_jwks") OR OLD."client_jwks_uri" IS DISTINCT FROM (NEW."client_jwks_uri") OR OLD."client_type" IS DISTINCT FROM (NEW."client_type") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created" IS DISTINCT FROM (NEW."created") OR OLD."hash_client_secret" IS DISTINCT FROM (NEW."hash_client_secret") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."post_logout_redirect_uris" IS DISTINCT FROM (NEW."post_logout_redirect_uris") OR OLD."redirect_uris" IS DISTINCT FROM (NEW."redirect_uris") OR OLD."registration_source" IS DISTINCT FROM (NEW."registration_source") OR OLD."secret_changed_at" IS DISTINCT FROM (NEW."secret_changed_at") OR OLD."skip_authorization" IS DISTINCT FROM (NEW."skip_authorization") OR OLD."token_endpoint_auth_method" IS DISTINCT FROM (NEW."token_endpoint_auth_method") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_proven_at", "cds_proven_keys", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cds_issuer", NEW."cds_patient_system", NEW."cds_proven_at", NEW."cds_proven_keys", NEW."cds_tenant", NEW."cimd_expires_at", NEW."client_id", NEW."client_jwks", NEW."client_jwks_uri", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."token_endpoint_auth_method", NEW."user_id"); RETURN NULL;', hash='84b278277743a5732288448995a5a3ba11990be7', operation='UPDATE', pgid='pgtrigger_update_update_94238', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_proven_at", "cds_proven_keys", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (OLD."acts_for_id", OLD."algorithm", OLD."allowed_origins", OLD."allowed_scopes", OLD."authorization_grant_type", OLD."cds_issuer", OLD."cds_patient_system", OLD."cds_proven_at", OLD."cds_proven_keys", OLD."cds_tenant", OLD."cimd_expires_at", OLD."client_id", OLD."client_jwks", OLD."client_jwks_uri", OLD."client_type", OLD."clinic_id", OLD."created", OLD."hash_client_secret", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."post_logout_redirect_uris", OLD."redirect_uris", OLD."registration_source", OLD."secret_changed_at", OLD."skip_authorization", OLD."token_endpoint_auth_method", OLD."user_id"); RETURN NULL;', hash='94ff93755bb6c766ac5ef729176c184db2bad389', operation='DELETE', pgid='pgtrigger_delete_delete_e655f', table='clinics_apiclient', when='AFTER')),
        ),
        migrations.AddField(
            model_name='publishedkeys',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='published_keys', to='clinics.clinic'),
        ),
        migrations.AddIndex(
            model_name='publishedkeys',
            index=models.Index(fields=['due_at'], name='published_keys_due'),
        ),
        migrations.AddConstraint(
            model_name='publishedkeys',
            constraint=models.UniqueConstraint(fields=('clinic', 'address'), name='published_keys_once_an_address'),
        ),
        protect("clinics_publishedkeys"),
        migrations.RunSQL(REGISTERED, migrations.RunSQL.noop),
        definer_function(
            "claim_key_look_up(moment timestamptz, until timestamptz, wanted uuid[])",
            "TABLE (row_id uuid, clinic uuid, place text)", CLAIM, volatility="VOLATILE", language="plpgsql",
        ),
        migrations.RunSQL("DROP FUNCTION client_of_issuer(text, text)", migrations.RunSQL.noop),
        # Whose software issued this token? Asked before its signature is checked, for the keys to check it with.
        definer_function(
            "clients_of_issuer(issuer text, tenant text)",
            "TABLE (client_id uuid, clinic_id uuid, jwks text, jwks_uri text, published_id uuid, published text, "
            "read_at timestamptz, looked_at timestamptz, proven_keys text, proven_at timestamptz)",
            OF_ISSUER,
        ),
    ]
