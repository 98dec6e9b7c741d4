"""Settings, from environment variables only; what is missing or weak stops the start with the mend.

Variables: DATABASE_URL, DATABASE_OWNER_URL (migrations and tests; default DATABASE_URL), REDIS_URL, SECRET_KEY,
SECRET_KEY_FALLBACKS, RECEIPT_KEYS (32 bytes in hex each, comma between; the first signs, `public:` before those that only verify),
LOG_ORIGIN, DATA_DIR, DATA_KEYS (DATA_DIR/keys), ALLOWED_HOSTS, TRUSTED_PROXIES (0), API_RATE_PER_MINUTE (6000, a key),
PUBLIC_RATE_PER_MINUTE (300, an address),
REQUIRE_SECOND_FACTOR (1 in production, 0 with DJANGO_DEBUG or EMBEDDED), SESSION_IDLE_MINUTES (15), SESSION_HOURS (8),
THREE_ADMINISTRATORS (0; the system and the accounts kept by different people),
PASSWORD_LENGTH (12), PASSWORD_KINDS (3), PASSWORD_DAYS (90), PASSWORDS_REMEMBERED (5), ASLEEP_AFTER_DAYS (90), SIGN_IN_FAILURES (5, an
account from an address), SIGN_IN_FAILURES_OF_AN_ADDRESS (50), SIGN_IN_LOCK_MINUTES (15), REQUEST_LOG_DAYS (30),
UPLOAD_MAX_MB (512), S3_BUCKET (uploads lie there, not in DATA_DIR), S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY,
S3_ADDRESSING (auto; path or virtual), DJANGO_DEBUG, LOG_LEVEL (INFO), HTTPS (1 behind a TLS proxy), SSL_REDIRECT (0), HSTS_PRELOAD (0),
CSRF_TRUSTED_ORIGINS, EMBEDDED (1 when script/run started the servers), WEBHOOKS_TO_LOOPBACK (0; with EMBEDDED alone),
OTEL_EXPORTER_OTLP_ENDPOINT (unset: no traces) and OpenTelemetry's other variables (common/tracing.py).
"""

