"""Clinics, their people and their software, and what each request leaves behind."""

import datetime

import django.contrib.auth.validators
import django.utils.timezone
import oauth2_provider.generators
import oauth2_provider.models
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import CreateModel
from django.db.models.functions import Lower

import clinics.identity.models
import clinics.sign_in.models
from backend.platform.storage.migration_steps import CreateTables, key


class Migration(migrations.Migration):
    initial = True
    # The toolkit's tables point at our client model.
    run_before = [("oauth2_provider", "0001_initial")]
    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        CreateTables(
            CreateModel(
                name="Clinic",
                fields=[
                    key(),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("updated_at", models.DateTimeField(auto_now=True)),
                    ("name", models.CharField(max_length=200)),
                    ("time_zone", models.CharField(default="Europe/London", max_length=64, validators=[clinics.identity.models.validate_time_zone])),
                    ("working_day_ends_at", models.TimeField(default=datetime.time(18, 0))),
                    ("emergency_number", models.CharField(blank=True, help_text="The number to ring for an ambulance, e.g. 999 or 112.", max_length=40)),
                    ("emergency_destination", models.CharField(blank=True, help_text="Where an emergency is sent: department and hospital.", max_length=200)),
                    ("takes_pregnant_runners", models.BooleanField(help_text="Empty: not answered yet.", null=True)),
                    ("maternity_emergency_number", models.CharField(blank=True, help_text="The number to ring for a warning sign in pregnancy.", max_length=40)),
                    ("maternity_destination", models.CharField(blank=True, help_text="Where a warning sign in pregnancy is sent: unit and hospital.", max_length=200)),
                    ("may_answer_later", models.BooleanField(default=False, help_text="Made before there was the question about pregnant runners: records without the answer.")),
                    ("lead", models.ForeignKey(blank=True, help_text="The clinical lead, told when the on-call clinician doesn't answer.", null=True, on_delete=models.SET_NULL, related_name="+", to="clinics.membership")),
                    ("on_call", models.ForeignKey(blank=True, help_text="The clinician who receives escalations.", null=True, on_delete=models.SET_NULL, related_name="+", to="clinics.membership")),
                    ("require_one_time_codes", models.BooleanField(default=False, help_text="Whoever signs in must have set up an authenticator.")),
                ],
                options={
                    "constraints": [models.CheckConstraint(condition=models.Q(models.Q(("takes_pregnant_runners", True), _negated=True), models.Q(models.Q(("maternity_emergency_number", ""), _negated=True), models.Q(("maternity_destination", ""), _negated=True)), _connector="OR"), name="who_takes_pregnant_runners_says_where_they_go")],
                },
            ),
            CreateModel(
                name="ApiClient",
                fields=[
                    ("client_id", models.CharField(db_index=True, default=oauth2_provider.generators.generate_client_id, max_length=255, unique=True, verbose_name="client ID")),
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
                    ("client_secret", oauth2_provider.models.ClientSecretField(blank=True, db_index=True, default=oauth2_provider.generators.generate_client_secret, help_text="Client secret for authentication", max_length=255, verbose_name="client secret")),
                    ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                    ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                    ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                    ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                    ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                    ("algorithm", models.CharField(blank=True, choices=[("", "No OIDC support"), ("RS256", "RSA with SHA-2 256"), ("HS256", "HMAC with SHA-2 256")], default="", max_length=5, verbose_name="algorithm")),
                    ("allowed_origins", models.TextField(blank=True, default="", help_text="Allowed origins list to enable CORS, space separated", verbose_name="allowed origins")),
                    (
                        "registration_source",
                        models.CharField(choices=[("manual", "Manual"), ("dcr", "Dynamic Client Registration"), ("cimd", "Client ID Metadata Document")], default="manual", help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)", max_length=32, verbose_name="registration source"),
                    ),
                    ("cimd_expires_at", models.DateTimeField(blank=True, default=None, help_text="When the cached Client ID Metadata Document should be re-fetched", null=True, verbose_name="CIMD expires at")),
                    key(),
                    ("allowed_scopes", models.TextField(blank=True, help_text="Scopes this client may ask for, separated by spaces.")),
                    ("user", models.ForeignKey(blank=True, null=True, on_delete=models.CASCADE, related_name="%(app_label)s_%(class)s", to=settings.AUTH_USER_MODEL, verbose_name="user")),
                    ("clinic", models.ForeignKey(on_delete=models.PROTECT, related_name="api_clients", to="clinics.clinic")),
                    ("acts_for", models.ForeignKey(blank=True, help_text="The clinician who answers for what this software acknowledges, unless it names one.", null=True, on_delete=models.PROTECT, related_name="+", to="clinics.membership")),
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
                options={
                    "verbose_name": "API client",
                    "swappable": "OAUTH2_PROVIDER_APPLICATION_MODEL",
                    "indexes": [models.Index(condition=models.Q(("cds_issuer", ""), _negated=True), fields=["cds_issuer", "cds_tenant"], name="api_client_by_cds_issuer")],
                },
            ),
            CreateModel(
                name="Membership",
                fields=[
                    key(),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("updated_at", models.DateTimeField(auto_now=True)),
                    ("role", models.CharField(choices=[("admin", "Clinic admin"), ("clinician", "Clinician"), ("reception", "Reception"), ("auditor", "Auditor")], max_length=20)),
                    ("clinic", models.ForeignKey(on_delete=models.PROTECT, related_name="members", to="clinics.clinic")),
                    ("user", models.ForeignKey(on_delete=models.PROTECT, related_name="memberships", to=settings.AUTH_USER_MODEL)),
                    ("accepted", models.BooleanField(default=True, help_text="Not yet between an invitation and its acceptance.")),
                    ("active", models.BooleanField(default=True, help_text="Not once they have left; nothing is deleted.")),
                    ("invitation_due_at", models.DateTimeField(blank=True, help_text="When a mail with the link is to be sent; empty when none is.", null=True)),
                    ("name", models.CharField(blank=True, help_text="What this clinic calls them; their account's name when empty.", max_length=200)),
                ],
                options={
                    "indexes": [models.Index(condition=models.Q(("invitation_due_at__isnull", False)), fields=["clinic", "invitation_due_at"], name="membership_invitation_due"), models.Index(fields=["clinic", "updated_at", "id"], name="membership_change_order")],
                    "constraints": [models.UniqueConstraint(fields=("clinic", "user"), name="one_membership_per_person_and_clinic")],
                },
            ),
            CreateModel(
                name="User",
                fields=[
                    ("password", models.CharField(max_length=128, verbose_name="password")),
                    ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                    ("is_superuser", models.BooleanField(default=False, help_text="Designates that this user has all permissions without explicitly assigning them.", verbose_name="superuser status")),
                    (
                        "username",
                        models.CharField(
                            error_messages={"unique": "A user with that username already exists."}, help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.", max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name="username"
                        ),
                    ),
                    ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                    ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                    ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                    ("is_staff", models.BooleanField(default=False, help_text="Designates whether the user can log into this admin site.", verbose_name="staff status")),
                    ("is_active", models.BooleanField(default=True, help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.", verbose_name="active")),
                    ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                    key(),
                    ("browsers_known_since", models.DateTimeField(blank=True, help_text="Browsers of before it count as strangers' again.", null=True)),
                    ("password_reset_due_at", models.DateTimeField(blank=True, help_text="When a mail with the link is to be sent; empty when none is.", null=True)),
                    ("groups", models.ManyToManyField(blank=True, help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.", related_name="user_set", related_query_name="user", to="auth.group", verbose_name="groups")),
                    ("user_permissions", models.ManyToManyField(blank=True, help_text="Specific permissions for this user.", related_name="user_set", related_query_name="user", to="auth.permission", verbose_name="user permissions")),
                ],
                options={
                    "constraints": [models.UniqueConstraint(Lower("email"), condition=models.Q(("email", ""), _negated=True), name="one_person_per_email"), models.CheckConstraint(condition=models.Q(("username", Lower("username"))), name="user_names_have_no_capitals")],
                },
                managers=[
                    ("objects", clinics.identity.models.People()),
                ],
            ),
            CreateModel(
                name="Allowance",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(max_length=40)),
                    ("destination", models.CharField(help_text="A keyed hash of it.", max_length=64)),
                    ("day", models.DateField()),
                    ("used", models.PositiveIntegerField(default=0)),
                ],
                options={
                    "indexes": [models.Index(fields=["day"], name="allowance_age")],
                    "constraints": [models.UniqueConstraint(fields=("kind", "destination", "day"), name="one_allowance_per_day")],
                },
            ),
            CreateModel(
                name="AccessLogEntry",
                fields=[
                    key(),
                    ("sequence", models.PositiveBigIntegerField(help_text="1 for the clinic's first entry, and no gaps.")),
                    ("at", models.DateTimeField()),
                    ("patient_id", models.UUIDField(help_text="No foreign key: the entry outlives whatever becomes of the row.")),
                    ("action", models.CharField(help_text="Method and name of the route.", max_length=100)),
                    ("purpose", models.CharField(blank=True, help_text="In the caller's words.", max_length=200)),
                    ("request_id", models.CharField(max_length=64)),
                    ("previous_hash", models.CharField(blank=True, max_length=64)),
                    ("hash", models.CharField(max_length=64)),
                    ("client", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                    ("clinic", models.ForeignKey(on_delete=models.PROTECT, related_name="access_log", to="clinics.clinic")),
                    ("user", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    "verbose_name_plural": "access log entries",
                    "indexes": [models.Index(fields=["clinic", "patient_id", "sequence"], name="access_log_of_patient")],
                    "constraints": [models.UniqueConstraint(fields=("clinic", "sequence"), name="one_access_log_entry_per_place")],
                },
            ),
            CreateModel(
                name="AccessLogHead",
                fields=[
                    ("clinic", models.OneToOneField(on_delete=models.PROTECT, primary_key=True, related_name="access_log_head", serialize=False, to="clinics.clinic")),
                    ("sequence", models.PositiveBigIntegerField(default=0)),
                    ("hash", models.CharField(blank=True, max_length=64)),
                ],
            ),
            CreateModel(
                name="AnsweredRequest",
                fields=[
                    key(),
                    ("key", models.CharField(max_length=255)),
                    ("route", models.CharField(max_length=255)),
                    ("body_sha256", models.CharField(max_length=64)),
                    ("reference", models.UUIDField()),
                    ("status", models.PositiveSmallIntegerField()),
                    ("created_at", models.DateTimeField()),
                    ("client", models.ForeignKey(on_delete=models.CASCADE, related_name="answered_requests", to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                    ("clinic", models.ForeignKey(on_delete=models.CASCADE, related_name="answered_requests", to="clinics.clinic")),
                ],
                options={
                    "indexes": [models.Index(fields=["clinic", "created_at"], name="answered_request_age"), models.Index(fields=["reference"], name="answered_request_reference")],
                    "constraints": [models.UniqueConstraint(fields=("client", "key", "route"), name="one_answer_per_key_and_route")],
                },
            ),
            CreateModel(
                name="PublishedKeys",
                fields=[
                    key(),
                    ("address", models.CharField(max_length=500)),
                    ("keys", models.TextField(blank=True, help_text="The JWK Set; empty until it could be read once.")),
                    ("read_at", models.DateTimeField(blank=True, null=True)),
                    ("looked_at", models.DateTimeField(blank=True, null=True)),
                    ("failure", models.CharField(blank=True, max_length=40)),
                    ("due_at", models.DateTimeField(help_text="When it is to be looked up, unless somebody needs it before.")),
                    ("leased_until", models.DateTimeField(blank=True, help_text="While a worker looks it up: until then no other does.", null=True)),
                    ("clinic", models.ForeignKey(on_delete=models.PROTECT, related_name="published_keys", to="clinics.clinic")),
                ],
                options={
                    "indexes": [models.Index(fields=["due_at"], name="published_keys_due")],
                    "constraints": [models.UniqueConstraint(fields=("clinic", "address"), name="published_keys_once_an_address")],
                },
            ),
            CreateModel(
                name="RecoveryCode",
                fields=[
                    key(),
                    ("hash", models.CharField(max_length=64)),
                    ("used_at", models.DateTimeField(blank=True, null=True)),
                    ("user", models.ForeignKey(on_delete=models.CASCADE, related_name="recovery_codes", to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    "constraints": [models.UniqueConstraint(fields=("user", "hash"), name="one_row_per_recovery_code")],
                },
            ),
            CreateModel(
                name="Authenticator",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                    ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                    ("throttling_failure_timestamp", models.DateTimeField(blank=True, default=None, help_text="A timestamp of the last failed verification attempt. Null if last attempt succeeded.", null=True)),
                    ("throttling_failure_count", models.PositiveIntegerField(default=0, help_text="Number of successive failed attempts.")),
                    ("created_at", models.DateTimeField(auto_now_add=True, help_text="The date and time when this device was initially created in the system.", null=True)),
                    ("last_used_at", models.DateTimeField(blank=True, help_text="The most recent date and time this device was used.", null=True)),
                    ("sealed_seed", models.TextField(default=clinics.sign_in.models.new_seed)),
                    ("drift", models.SmallIntegerField(default=0, help_text="Steps by which its clock is known to differ.")),
                    ("last_t", models.BigIntegerField(default=-1, help_text="Step of the last code taken: the next is later.")),
                    ("user", models.ForeignKey(help_text="The user that this device belongs to.", on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
                ],
            ),
        ),
    ]
