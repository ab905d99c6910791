"""All addresses. Of allauth only what people need: no sign-up, no mail, no lost passwords."""

from __future__ import annotations

import datetime as dt

from allauth.account import views as account
from django.urls import include, path

from rollcall.access.web import hold_without_second_factor
from rollcall.api.docs_page import docs_page
from rollcall.api.integrations import Integration, use_integration_finder
from rollcall.api.keys import Caller, use_key_finder, use_sibling_finder
from rollcall.api.openapi import Api
from rollcall.audit import api as audit_api
from rollcall.config.audit_names import name_connections, name_customers
from rollcall.config.people import StoresDirectory
from rollcall.consent import api as consent_api
from rollcall.customers import api as customers_api
from rollcall.customers.asking import use_asker
from rollcall.customers.panels import set_changer
from rollcall.customers.proving import use_prover
from rollcall.events import api as events_api
from rollcall.identity import api as identity_api
from rollcall.inbox import api as inbox_api
from rollcall.kit.scope import Scope
from rollcall.orders import api as orders_api
from rollcall.outbox import api as outbox_api
from rollcall.proofs import api as proofs_api
from rollcall.proofs.queries.proofs import proven_records
from rollcall.registration.api import kiosk as registration_api
from rollcall.registration.api import platform as platform_people
from rollcall.registration.operations.asking import ask
from rollcall.registration.operations.changing import change_person
from rollcall.stores import api as stores_api
from rollcall.stores.queries import (
    find_integration_by_key,
    find_kiosk_by_key,
    find_kiosk_of_store,
)
from rollcall.stores.rules.api_keys import parse_api_key
from rollcall.sync import api as sync_api
from rollcall.web import views
from rollcall.web.access import add_gate, use_directory


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
        profile=found.profile,
        origins=found.origins,
    )


def find_sibling(scope: Scope, store_id: int, catalog_id: str) -> int | None:
    """Which kiosk of a store an address names."""
    kiosk = find_kiosk_of_store(scope, store_id, catalog_id)
    return None if kiosk is None else kiosk.pk


def find_integration(text: str, *, now: dt.datetime) -> Integration | None:
    """Which program's API key it is, as the platform API asks for it."""
    found = find_integration_by_key(text, now=now)
    if found is None:
        return None
    return Integration(scope=found.scope, key_id=found.key_id, grants=found.grants)


use_directory(StoresDirectory())
add_gate(hold_without_second_factor)
use_integration_finder(find_integration)
use_asker(ask)
set_changer(change_person)
use_key_finder(find_caller)
use_sibling_finder(find_sibling)
use_prover(proven_records)
audit_api.use_namer("customer", name_customers)
audit_api.use_namer("connection", name_connections)

kiosk_api = Api(
    title="Rollcall kiosk API",
    version="1",
    description="Customers of a store, for its kiosks.",
    namespace="api-v1",
)
registration_api.add_to(customers_api.router)
kiosk_api.add_router("", customers_api.router)
for one in (*orders_api.kiosk_routers, proofs_api.kiosk_router):
    kiosk_api.add_router("", one)
platform_api = Api(
    title="Rollcall platform API",
    version="2",
    description="People, who is who, and how it runs, for programs of the retailer's.",
    namespace="api-v2",
    security=("integrationKey", "A key of an integration; each operation says what it needs."),
)
for one in (
    platform_people.router,
    *identity_api.routers,
    *events_api.routers,
    *orders_api.platform_routers,
    *consent_api.routers,
    proofs_api.platform_router,
    stores_api.router,
    *sync_api.routers,
    inbox_api.router,
    outbox_api.router,
    audit_api.router,
):
    platform_api.add_router("", one)
shortcuts = customers_api.shortcuts("/api/v1")

urlpatterns = [
    path("", views.start_page, name="start"),
    path("retailer/", views.switch_retailer, name="switch_retailer"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("", include("rollcall.access.web")),
    path("", include("rollcall.access.web.pages")),
    path("api/v1/", kiosk_api.urls),
    path("api/v2/docs", docs_page(platform_api), name="api-docs"),
    path("api/v2/", platform_api.urls),
    path("", include("rollcall.customers.web")),
    path("", include("rollcall.stores.web")),
    path("", include("rollcall.identity.web")),
    path("", include("rollcall.proofs.web")),
    path("", include("rollcall.consent.web")),
    path("", include("rollcall.registration.web")),
    path("", include("rollcall.provisioning.web")),
    path("", include("rollcall.sync.web")),
    path("", include("rollcall.notifications.web")),
    path("", include("rollcall.inbox.web")),
    path("", include("rollcall.events.web")),
    path("", include("rollcall.outbox.web")),
    path("", include("rollcall.orders.web")),
]
