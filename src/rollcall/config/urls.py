"""All addresses. Of allauth only what people need: no sign-up, no mail, no recovery."""

from __future__ import annotations

import datetime as dt

from allauth.account import views as account
from django.urls import include, path

from rollcall.api.keys import Caller, use_key_finder
from rollcall.api.openapi import Api
from rollcall.config.people import StoresDirectory
from rollcall.customers import api as customers_api
from rollcall.customers.asking import use_asker
from rollcall.customers.panels import set_changer
from rollcall.registration import api as registration_api
from rollcall.registration.operations.asking import ask
from rollcall.registration.operations.changing import change_person
from rollcall.stores.queries import find_kiosk_by_key
from rollcall.stores.rules.api_keys import parse_api_key
from rollcall.web import views
from rollcall.web.access import use_directory


def find_caller(text: str, *, now: dt.datetime) -> Caller | None:
    """Whose API key it is, as the API asks for it."""
    found = find_kiosk_by_key(text, now=now)
    if found is None:
        return None
    key = parse_api_key(text)
    return Caller(
        scope=found.scope,
        key_id=found.key_id,
        kiosk_id=found.kiosk.pk,
        store_id=found.kiosk.store_id,
        catalog_id=found.kiosk.catalog_id,
        public_part=key.public_part,
        secret_hash=key.secret_hash,
    )


use_directory(StoresDirectory())
use_asker(ask)
set_changer(change_person)
use_key_finder(find_caller)

kiosk_api = Api(
    title="Rollcall kiosk API",
    version="1",
    description="Customers of a store, for its kiosks.",
    namespace="api-v1",
)
registration_api.add_to(customers_api.router)
kiosk_api.add_router("", customers_api.router)
shortcuts = customers_api.shortcuts("/api/v1")

urlpatterns = [
    path("", views.start_page, name="start"),
    path("retailer/", views.switch_retailer, name="switch_retailer"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("api/v1/", kiosk_api.urls),
    path("", include("rollcall.customers.web")),
    path("", include("rollcall.provisioning.web")),
    path("", include("rollcall.sync.web")),
    path("", include("rollcall.notifications.web")),
    path("", include("rollcall.inbox.web")),
    path("", include("rollcall.outbox.web")),
]
