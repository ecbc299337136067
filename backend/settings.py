"""Settings of the whole service: one file, driven by the environment.

Every variable that is read stands in ``docs/operations.md``. Nothing here has an unsafe default: without
``SECRET_KEY`` and ``DATABASE_URL`` the service does not start.
"""

import logging
import os
from datetime import timedelta
from pathlib import Path

import pghistory
import structlog
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.platform.logs import without_values

BASE_DIR = Path(__file__).resolve().parent.parent


def _env(name: str, default: str | None = None) -> str:
    """Return an environment variable, or refuse to start when a required one is missing."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def _flag(name: str, *, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


DEBUG = _flag("DEBUG")
SECRET_KEY = _env("SECRET_KEY")
BASE_URL = _env("BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = _list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# The proxies whose word about a caller counts: networks such as 10.0.0.0/8, "unix", or "none" at all.
TRUSTED_PROXIES = _list("TRUSTED_PROXIES")
# The demo is served over plain HTTP on this machine; everywhere else cookies and links are https only.
SERVE_INSECURE_HTTP = _flag("SERVE_INSECURE_HTTP")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "clinics",
    "patients",
    "assessments",
    "oauth2_provider",
    "axes",
    "django_otp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "backend.platform.edge.caller.CallerMiddleware",
    "backend.platform.edge.middleware.RequestIdMiddleware",
    "backend.platform.edge.middleware.UnreadBodyMiddleware",
    "backend.platform.edge.doors.DoorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "backend.platform.edge.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "clinics.sign_in.form.CodeMiddleware",
    "clinics.identity.lockout.KnownBrowserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinics.sign_in.middleware.ClinicScopeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "clinics.dashboard.reads.ReportingTemplates",  # whom a page shows is noted
        "NAME": "django",
        "DIRS": [BASE_DIR / "backend" / "templates"],  # in place of unfold's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["clinics.templatetags.form_origin"],  # every form says where it was opened
        },
    },
]


def _database(url: str) -> dict[str, object]:
    """Translate a libpq URL, sockets and options included, into Django's settings."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "return-to-run", **parts},
    }


DATABASES = {"default": _database(_env("DATABASE_URL"))}
# The role requests run as: neither owner of the tables nor free of row-level security.
DATABASE_APP_ROLE = _env("DATABASE_APP_ROLE", "rtr_app")
# Histories are looked up by the row they are of; an index on every key of theirs would only slow writes.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = _env("REDIS_URL", "redis://localhost:6379/0")
# Asked for when REDIS_URL names sentinels: sentinel://host:26379/0;sentinel://other:26379/0
REDIS_SENTINEL_MASTER = _env("REDIS_SENTINEL_MASTER", "mymaster")

