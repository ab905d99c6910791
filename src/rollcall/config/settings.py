"""Django's settings, read from the environment. ``rollcall check`` says what is unsafe."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from rollcall.access.rules.single_sign_on import Provider, ProviderError, as_allauth, parse_provider
from rollcall.config import environment, paths
from rollcall.config.errors import configure_error_tracker
from rollcall.config.logs import configure_logs
from rollcall.kit.crypto import KeyFormatError, MasterKeys, format_key, new_key, parse_key
from rollcall.notifications.rules.mail_server import (
    MailAddressError,
    MailServer,
    parse_mail_server,
    parse_sender,
)

DATA_DIR: Path = paths.data_dir()
DATABASE_URL: str = environment.secret("DATABASE_URL")
EMBEDDED_DATABASE: bool = not DATABASE_URL


def _database() -> dict[str, Any]:
    if EMBEDDED_DATABASE:
        from rollcall import embedded  # noqa: PLC0415  # never touched with a database of one's own

        embedded.use(embedded.EmbeddedServer(DATA_DIR))
        return {"ENGINE": "rollcall.embedded.backend", "NAME": embedded.DATABASE}
    try:
        given = conninfo_to_dict(DATABASE_URL)
    except ProgrammingError as error:
        raise environment.SettingError("DATABASE_URL is not a PostgreSQL address") from error
    known = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    database: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    database |= {known[key]: value for key, value in given.items() if key in known}
    # A database that cannot be reached must not hold a health check up.
    options = {key: value for key, value in given.items() if key not in known}
    database["OPTIONS"] = {"connect_timeout": 5, **options}
    return database


def _master_key(name: str) -> bytes | None:
    written = environment.secret(name)
    try:
        return parse_key(written) if written else None
    except KeyFormatError as error:
        raise environment.SettingError(f"{name}: {error}") from error


def _master_keys() -> MasterKeys:
    current = _master_key("ROLLCALL_MASTER_KEY")
    if current is None:
        if not EMBEDDED_DATABASE:
            raise environment.SettingError(
                "ROLLCALL_MASTER_KEY or ROLLCALL_MASTER_KEY_FILE must be set beside DATABASE_URL"
            )
        current = parse_key(paths.write_secret(DATA_DIR / "master.key", format_key(new_key())))
    previous = _master_key("ROLLCALL_MASTER_KEY_PREVIOUS")
    return MasterKeys(current=current, previous=(previous,) if previous else ())


def _secret_key() -> str:
    written = environment.secret("ROLLCALL_SECRET_KEY")
    if written:
        if len(written) < 32:
            raise environment.SettingError("ROLLCALL_SECRET_KEY is shorter than 32 characters")
        return written
    if not EMBEDDED_DATABASE:
        raise environment.SettingError(
            "ROLLCALL_SECRET_KEY or ROLLCALL_SECRET_KEY_FILE must be set beside DATABASE_URL"
        )
    return paths.write_secret(DATA_DIR / "session.key", format_key(new_key()))


def _origin() -> str:
    origin = environment.text("ROLLCALL_URL").rstrip("/")
    try:
        parts = urlsplit(origin)
    except ValueError as error:
        raise environment.SettingError("ROLLCALL_URL is not an address") from error
    if origin and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise environment.SettingError(
            "ROLLCALL_URL is not an address like https://rollcall.example"
        )
    return origin


def _mail_server() -> MailServer | None:
    written = environment.secret("ROLLCALL_SMTP_URL")
    if not written:
        return None
    try:
        return parse_mail_server(written)
    except MailAddressError as error:
        raise environment.SettingError(f"ROLLCALL_SMTP_URL {error}") from error


def _mail_from() -> str:
    written = environment.text("ROLLCALL_MAIL_FROM")
    if not written and MAIL_SERVER is not None:
        raise environment.SettingError("ROLLCALL_MAIL_FROM must be set beside ROLLCALL_SMTP_URL")
    try:
        return str(parse_sender(written)) if written else ""
    except MailAddressError as error:
        raise environment.SettingError(f"ROLLCALL_MAIL_FROM {error}") from error


def _webhooks_to_loopback() -> bool:
    wanted = environment.flag("ROLLCALL_WEBHOOKS_TO_LOOPBACK", default=False)
    host = urlsplit(ORIGIN).hostname or ""
    if wanted and host not in ("", "localhost", "127.0.0.1", "::1"):
        raise environment.SettingError(
            "ROLLCALL_WEBHOOKS_TO_LOOPBACK is for trying out, not for a server with a ROLLCALL_URL"
        )
    return wanted


def _single_sign_on() -> Provider | None:
    try:
        return parse_provider(
            issuer=environment.text("ROLLCALL_OIDC_ISSUER"),
            client_id=environment.text("ROLLCALL_OIDC_CLIENT_ID"),
            secret=environment.secret("ROLLCALL_OIDC_CLIENT_SECRET"),
            name=environment.text("ROLLCALL_OIDC_NAME"),
            proves_second_step=environment.flag("ROLLCALL_OIDC_SECOND_STEP", default=False),
        )
    except ProviderError as error:
        raise environment.SettingError(str(error)) from error


def _demo_log_ins() -> bool:
    wanted = environment.flag("ROLLCALL_DEMO_LOG_INS", default=False)
    if wanted and ORIGIN and urlsplit(ORIGIN).hostname not in _THIS_MACHINE:
        raise environment.SettingError(
            "ROLLCALL_DEMO_LOG_INS is for this machine only; unset it or ROLLCALL_URL"
        )
    return wanted


configure_logs()
configure_error_tracker()

MASTER_KEYS: MasterKeys = _master_keys()
SECRET_KEY = _secret_key()
DEBUG = False
ORIGIN = _origin()
_SECURE = ORIGIN.startswith("https://")
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")
#: Whether log-ins at example.com and example.org need no second step; for demos and tests.
DEMO_LOG_INS: bool = _demo_log_ins()
ALLOWED_HOSTS = [
    *_THIS_MACHINE,
    *(host for host in [urlsplit(ORIGIN).hostname] if host),
]
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []

DATABASES = {"default": _database() | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before allauth, whose templates it replaces.
    "rollcall.web",
    "rollcall.access",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "rollcall.api",
    "rollcall.stores",
    "rollcall.audit",
    "rollcall.notifications",
    "rollcall.customers",
    "rollcall.identity",
    "rollcall.proofs",
    "rollcall.sync",
    "rollcall.outbox",
    "rollcall.inbox",
    "rollcall.events",
    "rollcall.provisioning",
    "rollcall.registration",
    "rollcall.orders",
    "rollcall.consent",
]

MIDDLEWARE = [
    "rollcall.config.machine_pages.machine_pages",
    "rollcall.api.serving.api_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rollcall.web.middleware.private_pages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "rollcall.access.web.sessions.session_limits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "rollcall.config.urls"
WSGI_APPLICATION = "rollcall.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {
                "access": "rollcall.access.presentation",
                "notices": "rollcall.notifications.presentation",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rollcall.web.context.navigation",
            ],
        },
    }
]

# Shared over processes: log-in throttling counts here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
    }
}

AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "rollcall.access.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "rollcall.access.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate_webauthn": "rollcall.access.web.forms.AuthenticateForm",
    "login_webauthn": "rollcall.access.web.forms.LoginForm",
    "reauthenticate_webauthn": "rollcall.access.web.forms.ReauthenticateForm",
    "add_webauthn": "rollcall.access.web.forms.AddForm",
}
# A clock of a phone may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# Addresses are given by an administrator; nobody verifies them here.
MFA_ALLOW_UNVERIFIED_EMAIL = True
#: The company's own sign-in beside passwords and passkeys.
SINGLE_SIGN_ON: Provider | None = _single_sign_on()
SOCIALACCOUNT_ADAPTER = "rollcall.access.accounts.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = as_allauth(SINGLE_SIGN_ON)
# A link, not a form: the policy forbids forms that lead elsewhere. It can only sign people in as
# who they are at the provider.
SOCIALACCOUNT_LOGIN_ON_GET = True
# How many proxies stand before Rollcall; log-in throttling then counts the client's address.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number(
    "ROLLCALL_TRUSTED_PROXIES", default=0, minimum=0, maximum=10
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "customers:search"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

if _SECURE and ALLAUTH_TRUSTED_PROXY_COUNT:
    # The proxy ends TLS and says so; nobody else can reach us to claim it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
#: When a session ends: without anything being done, and in any case.
SESSION_IDLE_MINUTES = environment.number(
    "ROLLCALL_SESSION_IDLE_MINUTES", default=60, minimum=5, maximum=720
)
SESSION_HOURS = environment.number("ROLLCALL_SESSION_HOURS", default=12, minimum=1, maximum=24)
#: At a shared tablet people leave it to the next one this soon.
TABLET_IDLE_MINUTES = environment.number(
    "ROLLCALL_TABLET_IDLE_MINUTES", default=5, minimum=2, maximum=60
)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

LANGUAGE_CODE = "en"
# A language comes in with its catalogue: half a translation would be announced as a whole one.
LANGUAGES = [("en", "English")]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# Served from the installed packages: nothing is collected, so there is no STATIC_ROOT.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGGING_CONFIG = None
SILENCED_SYSTEM_CHECKS: list[str] = []

#: Seconds that a sync's lease lives without a heartbeat; then another worker takes over.
LEASE_SECONDS = environment.number("ROLLCALL_LEASE_SECONDS", default=20, minimum=1, maximum=600)
#: How often one request to a POS is tried, and the (first, longest) pause between tries.
POS_ATTEMPTS = environment.number("ROLLCALL_POS_ATTEMPTS", default=6, minimum=1, maximum=20)
POS_BACKOFF_S = (0.5, 30.0)
#: Bearer token for /metrics; without one only this machine may read it.
METRICS_TOKEN = environment.secret("ROLLCALL_METRICS_TOKEN")
#: What one kiosk key may look up in a minute; below, how often an address may fail to show a key.
KIOSK_LOOKUPS_PER_MINUTE = environment.number(
    "ROLLCALL_KIOSK_LOOKUPS_PER_MINUTE", default=600, minimum=1, maximum=100_000_000
)
#: What one kiosk key may look up in a day (UTC), how often all kiosks may look one person up in an
#: hour, and how often one key may ask in an hour who somebody is.
KIOSK_LOOKUPS_PER_DAY = environment.number(
    "ROLLCALL_KIOSK_LOOKUPS_PER_DAY", default=10_000, minimum=1, maximum=10_000_000_000
)
KIOSK_LOOKUPS_PER_PERSON = environment.number(
    "ROLLCALL_KIOSK_LOOKUPS_PER_PERSON", default=60, minimum=1, maximum=100_000_000
)
KIOSK_IDENTIFICATIONS_PER_HOUR = environment.number(
    "ROLLCALL_KIOSK_IDENTIFICATIONS_PER_HOUR", default=600, minimum=1, maximum=100_000_000
)
INTEGRATION_REQUESTS_PER_MINUTE = environment.number(
    "ROLLCALL_INTEGRATION_REQUESTS_PER_MINUTE", default=600, minimum=1, maximum=100_000_000
)
FAILED_AUTHENTICATIONS_PER_MINUTE = environment.number(
    "ROLLCALL_FAILED_AUTHENTICATIONS_PER_MINUTE", default=30, minimum=1, maximum=1_000_000
)
#: Where notices are mailed through, and from whom; without a server they are shown in pages only.
MAIL_SERVER: MailServer | None = _mail_server()
MAIL_FROM: str = _mail_from()
#: Hours without a sync that finished, after which people are told; 0: never.
STALE_SYNC_HOURS = environment.number(
    "ROLLCALL_STALE_SYNC_HOURS", default=6, minimum=0, maximum=8_760
)
#: Days for which the bodies of processed calls from a POS are kept, and bytes of one call.
INBOX_KEEP_DAYS = environment.number(
    "ROLLCALL_INBOX_KEEP_DAYS", default=30, minimum=1, maximum=3_650
)
INBOX_LARGEST_BODY = environment.number(
    "ROLLCALL_INBOX_LARGEST_BODY", default=1_000_000, minimum=10_000, maximum=10_000_000
)
#: Whether webhooks may call this machine, by plain http too; never anything else that is private.
WEBHOOKS_TO_LOOPBACK: bool = _webhooks_to_loopback()
#: Rows of one list in quarantine, beyond which people are told.
QUARANTINE_NOTICE_ROWS = environment.number(
    "ROLLCALL_QUARANTINE_NOTICE_ROWS", default=100, minimum=1, maximum=1_000_000
)
