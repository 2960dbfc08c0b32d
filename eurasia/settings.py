"""The only settings. Everything that differs between two houses comes from the environment;
README.md has the table. A value that is missing or malformed stops the start with one line.
"""

import mimetypes
import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit
from zoneinfo import available_timezones

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


# --- Strict readers -----------------------------------------------------------------------------


def stop(message: str) -> SystemExit:
    """The one line that an operator reads when the start is refused."""
    return SystemExit(f"eurasia: {message}")


def read(name: str, default: str | None = None) -> str:
    """The text of a variable. Without a default a missing one stops the start."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise stop(f"{name} is not set. README.md, 'Environment', says what it holds.")
    return value


def read_flag(name: str) -> bool:
    value = read(name, "0")
    if value not in {"0", "1"}:
        raise stop(f"{name} is 1 or 0, not {value!r}.")
    return value == "1"


def read_number(name: str, default: int, *, at_most: int) -> int:
    value = read(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) > at_most:
        raise stop(f"{name} is a whole number from 0 to {at_most}, not {value!r}.")
    return int(value)


def split(url: str) -> SplitResult:
    """The parts of an address; none of them where it is malformed."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at only when asked for
    except ValueError:
        return urlsplit("")
    return parts


def read_hosts(default: str | None) -> list[str]:
    hosts = [host.strip() for host in read("ALLOWED_HOSTS", default).split(",") if host.strip()]
    for host in hosts:
        if host == "*" or "/" in host or " " in host or (":" in host and not host.endswith("]")):
            raise stop(f"ALLOWED_HOSTS lists host names, parted by commas; {host!r} is not one.")
    if not hosts:
        raise stop("ALLOWED_HOSTS is empty. List the host names of the site, parted by commas.")
    return hosts


def read_site_url(default: str | None) -> str:
    """`https://host[:port]` without a path; the Host header is never asked instead."""
    url = read("SITE_URL", default).rstrip("/")
    parts = split(url)
    beside = parts.path or parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in {"http", "https"} or not parts.hostname or beside:
        raise stop("SITE_URL is an address such as https://journal.example, and no more than that.")
    return url


def read_database(default: str | None) -> dict:
    url = read("DATABASE_URL", default)
    if not url.startswith("sqlite://") and split(url).scheme not in {"postgres", "postgresql"}:
        raise stop(
            "DATABASE_URL is sqlite:///path/to/file or postgres://user:password@host:5432/name."
        )
    try:
        database = environ.Env.db_url_config(url)
    except (ImproperlyConfigured, ValueError):
        database = {}
    unnamed = database.get("NAME") == ":memory:" and ":memory:" not in url
    if unnamed or not database.get("NAME"):
        raise stop("DATABASE_URL names no database; end it with a file's path or a database name.")
    return database


def read_bucket(name: str) -> dict[str, str]:
    """How eurasia.buckets reaches a bucket; nothing where the variable is not set."""
    url = read(name, "")
    if not url:
        return {}
    parts = split(url)
    scheme = {"s3": "https", "s3+http": "http"}.get(parts.scheme)
    bucket, said = parts.path.strip("/"), dict(parse_qsl(parts.query, keep_blank_values=True))
    is_whole = parts.hostname and parts.username and parts.password and bucket
    if (
        not (scheme and is_whole)
        or "/" in bucket
        or parts.fragment
        or not said.keys() <= {"region"}
    ):
        raise stop(
            f"{name} is s3://KEY:SECRET@host/bucket, with %2F for each / in the secret, "
            "and ?region=… where the server has regions."
        )
    host = parts.netloc.rpartition("@")[2]
    if scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise stop(f"{name} sends pictures in the clear: s3+http:// is for this machine alone.")
    return {
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "endpoint_url": f"{scheme}://{host}",
        "bucket_name": bucket,
        "region_name": said.get("region", "us-east-1"),
    }