AUTH_USER_MODEL = "clinics.User"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Five wrong attempts for one name from one address close the door there for a quarter of an hour, which
# trying meanwhile doesn't prolong. The address alone would shut out a whole practice behind one router, the
# name alone would let a stranger shut out anybody; a browser that the person has used counts for itself.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = "clinics.identity.lockout.counted_by"
AXES_USERNAME_CALLABLE = "clinics.identity.lockout.counted_name"
AXES_CLIENT_IP_CALLABLE = "clinics.identity.lockout.counted_address"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "clinics.sign_in.form.locked_out"
# Nothing that somebody typed is kept with an attempt; a test finds the fields of every page that asks.
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "password",
    "old_password",
    "new_password1",
    "new_password2",
    "code",
    "otp_token",
    "csrfmiddlewaretoken",
]
AXES_ENABLE_ADMIN = False
OTP_TOTP_ISSUER = "Return to Run"
# The first is for passwords that people choose; the last for secrets that are random (CLIENT_SECRET_HASHER).
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "clinics.identity.secret_hasher.RandomSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "clinics.identity.end_access.PasswordEndsAccess"})

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SECURE_SSL_REDIRECT = not SERVE_INSECURE_HTTP
# Probes ask the process itself, past the proxy, and learn nothing that needs hiding.
SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if SERVE_INSECURE_HTTP else int(timedelta(days=365).total_seconds())
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not SERVE_INSECURE_HTTP
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Browsers take a `__Host-` cookie over https only, from this very host and for all of it: a neighbour below
# the same domain can't set one.
_HOST = "" if SERVE_INSECURE_HTTP else "__Host-"
SESSION_COOKIE_NAME = f"{_HOST}sessionid"
CSRF_COOKIE_NAME = f"{_HOST}csrftoken"
MESSAGES_COOKIE_NAME = f"{_HOST}messages"
KNOWN_BROWSER_COOKIE_NAME = f"{_HOST}known_browser"
MESSAGE_STORAGE = "clinics.dashboard.messages.Messages"
SESSION_ENGINE = "clinics.identity.sessions"  # keys are kept as hashes
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
X_FRAME_OPTIONS = "DENY"
# No script but our own files'.
SECURE_CSP = "; ".join(
    [
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# Forms go to this server; left out where one leads on to an application (backend.platform.edge.middleware).
FORM_CSP = "form-action 'self'"
# The dashboard's Alpine.js evaluates the attributes of its own templates (docs/adr/0035).
DASHBOARD_CSP = f"{SECURE_CSP}; script-src 'self' 'unsafe-eval'"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

EMAIL_BACKEND = _env("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = os.environ.get("EMAIL_FILE_PATH")
EMAIL_HOST = _env("EMAIL_HOST", "localhost")
EMAIL_PORT = int(_env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = _env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = _flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10  # seconds of silence
# Seconds that one send may take in all, by whatever channel: shorter than a lease.
SEND_TIME_LIMIT = 15
DEFAULT_FROM_EMAIL = _env("DEFAULT_FROM_EMAIL", "Return to Run <return-to-run@localhost>")

# Fernet keys for what a clinic entrusts to us: the first encrypts, all of them decrypt.
ENCRYPTION_KEYS = _list("ENCRYPTION_KEYS")
# The services of Apprise that a clinic may name. Each reaches its vendor's own host and nothing else, and
# raises an alert for each message; Splunk On-Call is left out because it merges all of them into one.
ON_CALL_SCHEMAS = _list(
    "ON_CALL_SCHEMAS", "pagerduty,opsgenie,signl4,ilert,squadcast,pagertree,incidentio,spike"
)
# Lets webhooks and on-call services reach this machine and its network, and plain http: for development.
ALLOW_PRIVATE_WEBHOOKS = _flag("ALLOW_PRIVATE_WEBHOOKS")

# Told when a clinic has nobody with an address left to tell.
OPERATOR_EMAILS = _list("OPERATOR_EMAILS")

OAUTH2_PROVIDER_APPLICATION_MODEL = "clinics.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "clinics.identity.scopes.ClientScopes",
    "OAUTH2_SERVER_CLASS": "clinics.clients.oauth.TwoGrantServer",
    "OAUTH2_VALIDATOR_CLASS": "clinics.clients.services.signed_clients.SignedClientValidator",
    "CLIENT_SECRET_HASHER": "random_secret_sha256",
    "ACCESS_TOKEN_EXPIRE_SECONDS": int(timedelta(hours=1).total_seconds()),
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    # A refresh token outlives its access token by twelve hours and has one use; a second ends its family.
    "REFRESH_TOKEN_EXPIRE_SECONDS": int(timedelta(hours=12).total_seconds()),
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "PKCE_REQUIRED": True,
    "OIDC_ISS_ENDPOINT": BASE_URL,  # the issuer that an authorization response names (RFC 9207)
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"] if SERVE_INSECURE_HTTP else ["https"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": not SERVE_INSECURE_HTTP,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["clinics.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["backend.platform.api.permissions.Undeclared"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "backend.platform.api.problems.ProblemRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["backend.platform.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "backend.platform.openapi.schema.ResourceSchema",
    "DEFAULT_PAGINATION_CLASS": "backend.platform.api.pagination.ChangeCursorPagination",
    "EXCEPTION_HANDLER": "backend.platform.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "UNICODE_JSON": True,
    "STRICT_JSON": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Return to Run",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "One explained decision on whether a runner with low back pain may run, with the follow-ups and "
        "escalations it promises.\n\n"
        "Get a token from `/oauth/token/` with the client credentials of your clinic's software, and send it "
        "as a Bearer token. Errors are problem details (RFC 9457): decide by their `code`, and show where by "
        "the JSON pointers of `errors`. Send an `Idempotency-Key` with every POST, and the same one when you "
        "try again. Fields are only ever added: ignore those you don't know."
    ),
    "CONTACT": {"name": "The maintainers of Return to Run"},
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "LICENSE": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Where the document came from: one document for every deployment, so no client is bound to another's.
    "SERVERS": [{"url": "/", "description": "The service that this document describes."}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.platform.openapi.schema.tidy_nulls",
        "assessments.webhooks.openapi.describe_webhooks",
        "backend.platform.openapi.document.finish_document",
    ],
}

# Of one application, all its tokens together.
RATE_LIMIT_PER_MINUTE = int(_env("RATE_LIMIT_PER_MINUTE", "3000"))
# Of the same, for recording and taking on alone: reading without end never uses it up.
RATE_LIMIT_RECORDING = int(_env("RATE_LIMIT_RECORDING", "600"))
# Of one address, at each door that opens without a token, reads and writes apart.
RATE_LIMIT_PER_ADDRESS = int(_env("RATE_LIMIT_PER_ADDRESS", "600"))

# A file of standard codes that stand beside our own in FHIR; without one there are none.
FHIR_CODES = _env("FHIR_CODES", "")

# How long a worker that died keeps a due row from the others; renewed before every message.
CLAIM_LEASE = timedelta(seconds=float(_env("CLAIM_LEASE_SECONDS", "30")))
# How often the sweep looks for what must not be, how late an escalation may be before all isn't well, and who
# outside hears of it: an address that raises the alarm when it isn't asked for.
SWEEP_EVERY = timedelta(seconds=float(_env("SWEEP_SECONDS", "60")))
OVERDUE_AFTER = timedelta(seconds=float(_env("OVERDUE_SECONDS", "120")))
HEARTBEAT_URL = _env("HEARTBEAT_URL", "")
# Opens /statusz and /metrics to monitors that send it as a bearer token; without it nobody gets in.
STATUS_TOKEN = _env("STATUS_TOKEN", "")

# Celery is the nudge, PostgreSQL the truth: losing any of this delays and never loses (docs/adr).
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "master_name": REDIS_SENTINEL_MASTER,
    # Without it the client asks a sentinel that is away for seconds before it asks the next one.
    "sentinel_kwargs": {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)},
    "visibility_timeout": 300,
    # What a killed worker held comes back within 10 s of that time, not within 100.
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    # A nudge that can't be given at once isn't given: beat finds the row, and the caller has its answer.
    "max_retries": 1,
    "interval_start": 0,
    "connect_retries_timeout": 0.2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 110
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {
    "assessments.tasks.deliver_due_escalations": {"queue": "critical"},
    "assessments.tasks.deliver_due_webhooks": {"queue": "webhooks"},
    "assessments.tasks.send_webhook_notices": {"queue": "default"},
    "assessments.tasks.look_up_keys": {"queue": "default"},
    "assessments.tasks.announce_due_follow_ups": {"queue": "default"},
    "assessments.tasks.sweep": {"queue": "default"},
    "clinics.tasks.send_due_invitations": {"queue": "default"},
    "clinics.tasks.send_due_password_resets": {"queue": "default"},
    "assessments.tasks.write_due_exports": {"queue": "default"},
    "assessments.tasks.forget_what_is_past": {"queue": "default"},
}
CELERY_BEAT_SCHEDULE = {
    "deliver-due-escalations": {
        "task": "assessments.tasks.deliver_due_escalations",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "deliver-due-webhooks": {
        "task": "assessments.tasks.deliver_due_webhooks",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "look-up-keys": {
        "task": "assessments.tasks.look_up_keys",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "send-webhook-notices": {
        "task": "assessments.tasks.send_webhook_notices",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "announce-due-follow-ups": {
        "task": "assessments.tasks.announce_due_follow_ups",
        "schedule": 10.0,
        "options": {"expires": 60},
    },
    "sweep": {
        "task": "assessments.tasks.sweep",
        "schedule": SWEEP_EVERY,
        "options": {"expires": 60},
    },
    "send-due-invitations": {
        "task": "clinics.tasks.send_due_invitations",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-due-password-resets": {
        "task": "clinics.tasks.send_due_password_resets",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "write-due-exports": {
        "task": "assessments.tasks.write_due_exports",
        "schedule": 10.0,
        "options": {"expires": 60},
    },
    "forget-what-is-past": {
        "task": "assessments.tasks.forget_what_is_past",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

_SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
logging.captureWarnings(True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [*_SHARED_PROCESSORS, without_values],
            "use_get_message": False,
            "pass_foreign_args": True,
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        # Django's own handlers print tracebacks and mail whole requests.
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        # What these say below a warning spells out clients and tokens.
        "oauth2_provider": {"level": "WARNING"},
        "oauthlib": {"level": "WARNING"},
        # Its lines spell out what a service answered, and below a warning its address.
        "apprise": {"level": "WARNING", "propagate": False},
        # A line for each piece of an answer whose caller has hung up.
        "_granian": {"level": "WARNING"},
        # It writes the names that people type, and sometimes they type a password there.
        "axes": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": _env("LOG_LEVEL", "INFO")},
}
structlog.configure(
    processors=[
        *_SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

UNFOLD = {
    "LOGIN": {"form": "clinics.sign_in.form.SignInForm"},
    "SITE_TITLE": "Return to Run",
    "SITE_HEADER": "Return to Run",
    "SITE_SUBHEADER": "clinics.dashboard.layout.clinic_name",
    "ACCOUNT": {"navigation": "clinics.dashboard.layout.account_links"},
    "SITE_SYMBOL": "directions_run",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "clinics.dashboard.layout.icon"}],
    "SHOW_HISTORY": False,
    "STYLES": ["clinics.dashboard.layout.stylesheet"],
    "SIDEBAR": {"navigation": "clinics.dashboard.layout.navigation"},
    "DASHBOARD_CALLBACK": "assessments.dashboard.pages.worklist.worklist",
    # A calm blue-green; 600 holds 4.5:1 under white text, 500 on the dark ground.
    "COLORS": {
        "primary": {
            "50": "#eef8f9",
            "100": "#d7eff1",
            "200": "#b3dfe4",
            "300": "#83cad2",
            "400": "#55b3be",
            "500": "#3fa3b0",
            "600": "#0f6674",
            "700": "#0d5863",
            "800": "#0e4851",
            "900": "#103c44",
            "950": "#07272d",
        }
    },
}
