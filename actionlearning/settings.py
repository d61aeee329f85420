"""One file of settings; everything that differs between machines is an environment variable."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from actionlearning.foundation import proxies
from actionlearning.launcher.addresses import BACKUP, addresses, database_url

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("AL_STATE_DIR", BASE_DIR / "var")).resolve()
EMBEDDED = addresses(STATE_DIR)


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def _flag(name: str, *, default: bool = False) -> bool:
    value = _text(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise RuntimeError(f"{name} must be 0 or 1, not {value!r}.")
    return value == "1"


def _folder(name: str) -> str:
    """A folder that is there, or "" when none is named."""
    folder = _text(name)
    if folder and not Path(folder).is_dir():
        raise RuntimeError(f"{name} names no folder: {folder!r}.")
    return folder


def _number(name: str, default: int, *, least: int = 0) -> int:
    value = _text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise RuntimeError(f"{name} must be a whole number, {least} or more, not {value!r}.")
    return int(value)


def _choice(name: str, choices: tuple[str, ...]) -> str:
    value = _text(name, choices[0])
    if value not in choices:
        raise RuntimeError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def _networks(name: str, default: str = "") -> proxies.Networks:
    try:
        return proxies.networks(_text(name, default).split(","))
    except ValueError as found:
        raise RuntimeError(f"{name}: {found}. Write addresses or networks with commas.") from None


def _metrics_token() -> str:
    value = _text("AL_METRICS_TOKEN")
    if value and len(value) < 20:
        raise RuntimeError("AL_METRICS_TOKEN must have 20 characters or more.")
    return value


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "actionlearning.foundation.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            # A database machine that vanishes is noticed within a minute; sockets of one machine ignore it.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 60_000,
        },
        "WALLED": not AL_AS_OWNER,
    }


AL_AS_OWNER = _flag("AL_AS_OWNER")
"""Migrations and the like log in as the owner of the tables; the product never does."""
AL_APP_ROLE = _text("AL_APP_ROLE", "al_app")
AL_BACKUP_ROLE = _text("AL_BACKUP_ROLE", "al_backup")
AL_WEBHOOK_ALLOW_LOOPBACK = _flag("AL_WEBHOOK_ALLOW_LOOPBACK")
AL_DEMO = _flag("AL_DEMO")
"""A demonstration installation lists its spaces and its sign-ins."""
AL_RELEASE = "0.1.0"

DATABASE_URL = _text("DATABASE_URL", EMBEDDED["DATABASE_URL"])
DATABASE_OWNER_URL = _text("DATABASE_OWNER_URL", EMBEDDED["DATABASE_OWNER_URL"])
DATABASE_BACKUP_URL = _text(
    "DATABASE_BACKUP_URL", "" if "DATABASE_URL" in os.environ else database_url(STATE_DIR, BACKUP)
)
REDIS_URL = _text("REDIS_URL", EMBEDDED["REDIS_URL"])

SECRET_KEY = _text("AL_SECRET_KEY")
if not SECRET_KEY:
    raise RuntimeError(
        "AL_SECRET_KEY is missing: `manage.py up` makes one, real servers get their own."
    )
DEBUG = False
ALLOWED_HOSTS = _text("AL_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in _text("AL_ORIGINS").split(",") if origin]
AL_BEHIND_PROXY = _flag("AL_BEHIND_PROXY")
AL_PROXIES = _networks("AL_PROXIES", "127.0.0.1,::1")
"""What a proxy forwards counts only when it comes from one of these (foundation/proxies.py)."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if AL_BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _flag("AL_HTTPS")
SECURE_HSTS_SECONDS = _number("AL_HSTS_SECONDS", 30 * 86_400 if SESSION_COOKIE_SECURE else 0)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
AL_IDLE_MINUTES = _number("AL_IDLE_MINUTES", 30, least=5)
"""Without a click for so long, a browser has to sign in again (`practice.md` §10.1)."""
AL_PASSWORD_DAYS = _number("AL_PASSWORD_DAYS", 90)
"""After so many days a sign-in must choose a new password; 0: never."""
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "csp",
    "actionlearning.foundation",
    "groups",
    "programmes",
    "reporting",
    "assessments",
    "actionlearning.desk",
    "actionlearning.demo",
]

MIDDLEWARE = [
    "actionlearning.foundation.observation.ObservationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "actionlearning.foundation.middleware.TenantMiddleware",
    "actionlearning.foundation.middleware.ClientMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "actionlearning.foundation.middleware.ReachMiddleware",
    "actionlearning.foundation.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "actionlearning.foundation.middleware.PolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "actionlearning.foundation.middleware.RequestKeyMiddleware",
]

ROOT_URLCONF = "actionlearning.urls"
WSGI_APPLICATION = "actionlearning.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "actionlearning.desk.navigation.shell",
            ],
            "libraries": {"lucide": "actionlearning.desk.templatetags.icons"},
        },
    }
]

