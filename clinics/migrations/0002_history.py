"""The history of clinics, their people and their software, written by triggers."""

import datetime

import oauth2_provider.generators
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import CreateModel

import clinics.identity.models
from backend.platform.storage.migration_steps import CreateTables, RecordHistory, history_columns, history_of, noted, noted_key, sql_files


class Migration(migrations.Migration):
    dependencies = [("clinics", "0001_schema")]

    operations = [
        CreateTables(
            CreateModel(
                name="ClinicHistory",
                fields=[
                    *history_columns(),
                    noted_key(),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("name", models.CharField(max_length=200)),
                    ("time_zone", models.CharField(default="Europe/London", max_length=64, validators=[clinics.identity.models.validate_time_zone])),
                    ("working_day_ends_at", models.TimeField(default=datetime.time(18, 0))),
                    ("emergency_number", models.CharField(blank=True, help_text="The number to ring for an ambulance, e.g. 999 or 112.", max_length=40)),
                    ("emergency_destination", models.CharField(blank=True, help_text="Where an emergency is sent: department and hospital.", max_length=200)),
                    ("takes_pregnant_runners", models.BooleanField(help_text="Empty: not answered yet.", null=True)),
                    ("maternity_emergency_number", models.CharField(blank=True, help_text="The number to ring for a warning sign in pregnancy.", max_length=40)),
                    ("maternity_destination", models.CharField(blank=True, help_text="Where a warning sign in pregnancy is sent: unit and hospital.", max_length=200)),
                    ("may_answer_later", models.BooleanField(default=False, help_text="Made before there was the question about pregnant runners: records without the answer.")),
                    ("lead", noted("clinics.membership", blank=True, help_text="The clinical lead, told when the on-call clinician doesn't answer.", null=True)),
                    ("on_call", noted("clinics.membership", blank=True, help_text="The clinician who receives escalations.", null=True)),
                    history_of("clinics.clinic"),
                    ("require_one_time_codes", models.BooleanField(default=False, help_text="Whoever signs in must have set up an authenticator.")),
                ],
            ),
            CreateModel(
                name="ApiClientHistory",
                fields=[
                    *history_columns(),
                    ("client_id", models.CharField(default=oauth2_provider.generators.generate_client_id, max_length=255, verbose_name="client ID")),
                    ("redirect_uris", models.TextField(blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs")),
                    ("post_logout_redirect_uris", models.TextField(blank=True, default="", help_text="Allowed Post Logout URIs list, space separated", verbose_name="post logout redirect URIs")),
                    ("client_type", models.CharField(choices=[("confidential", "Confidential"), ("public", "Public")], max_length=32, verbose_name="client type")),
                    (
                        "authorization_grant_type",
                        models.CharField(
                            choices=[("authorization-code", "Authorization code"), ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"), ("implicit", "Implicit"), ("password", "Resource owner password-based"), ("client-credentials", "Client credentials"), ("openid-hybrid", "OpenID connect hybrid")],
                            max_length=44,
                            verbose_name="authorization grant type",
                        ),
                    ),
                    ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                    ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                    ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                    ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                    ("algorithm", models.CharField(blank=True, choices=[("", "No OIDC support"), ("RS256", "RSA with SHA-2 256"), ("HS256", "HMAC with SHA-2 256")], default="", max_length=5, verbose_name="algorithm")),
                    ("allowed_origins", models.TextField(blank=True, default="", help_text="Allowed origins list to enable CORS, space separated", verbose_name="allowed origins")),
                    (
                        "registration_source",
                        models.CharField(choices=[("manual", "Manual"), ("dcr", "Dynamic Client Registration"), ("cimd", "Client ID Metadata Document")], default="manual", help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)", max_length=32, verbose_name="registration source"),
                    ),
                    ("cimd_expires_at", models.DateTimeField(blank=True, default=None, help_text="When the cached Client ID Metadata Document should be re-fetched", null=True, verbose_name="CIMD expires at")),
                    noted_key(),
                    ("allowed_scopes", models.TextField(blank=True, help_text="Scopes this client may ask for, separated by spaces.")),
                    ("acts_for", noted("clinics.membership", blank=True, help_text="The clinician who answers for what this software acknowledges, unless it names one.", null=True)),
                    ("clinic", noted("clinics.clinic")),
                    history_of(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
                    ("user", noted(settings.AUTH_USER_MODEL, blank=True, null=True, verbose_name="user")),
                    ("secret_changed_at", models.DateTimeField(blank=True, help_text="The secret itself is in no history; that it was changed is.", null=True)),
                    ("cds_issuer", models.CharField(blank=True, db_default="", default="", help_text="The issuer of its tokens, when it calls CDS Hooks; signed with the same keys.", max_length=255)),
                    ("client_jwks", models.TextField(blank=True, db_default="", default="", help_text="Its public keys, as a JWK Set.")),
                    ("client_jwks_uri", models.URLField(blank=True, db_default="", default="", help_text="Where it publishes them.", max_length=500)),
                    ("token_endpoint_auth_method", models.CharField(blank=True, choices=[("private_key_jwt", "Signed assertion")], db_default="", default="", max_length=32)),
                    ("cds_tenant", models.CharField(blank=True, db_default="", default="", help_text="Which of the issuer's organisations it speaks for, where the issuer serves several.", max_length=255)),
                    ("cds_patient_system", models.CharField(blank=True, db_default="", default="", help_text="The system of the identifiers in its Patient resources that are our external ids.", max_length=255)),
                    ("cds_proven_at", models.DateTimeField(blank=True, help_text="When the last of them did; until then no call is taken.", null=True)),
                    ("cds_proven_keys", models.TextField(blank=True, db_default="", default="", help_text="Thumbprints (RFC 7638) of the keys that have signed, as this issuer and tenant, that its calls are this client's.")),
                ],
            ),
            CreateModel(
                name="MembershipHistory",
                fields=[
                    *history_columns(),
                    noted_key(),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("role", models.CharField(choices=[("admin", "Clinic admin"), ("clinician", "Clinician"), ("reception", "Reception"), ("auditor", "Auditor")], max_length=20)),
                    ("clinic", noted("clinics.clinic")),
                    history_of("clinics.membership"),
                    ("user", noted(settings.AUTH_USER_MODEL)),
                    ("accepted", models.BooleanField(default=True, help_text="Not yet between an invitation and its acceptance.")),
                    ("active", models.BooleanField(default=True, help_text="Not once they have left; nothing is deleted.")),
                    ("name", models.CharField(blank=True, help_text="What this clinic calls them; their account's name when empty.", max_length=200)),
                ],
            ),
        ),
        RecordHistory("clinic"),
        RecordHistory("apiclient"),
        RecordHistory("membership"),
        *sql_files(__file__, "history_of_clinics.sql"),
    ]
