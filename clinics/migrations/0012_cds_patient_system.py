"""How a hospital names our patients in the calls of its software."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0011_cds_issuers'),
    ]

    operations = [
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
            name='cds_patient_system',
            field=models.CharField(blank=True, db_default='', default='', help_text="The system of the identifiers in its Patient resources that are our external ids.", max_length=255),
        ),
        migrations.AddField(
            model_name='apiclienthistory',
            name='cds_patient_system',
            field=models.CharField(blank=True, db_default='', default='', help_text="The system of the identifiers in its Patient resources that are our external ids.", max_length=255),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cds_issuer", NEW."cds_patient_system", NEW."cds_tenant", NEW."cimd_expires_at", NEW."client_id", NEW."client_jwks", NEW."client_jwks_uri", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."token_endpoint_auth_method", NEW."user_id"); RETURN NULL;', hash='7e31f9861dad91518382be4892f39631ee2c9772', operation='INSERT', pgid='pgtrigger_insert_insert_c48d5', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acts_for_id" IS DISTINCT FROM (NEW."acts_for_id") OR OLD."algorithm" IS DISTINCT FROM (NEW."algorithm") OR OLD."allowed_origins" IS DISTINCT FROM (NEW."allowed_origins") OR OLD."allowed_scopes" IS DISTINCT FROM (NEW."allowed_scopes") OR OLD."authorization_grant_type" IS DISTINCT FROM (NEW."authorization_grant_type") OR OLD."cds_issuer" IS DISTINCT FROM (NEW."cds_issuer") OR OLD."cds_patient_system" IS DISTINCT FROM (NEW."cds_patient_system") OR OLD."cds_tenant" IS DISTINCT FROM (NEW."cds_tenant") OR OLD."cimd_expires_at" IS DISTINCT FROM (NEW."cimd_expires_at") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."client_jwks" IS DISTINCT FROM (NEW."client_jwks") OR OLD."client_jwks_uri" IS DISTINCT FROM (NEW."client_jwks_uri") OR OLD."client_type" IS DISTINCT FROM (NEW."client_type") OR OLD."clinic_id" IS DISTINCT FROM (NEW."clinic_id") OR OLD."created" IS DISTINCT FROM (NEW."created") OR OLD."hash_client_secret" IS DISTINCT FROM (NEW."hash_client_secret") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."post_logout_redirect_uris" IS DISTINCT FROM (NEW."post_logout_redirect_uris") OR OLD."redirect_uris" IS DISTINCT FROM (NEW."redirect_uris") OR OLD."registration_source" IS DISTINCT FROM (NEW."registration_source") OR OLD."secret_changed_at" IS DISTINCT FROM (NEW."secret_changed_at") OR OLD."skip_authorization" IS DISTINCT FROM (NEW."skip_authorization") OR OLD."token_endpoint_auth_method" IS DISTINCT FROM (NEW."token_endpoint_auth_method") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cds_issuer", NEW."cds_patient_system", NEW."cds_tenant", NEW."cimd_expires_at", NEW."client_id", NEW."client_jwks", NEW."client_jwks_uri", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."token_endpoint_auth_method", NEW."user_id"); RETURN NULL;', hash='8f490478528660b4a6a0fbdb59ff302db03f8193', operation='UPDATE', pgid='pgtrigger_update_update_94238', table='clinics_apiclient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='apiclient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (OLD."acts_for_id", OLD."algorithm", OLD."allowed_origins", OLD."allowed_scopes", OLD."authorization_grant_type", OLD."cds_issuer", OLD."cds_patient_system", OLD."cds_tenant", OLD."cimd_expires_at", OLD."client_id", OLD."client_jwks", OLD."client_jwks_uri", OLD."client_type", OLD."clinic_id", OLD."created", OLD."hash_client_secret", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."post_logout_redirect_uris", OLD."redirect_uris", OLD."registration_source", OLD."secret_changed_at", OLD."skip_authorization", OLD."token_endpoint_auth_method", OLD."user_id"); RETURN NULL;', hash='56751497efaecabd1e9492bdc902cce0c06251e0', operation='DELETE', pgid='pgtrigger_delete_delete_e655f', table='clinics_apiclient', when='AFTER')),
        ),
    ]
