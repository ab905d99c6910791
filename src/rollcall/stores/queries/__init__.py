"""Reads of retailers, people and keys; the only place that builds a Scope."""

from rollcall.stores.queries.data_keys import KEYS_FRESH_S, forget_keys, get_keys, key_context
from rollcall.stores.queries.integration_keys import (
    IntegrationIdentity,
    find_integration_by_key,
    get_integration_key,
    list_integration_keys,
    name_stores,
)
from rollcall.stores.queries.key_profiles import KeyView, list_key_views
from rollcall.stores.queries.kiosks import (
    KeyNotFoundError,
    KioskIdentity,
    KioskNotFoundError,
    find_kiosk_by_key,
    find_kiosk_of_store,
    get_key,
    get_kiosk,
    list_keys,
)
from rollcall.stores.queries.people import find_memberships, find_scope_of_user, list_contacts
from rollcall.stores.queries.retailers import (
    RetailerNotFoundError,
    get_retailer,
    get_store,
    get_system_scope,
    list_retailers,
    list_stores,
)

__all__ = [
    "KEYS_FRESH_S",
    "IntegrationIdentity",
    "KeyNotFoundError",
    "KeyView",
    "KioskIdentity",
    "KioskNotFoundError",
    "RetailerNotFoundError",
    "find_integration_by_key",
    "find_kiosk_by_key",
    "find_kiosk_of_store",
    "find_memberships",
    "find_scope_of_user",
    "forget_keys",
    "get_integration_key",
    "get_key",
    "get_keys",
    "get_kiosk",
    "get_retailer",
    "get_store",
    "get_system_scope",
    "key_context",
    "list_contacts",
    "list_integration_keys",
    "list_key_views",
    "list_keys",
    "list_retailers",
    "list_stores",
    "name_stores",
]
