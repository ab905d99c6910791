"""Writes of retailers, stores, people and keys, one topic a file."""

from rollcall.stores.operations.api_keys import (
    KioskKeyTakenError,
    MintedKey,
    TooManyKeysError,
    mint_key,
    register_key,
    revoke_key,
    rotate_key,
)
from rollcall.stores.operations.data_keys import reseal_values, rewrap_keys, rotate_data_key
from rollcall.stores.operations.integration_keys import (
    IntegrationInvalidError,
    MintedIntegrationKey,
    mint_integration_key,
    revoke_integration_key,
)
from rollcall.stores.operations.key_profiles import set_profile
from rollcall.stores.operations.kiosks import CatalogIdTakenError, save_kiosk
from rollcall.stores.operations.people import WeakPasswordError, save_person
from rollcall.stores.operations.retailers import create_retailer, save_retailer, save_store
from rollcall.stores.operations.saving import Action, Saved

__all__ = [
    "Action",
    "CatalogIdTakenError",
    "IntegrationInvalidError",
    "KioskKeyTakenError",
    "MintedIntegrationKey",
    "MintedKey",
    "Saved",
    "TooManyKeysError",
    "WeakPasswordError",
    "create_retailer",
    "mint_integration_key",
    "mint_key",
    "register_key",
    "reseal_values",
    "revoke_integration_key",
    "revoke_key",
    "rewrap_keys",
    "rotate_data_key",
    "rotate_key",
    "save_kiosk",
    "save_person",
    "save_retailer",
    "save_store",
    "set_profile",
]