import os
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from catalog.log.signing import keys_of
from common import tracing
from common.languages import LANGUAGES as LANGUAGES_SPOKEN
from common.languages import LOCALES, NAMES
from config import processes
from config.schedule import SCHEDULE
from tables.limits import MIB, UPLOAD_MOST_MB

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def required(name: str, mend: str) -> str:
    """Return the variable, or stop with its name and how to make one."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {mend}")
    return value


DEBUG = env.bool("DJANGO_DEBUG", default=False)
EMBEDDED = env.bool("EMBEDDED", default=False)
HTTPS = env.bool("HTTPS", default=False)
# How many proxies stand before the service, each adding whom it heard to X-Forwarded-For (common/client_address.py).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
SECRET_KEY = required(
    "SECRET_KEY", 'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))" (script/run makes its own).'
)
# Earlier keys: sessions and webhook secrets made under them stay good while they are listed.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Ed25519 seeds that sign receipts and the publication log, the first of them; what the others signed stays verifiable (catalog/log/signing.py).
_HOW_KEY = (
    "Make one: openssl rand -hex 32 (script/run makes its own); `manage.py receipt_keys --rotate` prints the next."
)
RECEIPT_KEYS = required("RECEIPT_KEYS", _HOW_KEY).split(",")
try:
    keys_of(RECEIPT_KEYS)
except ValueError as fault:
    raise ImproperlyConfigured(f"RECEIPT_KEYS: {fault}. {_HOW_KEY}") from None
# Under what name the log signs its checkpoints: once published it stays.
LOG_ORIGIN = env.str("LOG_ORIGIN", default="shangbao-mulu/publications")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "common.api",
    "common.audit",
    "common.jobs",
    "common.operations",
    "common.persons",
    "common.sealing",
    "catalog",
    "insurers",
    "claims",
    "curation",
    "desk",
    "lookup",
    "fhir",
]

MIDDLEWARE = [
    "common.api.request_id.RequestIdMiddleware",
    "common.operations.access_log.MeasureMiddleware",
    "insurers.api.middleware.RequestLogMiddleware",
    "common.api.problems.FaultMiddleware",
    "common.api.compression.CompressionMiddleware",
    "common.tenancy.TenantMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "desk.middleware.StaticFiles",
    "common.security_headers.ContentPolicyMiddleware",
    "desk.middleware.Session",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "desk.middleware.Authentication",
    "desk.middleware.SecondFactor",
    "common.api.problems.RefusingMiddleware",
    "desk.middleware.Tenant",
    "desk.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "desk.middleware.Axes",
]

# --- Traces: read by OpenTelemetry itself; it speaks OTLP over HTTP alone here.
if tracing.wanted():
    MIDDLEWARE.insert(0, "common.operations.access_log.TraceMiddleware")
    for _name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
        if os.environ.get(_name, "http/protobuf") != "http/protobuf":
            raise ImproperlyConfigured(
                f"{_name}: traces are sent by http/protobuf. Unset it, and give the collector's HTTP port (4318)."
            )

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
TENANT_MODEL = "insurers.Insurer"  # whose a private catalog is: catalog may not name what stands above it
# What is asked before a version is published, by whatever door: catalog may not name that either (catalog.moves).
PUBLICATION_CHECKS = ["curation.golden.services.before_publication"]
# Who writes errors below a path in place of problem documents: the error handlers of common may not name them either.
ERROR_WRITERS = {"/fhir/": "fhir.operation_outcome.plain"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "desk" / "theme"],  # what stands in the place of the theme's own templates
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database: PostgreSQL only. The owner migrates; the service itself runs as a role that row-level security binds.
_OWNER_COMMANDS = {"migrate", "test", "makemigrations", "sqlmigrate", "flush", "lintmigrations", "dbshell"}
_as_owner = (
    (len(sys.argv) > 1 and sys.argv[1] in _OWNER_COMMANDS)
    or "pytest" in sys.modules
    or bool(os.environ.get("AS_OWNER"))
)
_HOW_DB = "Give postgresql://user:password@host:5432/name, or start with script/run, which brings its own PostgreSQL."
DATABASE_URL = required("DATABASE_URL", _HOW_DB)
if _as_owner:
    DATABASE_URL = os.environ.get("DATABASE_OWNER_URL") or DATABASE_URL
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "ENGINE": "common.database",  # PostgreSQL; a server that has stopped answering is a fault within seconds
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,  # where a key is read first, that is the check (insurers.api.authentication)
    "DISABLE_SERVER_SIDE_CURSORS": False,
    # For whom it works where nobody has said (common.tenancy): migrations see every row, the service none.
    "TENANT": "everybody" if _as_owner else "",
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    "connect_timeout": 3,
    "application_name": "shangbao",
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    # The keepalives are the server's: what a machine that vanished has locked is free again after half a minute.
    "options": "-c timezone=UTC -c lock_timeout=10s -c app.insurer="
    " -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}

# --- Broker and cache. Redis is only a doorbell: every job's state lives in PostgreSQL.
REDIS_URL = required("REDIS_URL", "Give redis://host:6379/0, or start with script/run, which brings its own broker.")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        "KEY_PREFIX": "shangbao",
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long it takes the broker to come back
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = processes.worker_processes
CELERY_WORKER_MAX_TASKS_PER_CHILD = processes.worker_tasks_at_most
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- Files: everything the service writes lies under DATA_DIR.
UPLOAD_DIR = DATA_DIR / "uploads"
# The keys that personal facts are sealed under (common.sealing): outside the database, whose backups cannot be read without them.
DATA_KEYS = Path(env.str("DATA_KEYS", default=str(DATA_DIR / "keys"))).resolve()
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "common.received_files.ReceivingHandler",
]
# What is collected is for everybody to read; what is uploaded is written by catalog.uploads, for the service alone.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o644, 0o755
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The one limit of an uploaded file; the proxy reads the same variable.
_UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", default=UPLOAD_MOST_MB)
if not 0 < _UPLOAD_MAX_MB <= UPLOAD_MOST_MB:
    raise ImproperlyConfigured(
        f"UPLOAD_MAX_MB is {_UPLOAD_MAX_MB}; give 1 to {UPLOAD_MOST_MB}: no reader of files takes a larger one."
    )
UPLOAD_MAX_BYTES = _UPLOAD_MAX_MB * MIB
S3_BUCKET = env.str("S3_BUCKET", default="")
_S3 = {
    name: env.str(f"S3_{name}", default="") for name in ("ENDPOINT", "REGION", "ACCESS_KEY", "SECRET_KEY", "ADDRESSING")
}
if any(_S3.values()) and not S3_BUCKET:
    given = ", ".join(f"S3_{name}" for name, value in _S3.items() if value)
    raise ImproperlyConfigured(
        f"{given} without S3_BUCKET. Name the bucket, or unset them: files lie in DATA_DIR then."
    )
if bool(_S3["ACCESS_KEY"]) != bool(_S3["SECRET_KEY"]):
    raise ImproperlyConfigured("Give S3_ACCESS_KEY and S3_SECRET_KEY, or neither where the machine has a role.")
if _S3["ADDRESSING"] not in ("", "auto", "path", "virtual"):
    raise ImproperlyConfigured("S3_ADDRESSING is auto, path (MinIO) or virtual (OSS, COS).")


def _storage(folder: str, prefix: str) -> dict[str, Any]:
    """Return a storage: the folder that this setting names or, where there is a bucket, what lies under this prefix of it."""
    if not S3_BUCKET:
        return {"BACKEND": "common.storage.PrivateFolder", "OPTIONS": {"setting": folder}}
    options = {
        "bucket_name": S3_BUCKET,
        "location": prefix,
        "endpoint_url": _S3["ENDPOINT"] or None,
        "region_name": _S3["REGION"] or None,
        "access_key": _S3["ACCESS_KEY"] or None,
        "secret_key": _S3["SECRET_KEY"] or None,
        "addressing": _S3["ADDRESSING"] or "auto",
    }
    return {"BACKEND": "common.bucket.Bucket", "OPTIONS": options}


STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "uploads": _storage("UPLOAD_DIR", "uploads"),
    "keys": _storage("DATA_KEYS", "keys")
    if S3_BUCKET
    else {"BACKEND": "common.sealing.folder.KeyFolder", "OPTIONS": {"location": DATA_KEYS}},
}

# --- Language and time. Days are China's calendar days; instants are UTC.
LANGUAGE_CODE = LOCALES[LANGUAGES_SPOKEN[0]]
LANGUAGES = [(LOCALES[one], NAMES[one]) for one in LANGUAGES_SPOKEN]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- People who sign in to the admin.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "common.persons.passwords.UnlikeThePerson"},
    {
        "NAME": "common.persons.passwords.LongEnough",
        "OPTIONS": {"min_length": env.int("PASSWORD_LENGTH", default=12)},
    },
    {"NAME": "common.persons.passwords.NotCommon"},
    {"NAME": "common.persons.passwords.KindsOfCharacters"},
    {"NAME": "common.persons.passwords.NotUsedLately"},
]
PASSWORD_KINDS = env.int("PASSWORD_KINDS", default=3)
PASSWORDS_REMEMBERED = env.int("PASSWORDS_REMEMBERED", default=5)
PASSWORD_DAYS = env.int("PASSWORD_DAYS", default=90)
# An account nobody signed in to for so many days is woken by an administrator.
ASLEEP_AFTER_DAYS = env.int("ASLEEP_AFTER_DAYS", default=90)
# In production everybody; what script/run brings up to be tried asks for none.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not (DEBUG or EMBEDDED))
# Whether who keeps the system going and who keeps accounts and keys are two people (desk.roles); every migrate makes the groups so.
THREE_ADMINISTRATORS = env.bool("THREE_ADMINISTRATORS", default=False)
OTP_TOTP_ISSUER = "商保目录"
OTP_TOTP_SYNC = False  # a code is good for its half minute and those beside it, whatever the clock was before
# Wrong codes are counted with the account (common.persons.services), as wrong passwords are, and lock it for as long.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURES", default=5)
# Of all names together: an office behind one address mistypes less than that, a dictionary more.
SIGN_IN_FAILURES_OF_AN_ADDRESS = env.int("SIGN_IN_FAILURES_OF_AN_ADDRESS", default=50)
AXES_COOLOFF_TIME = env.int("SIGN_IN_LOCK_MINUTES", default=15) / 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "desk.sign_in.address_of"  # not the proxy's: behind one, anybody would lock out everybody
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # nobody is locked out for ever by somebody who goes on trying
AXES_LOCKOUT_CALLABLE = "desk.sign_in.locked_out"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=15)
SESSION_COOKIE_AGE = 3600 * env.int("SESSION_HOURS", default=8)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Browsers that carry a list of hosts take this word for years: only who owns the whole domain asks for it.
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=False)
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "desk.sign_in.csrf_failure"

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["insurers.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["insurers.api.authentication.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["insurers.api.throttling.PerKeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["common.api.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsing.StrictJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.PagePagination",
    "DEFAULT_FILTER_BACKENDS": ["common.api.filtering.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.ProductSchema",
    "EXCEPTION_HANDLER": "common.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": None,
    "URL_FORMAT_OVERRIDE": None,  # `format` is an unknown parameter like any other
}
# Without a key, by address.
PUBLIC_RATE_PER_MINUTE = env.int("PUBLIC_RATE_PER_MINUTE", default=300)
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", default=6000)
# How long an insurer can read what its keys asked for (insurers/request_log.py).
REQUEST_LOG_DAYS = env.int("REQUEST_LOG_DAYS", default=30)
# Webhooks go to public https addresses only; `script/run --webhooks-to-loopback` lets them reach http://127.0.0.1 too, to be tried there.
WEBHOOKS_MAY_REACH_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", default=False)
if WEBHOOKS_MAY_REACH_LOOPBACK and not EMBEDDED:
    raise ImproperlyConfigured(
        "WEBHOOKS_TO_LOOPBACK is for script/run alone: in production webhooks reach nothing inside. Unset it."
    )
SPECTACULAR_SETTINGS = {
    "TITLE": "商保目录 API",
    "DESCRIPTION": (
        "Commercial-insurance drug lists: which list applied on which day, and whether a product pays for a drug.\n\n"
        "`Authorization: Api-Key <key>`. Errors are RFC 9457 `application/problem+json`. "
        "Money and ratios are strings; days are inclusive at both ends."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "insurers.api.messages.add",
        "common.api.schema.complete",
        "config.openapi.name_choices",
        "config.openapi.add_examples",
    ],
    "GET_LIB_DOC_EXCLUDES": "common.api.schema.told_to_us_alone",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Admin theme (its own few English words are translated in locale/).
UNFOLD = {
    "SITE_TITLE": _("Shangbao Mulu"),
    "SITE_HEADER": _("Shangbao Mulu"),
    "SITE_SUBHEADER": _("Commercial-insurance drug lists"),
    "SITE_SYMBOL": "medication",
    "SHOW_HISTORY": True,
    "SIDEBAR": {"command_search": True},
    "COMMAND": {"search_callback": "desk.find.palette"},
    "SHOW_VIEW_ON_SITE": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "common.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        # A refusal stands in the access log, by its route and without the address.
        "django.request": {"level": "ERROR"},
        # While the collector is away: that a batch was lost, not each time it was tried.
        "opentelemetry": {"level": "ERROR"},
    },
}
# axes looks for its middleware by name; desk.middleware.Axes is it, for pages only.
SILENCED_SYSTEM_CHECKS = ["axes.W002", "security.W021"]  # … and preloading is asked for, not default
if not HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
