"""A real OpenID Connect provider on loopback: django-allauth's, as a site of its own.

``python oidc_provider.py FOLDER PORT REDIRECT_URI``. People sign in at ``/accounts/login/``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

CLIENT, SECRET, PASSWORD = "rollcall", "a secret of two sites", "correct horse battery"
#: Who has an account there, and whether their address was verified.
PEOPLE = {
    "alice@example.com": True,
    "bob@example.com": False,
    "nina@example.org": True,
    "zoe@example.org": True,
}


def configure(folder: Path, port: int) -> None:
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback has no certificate
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    apps = ["auth", "contenttypes", "sessions", "messages"]
    middleware = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ]
    settings.configure(
        SECRET_KEY="of a site for tests",
        ALLOWED_HOSTS=["localhost"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "provider.sqlite",
            }
        },
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in apps),
            *("allauth", "allauth.account", "allauth.idp.oidc"),
        ],
        MIDDLEWARE=middleware,
        ROOT_URLCONF=__name__,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_RATE_LIMITS=False,
        IDP_OIDC_PRIVATE_KEY=pem.decode(),
        IDP_OIDC_ADAPTER=f"{__name__}.adapter_class",
        USE_TZ=True,
    )


def adapter_class() -> Any:
    """The adapter; named by a function, for allauth can only be imported when Django is ready."""
    from allauth.idp.oidc.adapter import DefaultOIDCAdapter

    class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth has no types
        def get_claims(self, purpose: str, user: Any, *given: Any, **more: Any) -> dict[str, Any]:
            """Also say when the person last proved who they are."""
            claims: dict[str, Any] = super().get_claims(purpose, user, *given, **more)
            return {**claims, "auth_time": int(user.last_login.timestamp())}

    return Adapter()


def fill(redirect_uri: str) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client = Client(id=CLIENT, name="Rollcall", skip_consent=True)
    client.set_secret(SECRET)
    client.set_scopes(["openid", "profile", "email"])
    client.set_redirect_uris([redirect_uri])
    client.save()
    for email, verified in PEOPLE.items():
        user = User.objects.create_user(email.partition("@")[0], email, PASSWORD)
        EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(folder: str, port: str, redirect_uri: str) -> None:
    configure(Path(folder), int(port))
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    globals()["urlpatterns"] = [
        path("accounts/", include("allauth.account.urls")),
        path("", include("allauth.idp.urls")),
    ]
    fill(redirect_uri)
    application = get_wsgi_application()
    with make_server("127.0.0.1", int(port), application, handler_class=Quiet) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