def read_media_url() -> str:
    """Where readers find public pictures: below this site, or at an address of their bucket."""
    url = read("MEDIA_URL", "/media/")
    parts = split(url)
    is_elsewhere = parts.scheme == "https" and parts.hostname and parts.path.endswith("/")
    if url != "/media/" and (not is_elsewhere or parts.query or parts.fragment or parts.username):
        raise stop("MEDIA_URL is an address such as https://pictures.example/, with its last /.")
    return url


def read_email(default: str | None) -> dict:
    try:
        return environ.Env.email_url_config(read("EMAIL_URL", default))
    except (ImproperlyConfigured, KeyError, ValueError) as error:
        raise stop("EMAIL_URL is smtp+tls://user:password@host:587 or the like.") from error


def read_expiry() -> datetime | None:
    """Until when security.txt speaks for the journal, in UTC; None where nobody is named in it."""
    text = read("SECURITY_EXPIRES", "")
    if bool(text) != bool(read("SECURITY_CONTACT", "")):
        raise stop("SECURITY_CONTACT and SECURITY_EXPIRES are set together, or neither is.")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise stop("SECURITY_EXPIRES is a moment such as 2027-01-31T00:00:00Z.")
    return moment.astimezone(UTC)


def read_secret(*, invented_in: Path | None) -> str:
    """The secret key; the demo, and only the demo, invents one and keeps it over restarts."""
    if "SECRET_KEY" not in os.environ and invented_in:
        if not invented_in.exists():
            invented_in.parent.mkdir(parents=True, exist_ok=True)
            invented_in.touch(mode=0o600)
            invented_in.write_text(secrets.token_urlsafe(50))
        return invented_in.read_text()
    key = read("SECRET_KEY")
    if len(key) < 50 or len(set(key)) < 5:
        raise stop(
            "SECRET_KEY is too weak. Make one: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    return key


# --- Which house this is -------------------------------------------------------------------------

DEMO = read_flag("DEMO")
DEBUG = read_flag("DEBUG")
UNLIMITED = read_flag("UNLIMITED")
PORT = read_number("PORT", 8000, at_most=65535)

SECRET_KEY = read_secret(invented_in=VAR_DIR / "demo-secret-key" if DEMO else None)
ALLOWED_HOSTS = read_hosts("localhost,127.0.0.1,[::1]" if DEMO else None)
SITE_URL = read_site_url(f"http://localhost:{PORT}" if DEMO else None)
TIME_ZONE = read("TIME_ZONE", "Europe/Paris")
TRUSTED_PROXIES = read_number("TRUSTED_PROXIES", 0, at_most=9)

#: Of security.txt (RFC 9116).
SECURITY_CONTACT = read("SECURITY_CONTACT", "")
if SECURITY_CONTACT and not re.fullmatch(r"(?:mailto:|https://|tel:)[!-~]+", SECURITY_CONTACT):
    raise stop("SECURITY_CONTACT is an address such as mailto:security@journal.example.")
SECURITY_EXPIRES = read_expiry()

if DEMO and not set(ALLOWED_HOSTS) <= LOOPBACK:
    raise stop("DEMO=1 serves this machine alone: every host in ALLOWED_HOSTS must be loopback.")
if UNLIMITED and not DEMO:
    raise stop("UNLIMITED=1 lifts the limits on guessing, for measuring a demo: it needs DEMO=1.")
if DEBUG and not set(ALLOWED_HOSTS) <= LOOPBACK:
    raise stop("DEBUG=1 shows full texts in error pages: every host must be loopback.")
if DEMO and urlsplit(SITE_URL).hostname not in {"localhost", "127.0.0.1", "::1"}:
    raise stop("DEMO=1 serves this machine alone: SITE_URL must be on loopback.")
if TIME_ZONE not in available_timezones():
    raise stop(f"TIME_ZONE is a name such as Europe/Paris, not {TIME_ZONE!r}.")

#: Readers reach the site by HTTPS, unless this is a demo or a developer's machine.
HTTPS = urlsplit(SITE_URL).scheme == "https"
if not (HTTPS or DEMO or DEBUG):
    raise stop("SITE_URL must start with https://: session cookies are sent over HTTPS only.")

SITE_NAME = "EurasiaPeace"
#: For how long a process believes the journal's settings of the desk (eurasia/masthead.py).
JOURNAL_SECONDS = 0.5
#: How often a process writes down what readers do not wait for (eurasia/behind.py).
WRITES_SECONDS: float | None = 5
#: Whether a process that leaves work behind starts who does it (eurasia/background.py).
STARTS_WORKERS = True

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "eurasia.exchange",
    "eurasia.newsroom",
    "eurasia.membership",
    "eurasia.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_prose_editor",
    "django_tasks_db",
    "js_asset",
    "simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",  # so that its templates stand beside our own for widgets
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# An outsider's request passes session, user and messages by (eurasia/policy.py says when), so
# that the public form of a page cannot depend on them.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "eurasia.sheets.CSPMiddleware",
    "eurasia.languages.LanguageMiddleware",  # before the policy: addresses resolve in a language
    "eurasia.sending.SendingMiddleware",
    "eurasia.policy.PolicyMiddleware",
    "eurasia.policy.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "eurasia.policy.AuthenticationMiddleware",
    "eurasia.policy.MessageMiddleware",
    "eurasia.accounts.sessions.ActivityMiddleware",
    "eurasia.accounts.second_factor.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "eurasia.urls"
FORCE_SCRIPT_NAME = ""  # addresses are remembered: no request says what they begin with
WSGI_APPLICATION = "eurasia.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "eurasia.assembled",
                "eurasia.steady",
                "eurasia.newsroom.templatetags.days",
                "eurasia.furniture",
                "eurasia.sheets",
                "eurasia.scripts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "eurasia.policy.reader",
                "eurasia.languages.page",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {"default": read_database(f"sqlite:///{VAR_DIR / 'demo.sqlite3'}" if DEMO else None)}
DATABASE_IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if DATABASE_IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a writer waits its turn instead of failing half-way
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening it is a tenth of a page's work
else:
    DATABASES["default"]["OPTIONS"] = {
        "pool": True,
        # The statements of eurasia/prepared.py, which alone have places for values, are planned
        # once: planning them anew is most of what PostgreSQL has to do for a page.
        "prepare_threshold": 1,
        "options": "-c plan_cache_mode=force_generic_plan",
        **DATABASES["default"].get("OPTIONS", {}),  # what DATABASE_URL says after "?"
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps connections, not the request

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = read("REDIS_URL", "")
if REDIS_URL and split(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise stop("REDIS_URL is redis://host:6379/0 or the like.")
CACHES = {
    "default": (
        {
            "BACKEND": "eurasia.shared_cache.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"IGNORE_EXCEPTIONS": True},  # a lost cache slows the site, no more
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ),
    # Gated: never in a cache that others share. Asked by newsroom.bodies alone.
    "full_texts": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "full_texts",
        "TIMEOUT": 60,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = read_media_url()
STATIC_ROOT = VAR_DIR / "static"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "eurasia" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Pictures of full texts: outside MEDIA_ROOT and without an address of their own.
    "gated": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "gated", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_BUCKET, GATED_BUCKET = read_bucket("MEDIA_BUCKET"), read_bucket("GATED_BUCKET")
if bool(MEDIA_BUCKET) != bool(GATED_BUCKET):
    raise stop("MEDIA_BUCKET and GATED_BUCKET are set together, or neither is.")
if MEDIA_URL != "/media/" and not MEDIA_BUCKET:
    raise stop("MEDIA_URL is for pictures in a bucket: set MEDIA_BUCKET, too.")
if MEDIA_BUCKET:
    if MEDIA_BUCKET["bucket_name"] == GATED_BUCKET["bucket_name"]:
        raise stop("GATED_BUCKET is another bucket than MEDIA_BUCKET: it is open to nobody.")
    # Python knows neither kind before 3.13, and a bucket tells browsers what it is told.
    mimetypes.add_type("image/avif", ".avif")
    mimetypes.add_type("image/webp", ".webp")
    kept_for_ever = {"CacheControl": "public, max-age=31536000, immutable"}
    STORAGES |= {
        "default": {
            "BACKEND": "eurasia.buckets.Bucket",
            "OPTIONS": {
                **MEDIA_BUCKET,
                "base_url": MEDIA_URL,
                "object_parameters": kept_for_ever,
            },
        },
        "gated": {"BACKEND": "eurasia.buckets.Bucket", "OPTIONS": GATED_BUCKET},
    }
WHITENOISE_KEEP_ONLY_HASHED_FILES = False  # 500.html names its sheets plainly
# Maps are for developers' tools, and as long to compress as all the rest together.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]

# --- Languages ------------------------------------------------------------------------------------

USE_TZ = True
FORMAT_MODULE_PATH = "eurasia.formats"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "eurasia" / "locale"]

# --- Signing in -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["eurasia.accounts.sessions.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account:home"

ACCOUNT_ADAPTER = "eurasia.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "eurasia.accounts.forms.LoginForm",
    "signup": "eurasia.accounts.forms.SignupForm",
    "confirm_login_code": "eurasia.accounts.codes.LoginCodeForm",
    "confirm_email_verification_code": "eurasia.accounts.codes.EmailCodeForm",
    "confirm_password_reset_code": "eurasia.accounts.codes.PasswordResetCodeForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
# Mails carry codes, no links that act: mail scanners open links.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account:signed_out"
ACCOUNT_SESSION_REMEMBER = True
# Counted in the shared cache, by network (ip) and by address (key); the rest as allauth has it.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "request_login_code": "20/m/ip,3/m/key,20/h/key",
    "confirm_code": "30/m/ip",  # ours: three wrong codes end a code, not a guesser
    "reset_password": "20/m/ip,3/m/key,20/h/key",
    "make_feed": "20/h/user",  # ours
}
#: Nobody types an address as fast as a robot.
SIGNUP_SECONDS = 2
if UNLIMITED:
    ACCOUNT_RATE_LIMITS, SIGNUP_SECONDS = False, 0
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
USERSESSIONS_TRACK_ACTIVITY = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "eurasia.accounts.passkeys.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "eurasia.accounts.passkeys.AddForm",
    "edit_webauthn": "eurasia.accounts.passkeys.EditForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True

# --- Mail -----------------------------------------------------------------------------------------

vars().update(read_email("consolemail://" if DEMO or DEBUG else None))
if DEMO and "EMAIL_URL" not in os.environ:
    EMAIL_BACKEND = "eurasia.accounts.demo_mail.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 10  # seconds: whoever has sent a form waits for its letter to leave
DEFAULT_FROM_EMAIL = f"{SITE_NAME} <no-reply@{urlsplit(SITE_URL).hostname}>"

# --- Security -------------------------------------------------------------------------------------

# The __Host- prefix makes browsers refuse the cookie from anywhere but this very host over HTTPS.
SESSION_COOKIE_NAME = "__Host-eurasia_session" if HTTPS else "eurasia_session"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_NAME = "__Host-eurasia_csrf" if HTTPS else "eurasia_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "eurasia.newsroom.errors.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a long translation has a field for each paragraph
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # The nonce is written only where a page asks for one: the desk, for the import map.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *([urljoin(MEDIA_URL, "/")] if MEDIA_URL != "/media/" else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Logs carry ids and reasons; never addresses, tokens, links that act, or text of articles.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "eurasia.logs.LineFormatter",
            "format": "{levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"eurasia": {"level": "INFO"}},
}

SILENCED_SYSTEM_CHECKS: list[str] = []
