"""Pages about sign-in: second steps, and what holds people who lack one."""

from __future__ import annotations

from typing import Final

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from rollcall.access.web import single_sign_on
from rollcall.access.web.holding import hold_without_second_factor

__all__ = ["ALLAUTH_PAGES", "hold_without_second_factor", "urlpatterns"]

urlpatterns = [
    path("sign-in/second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("security/", mfa.index, name="mfa_index"),
    path("security/app/", app.activate_totp, name="mfa_activate_totp"),
    path("security/app/off/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "security/codes/download/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("security/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("security/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "security/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"
    ),
]

#: Pages of allauth's: they concern the person who asks and nobody else, and need no Scope.
ALLAUTH_PAGES: Final = frozenset(str(one.name) for one in urlpatterns)

# Before anybody is signed in.
urlpatterns += [
    path("sign-in/with/<slug:provider_id>/", single_sign_on.go, name="openid_connect_login"),
    path(
        "sign-in/with/<slug:provider_id>/back/",
        single_sign_on.come_back,
        name="openid_connect_callback",
    ),
]
