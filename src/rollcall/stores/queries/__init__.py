"""Reads of retailers, people and keys; the only place that builds a Scope."""

from rollcall.stores.queries.data_keys import KEYS_FRESH_S, forget_keys, get_keys, key_context
from rollcall.stores.queries.kiosks import (
    KeyNotFoundError,
    KioskIdentity,
    KioskNotFoundError,
    find_kiosk_by_key,
    get_key,
    get_kiosk,
    list_keys,
)
from rollcall.stores.queries.people import find_memberships, find_scope_of_user
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
    "KeyNotFoundError",
    "KioskIdentity",
    "KioskNotFoundError",
    "RetailerNotFoundError",
    "find_kiosk_by_key",
    "find_memberships",
    "find_scope_of_user",
    "forget_keys",
    "get_key",
    "get_keys",
    "get_kiosk",
    "get_retailer",
    "get_store",
    "get_system_scope",
    "key_context",
    "list_keys",
    "list_retailers",
    "list_stores",
]