DATABASES = {"default": _database(DATABASE_OWNER_URL if AL_AS_OWNER else DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "foundation.User"
AUTHENTICATION_BACKENDS = ["groups.access.AppointmentBackend"]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # a login name is unique inside its tenant
    "guardian.W001",  # grants are read by groups.access, not by guardian's own backend
]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("db=0", "db=1") if "db=" in REDIS_URL else REDIS_URL,
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [
    ("zh-hans", _("Simplified Chinese")),
    ("zh-hant", _("Traditional Chinese")),
    ("en", _("English")),
]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "data"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "actionlearning" / "static", ("bootstrap", get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": _text("AL_STATIC_STORAGE", "actionlearning.launcher.static_storage.Storage")
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
# The largest page takes over a file: 200 lines of 4 fields, 500 loose pieces of 2, a paper's parts of 2.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2500
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "actionlearning.foundation.clients.MiddlewareAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["actionlearning.foundation.clients.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["actionlearning.foundation.clients.ClientThrottle"],
    "DEFAULT_THROTTLE_RATES": {"client": _text("AL_API_RATE", "600/min")},
    "EXCEPTION_HANDLER": "actionlearning.foundation.problems.problem_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Action learning",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": "/api/v1"}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "PREPROCESSING_HOOKS": ["actionlearning.foundation.schema.clients_only"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "actionlearning.foundation.schema.lists_as_sent",
        "actionlearning.foundation.schema.problems_everywhere",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DivisionLevel": "groups.models.Division.Level",
        "OutletLevel": "reporting.models.Publicity.Level",
        "RosterKind": "groups.states.BatchKind",
        "RosterState": "groups.states.BatchState",
        "OrganisationKind": "groups.models.Organisation.Kind",
        "BodyKind": "groups.roles.BodyKind",
        "PostRole": "groups.api.shapes.POST_ROLES",
        "Role": "groups.roles.Role",
        "IssueState": "reporting.states.IssueState",
        "ItemKind": "reporting.models.InformationItem.Kind",
        "ItemState": "reporting.states.ItemState",
        "ProjectState": "programmes.states.ProjectState",
        "ProgrammeState": "programmes.states.ProgrammeState",
        "DossierState": "programmes.states.DossierState",
        "ActivityState": "programmes.states.ActivityState",
        "ActivityKind": "programmes.states.ActivityKind",
        "RecordForm": "programmes.states.RecordForm",
        "CalendarEntrySource": "programmes.states.EntrySource",
        "CalendarFeedSpan": "programmes.states.FeedSpan",
        "ProblemState": "programmes.states.ProblemState",
        "RemarkState": "programmes.states.RemarkState",
        "DossierStepKind": "programmes.procedures.StepKind",
        "DutyState": "programmes.models.DutyState",
        "DecisionOutcome": "programmes.models.DecisionOutcome",
        "TeamRole": "programmes.models.project.TeamRole",
        "TopicSource": "programmes.models.project.TopicSource",
        "CalendarDayKind": "programmes.models.CalendarDay.Kind",
        "WebhookState": "reporting.queries.webhooks.WebhookState",
        "WebhookDeliveryState": "reporting.models.WebhookDelivery.State",
        "ExchangeKind": "reporting.models.Exchange.Kind",
        "BriefingState": "reporting.models.Publication.Kind",
        "ChangeKind": "actionlearning.foundation.problems.RUNS",
        "SpokenOutcome": "programmes.api.dossier_shapes.SPOKEN",
    },
}

CELERY_BROKER_URL = (
    "redis+socket" + REDIS_URL[len("unix") :].replace("db=", "virtual_host=")
    if REDIS_URL.startswith("unix")
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TIMEZONE = TIME_ZONE

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "actionlearning.foundation.passwords.ThreeOfFourClasses"},
    {"NAME": "actionlearning.foundation.passwords.NotTheLogin"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

EMAIL_HOST = _text("AL_MAIL_HOST", "localhost")
EMAIL_PORT = _number("AL_MAIL_PORT", 25, least=1)
EMAIL_HOST_USER = _text("AL_MAIL_USER")
EMAIL_HOST_PASSWORD = _text("AL_MAIL_PASSWORD")
EMAIL_USE_TLS = _flag("AL_MAIL_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _text("AL_MAIL_FROM", "action-learning@localhost")
EMAIL_BACKEND = _text("AL_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")

AL_CLOSED_AFTER_RESTORE = ("reporting.actions.deliveries.close_restored",)
"""Beside the foundation's own outbox: what else must not go out a second time."""
AL_AUDIT_HEADS = _text("AL_AUDIT_HEADS", str(STATE_DIR / "audit"))
AL_FONT_DIR = _folder("AL_FONT_DIR")
"""The customer's own licensed faces; without it official papers are set in free ones."""
AL_METRICS_TOKEN = _metrics_token()
AL_METRICS_FROM = _networks("AL_METRICS_FROM")
AL_METRICS = bool(AL_METRICS_TOKEN or AL_METRICS_FROM)
"""Off unless a token or an address is named: then no request is counted and there is no /metrics."""
AL_METRICS_DIR = Path(_text("AL_METRICS_DIR", str(STATE_DIR / "metrics")))
"""Where the web processes keep their counts; emptied by whoever starts the web server."""
AL_LOG_FORMAT = _choice("AL_LOG_FORMAT", ("line", "json"))
AL_LOG_LEVEL = _choice("AL_LOG_LEVEL", ("WARNING", "DEBUG", "INFO", "ERROR"))
AL_LOG_REQUESTS = _flag("AL_LOG_REQUESTS", default=AL_LOG_FORMAT == "json")
"""One line for each request: what machines collect, and what would bury a person's terminal."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "product": {"()": "actionlearning.foundation.logs.formatter", "kind": AL_LOG_FORMAT}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "product"}},
    "root": {"handlers": ["console"], "level": AL_LOG_LEVEL},
    "loggers": {
        "actionlearning.foundation.audit_heads": {"level": "INFO"},
        "actionlearning.requests": {"level": "INFO" if AL_LOG_REQUESTS else "WARNING"},
        # Its lines have no route and no number; ours say the same.
        "django.request": {"level": "ERROR"},
        # Django hangs a handler of its own here, for its development server.
        "django": {"handlers": [], "propagate": True},
    },
}
