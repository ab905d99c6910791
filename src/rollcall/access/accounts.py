"""How sign-in by allauth behaves here: nobody signs up, secrets are sealed, guesses are counted."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import connection, transaction
from django.http import HttpRequest
from django.shortcuts import render
from qrcode.image.svg import SvgPathImage

from rollcall.access.operations.recording import record_for_person
from rollcall.access.operations.secrets import open_secret, seal_secret
from rollcall.access.operations.single_sign_on import NobodyInvitedError, bind
from rollcall.access.operations.tablets import leave_tablet, note_person
from rollcall.access.queries.second_factor import count_factors, must_keep_second_factor
from rollcall.access.queries.tablets import find_tablet, scope_at
from rollcall.access.rules.pins import PAUSES, TABLET_COOKIE, TABLET_KEY
from rollcall.access.rules.sessions import INVITATION_KEY
from rollcall.access.rules.single_sign_on import PROVEN_AT
from rollcall.kit.clock import utc_now
from rollcall.stores.models import User
from rollcall.web.access import is_fresh, note_proof


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closes the door to self-registration, and counts guesses one at a time."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # to nobody
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Take one try from the limits, which many processes share; raises if none is left.

        allauth reads and writes its counter in two steps: without the lock, guesses that are made
        at the same moment would all see the same count.
        """
        key = self._get_login_attempts_cache_key(request, **credentials)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_lock_number(key)])
            usage = ratelimit.consume(
                request, app="allauth.account", action="login_failed", key=key
            )
        self._login_failed_rl_usage = usage
        if not usage:
            raise self.validation_error("too_many_login_attempts")

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:  # noqa: ARG002
        """A person who proved who they are minutes ago is not asked again."""
        return not is_fresh(context.request, now=utc_now())


def _lock_number(key: str) -> int:
    digest = hashlib.blake2b(f"sign-in {key}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Seals the secrets of second factors, and draws codes that a strict page may show."""

    def encrypt(self, text: str) -> str:
        return seal_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_secret(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last one stays with those whose role demands it."""
        user = authenticator.user
        return count_factors(user) > 1 or not must_keep_second_factor(user)

    def get_totp_issuer(self) -> str:
        return "Rollcall"

    def _get_site_name(self) -> str:
        return "Rollcall"

    def build_totp_svg(self, url: str) -> str:
        """An ``<svg>`` element to stand in a page: the policy forbids pictures from ``data:``."""
        drawn = io.BytesIO()
        qrcode.make(url, image_factory=SvgPathImage).save(drawn)
        text = drawn.getvalue().decode()
        return text[text.index("<svg") :]

    def send_notification_mail(self, *_args: object, **_more: object) -> None:
        """Changes of second factors stand in the audit."""

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002
        """A name to begin with; people may give another."""
        held = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Passkey" if not held else f"Passkey {held + 1}"


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets people of the company's provider in whom somebody invited, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002  # to nobody
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bind whoever comes for the first time."""
        if sociallogin.is_existing:
            return
        account = sociallogin.account
        try:
            bound = bind(
                provider=account.provider,
                subject=account.uid,
                addresses=[one.email for one in sociallogin.email_addresses if one.verified],
                invitation=request.session.pop(INVITATION_KEY, ""),
                now=utc_now(),
            )
        except NobodyInvitedError as error:
            refused = render(request, "access/not_invited.html", status=403)
            raise ImmediateHttpResponse(refused) from error
        sociallogin.account, sociallogin.user = bound, bound.user


def listen() -> None:
    """Note who proves who they are, and tell the audit of second factors. Idempotent."""
    user_logged_in.connect(_on_sign_in, dispatch_uid="access.signed_in")
    user_logged_out.connect(_on_sign_out, dispatch_uid="access.signed_out")
    for signal, action in (
        (signals.authenticator_added, "added"),
        (signals.authenticator_removed, "removed"),
        (signals.authenticator_reset, "reset"),
    ):
        signal.connect(_Recorder(action), weak=False, dispatch_uid=f"access.second_factor_{action}")


def _on_sign_in(sender: object, request: HttpRequest, user: User, **_more: object) -> None:  # noqa: ARG001
    # Whoever has a session at the provider may come from there without having proved anything.
    proven_at = getattr(request, PROVEN_AT, None) or utc_now()
    note_proof(request, now=proven_at)
    tablet = find_tablet(request.COOKIES.get(TABLET_COOKIE, ""))
    if tablet is not None and scope_at(tablet, user) is not None:
        note_person(tablet, user, proven_at=proven_at)
        request.session[TABLET_KEY] = tablet.pk


def _on_sign_out(
    sender: object,  # noqa: ARG001
    request: HttpRequest,
    user: User | None,
    **_more: object,
) -> None:
    tablet_id = request.session.get(TABLET_KEY)
    if isinstance(user, User) and isinstance(tablet_id, int) and not hasattr(request, PAUSES):
        leave_tablet(tablet_id, user)


class _Recorder:
    """Tells the audit of every retailer that the person works for."""

    def __init__(self, action: str) -> None:
        self.action = action

    def __call__(self, sender: object, user: User, authenticator: Authenticator, **_: Any) -> None:  # noqa: ARG002
        record_for_person(
            user, f"second_factor.{self.action}", context={"kind": str(authenticator.type)}
        )
