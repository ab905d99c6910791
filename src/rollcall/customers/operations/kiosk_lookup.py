"""Reads by a kiosk, each with its check of the key and its audit entry in the same statement."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from rollcall.api import database
from rollcall.api.database import Value
from rollcall.api.keys import Caller
from rollcall.customers.queries import kiosk_lookup as statements
from rollcall.customers.queries.kiosk_lookup import MOST_ROWS, MOST_WORDS
from rollcall.customers.rules import contexts
from rollcall.customers.rules.kiosk_criteria import EXACT, Criteria, searched_words
from rollcall.customers.rules.kiosk_rows import KioskRecord
from rollcall.customers.rules.sealed import SealedFields
from rollcall.kit.crypto import RetailerKeys
from rollcall.stores.queries import get_keys

#: Behind every word that begins with another: no text sorts after this character.
_LAST: Final = "\U0010ffff"
_LONGEST_ID: Final = 200
_NO_ONE: Final = str(uuid.UUID(int=0))


class KeyRefusedError(PermissionError):
    """The key does not open anything now; whether it did a moment ago does not matter."""


class NotTheKiosksAddressError(LookupError):
    """The address names no kiosk, or another one than the key's."""


class KioskCustomerNotFoundError(LookupError):
    """Nobody in the accounts of the kiosk's store has the id."""


class KioskIdAmbiguousError(LookupError):
    """Several of the store's accounts have the id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a kiosk asks.

    :param origin: of the web page that asks; "" for everything else.
    """

    catalog_id: str
    origin: str


def search_for_kiosk(caller: Caller, address: Address, criteria: Criteria) -> list[KioskRecord]:
    """Find people in the accounts of the kiosk's store; at most 25, in no order that is promised.

    They are searched for by what the POS has, and shown with what is on its way there.

    The audit names every record that was opened.

    :param caller: who was proven once to hold a key; the statement proves it again.
    :raises KeyRefusedError: and nothing was read.
    :raises NotTheKiosksAddressError: and nothing was read.
    """
    keys = get_keys(caller.scope)
    words = {} if criteria.is_impossible else _words(criteria)
    statement = statements.search_statement(
        criteria.names,
        given_words=len(words.get("first_name", ())),
        family_words=len(words.get("last_name", ())),
        is_possible=not criteria.is_impossible,
        trust=_trust(caller, address),
    )
    parameters = _door_parameters(caller, address)
    for name, value in criteria.exact.items():
        if value is not None:
            parameters[name] = keys.blind(EXACT[name], value)
    for name, searched in words.items():
        for number, word in enumerate(searched):
            parameters[f"{name}_{number}"] = word
            parameters[f"{name}_{number}_end"] = word + _LAST
    rows = _let_in(database.execute(statement, parameters))
    records = [(_open(keys, row), row) for row in rows]
    fitting = [(record, row) for record, row in records if criteria.fit(record.values)]
    return [_with_waiting(keys, record, row) for record, row in fitting[:MOST_ROWS]]


def read_for_kiosk(caller: Caller, address: Address, customer_id: str) -> KioskRecord:
    """Read one person by the POS's id or Rollcall's; ids that were merged away lead on.

    :raises KeyRefusedError: and nothing was read.
    :raises NotTheKiosksAddressError: and nothing was read.
    :raises KioskCustomerNotFoundError: nobody there has it.
    :raises KioskIdAmbiguousError: several accounts of the store have it.
    """
    usable = customer_id.isprintable() and len(customer_id) <= _LONGEST_ID
    parameters = _door_parameters(caller, address)
    parameters["external_id"] = customer_id if usable else ""
    parameters["public_id"] = _public_id(customer_id)
    statement = statements.read_statement(_trust(caller, address))
    rows = _let_in(database.execute(statement, parameters))
    if not rows:
        raise KioskCustomerNotFoundError
    if len(rows) > 1:
        raise KioskIdAmbiguousError
    keys = get_keys(caller.scope)
    return _with_waiting(keys, _open(keys, rows[0]), rows[0])


def _trust(caller: Caller, address: Address) -> statements.Trust:
    return statements.Trust(profile=caller.profile, is_from_page=bool(address.origin))


def _door_parameters(caller: Caller, address: Address) -> dict[str, Value]:
    return {
        # No kiosk has an empty one; PostgreSQL would refuse NUL.
        "catalog": address.catalog_id if address.catalog_id.isprintable() else "",
        "origin": address.origin if address.origin.isprintable() else "?",
        "key": caller.key_id,
        "public_part": caller.public_part,
        "secret_hash": caller.secret_hash,
        "retailer": caller.scope.retailer_id,
        "kiosk": caller.kiosk_id,
        "store": caller.store_id,
        "actor": str(caller.scope.actor),
    }


def _let_in(rows: list[database.Row]) -> list[database.Row]:
    if not rows:
        raise KeyRefusedError
    if not rows[0][0]:
        raise NotTheKiosksAddressError
    return [row for row in rows if row[1] is not None]


def _open(keys: RetailerKeys, row: database.Row) -> KioskRecord:
    record_id, account_id, external_id, status_raw, pos_updated_at, sealed = row[1:7]
    plain = keys.unseal(sealed, context=contexts.record_fields(account_id, external_id))
    return KioskRecord(
        record_id=record_id,
        external_id=external_id,
        status_raw=status_raw,
        pos_updated_at=pos_updated_at,
        values=SealedFields.from_json(plain).values,
    )


def _with_waiting(keys: RetailerKeys, record: KioskRecord, row: database.Row) -> KioskRecord:
    """Put over the POS's values what was typed here and has not arrived there yet."""
    if not row[7]:
        return record
    waiting = {
        field: orjson.loads(keys.unseal(sealed, context=contexts.edit_value(customer_id, field)))
        for customer_id, field, sealed in row[7]
    }
    return replace(record, values={**record.values, **waiting})


def _words(criteria: Criteria) -> Mapping[str, Sequence[str]]:
    return {name: searched_words(words)[:MOST_WORDS] for name, words in criteria.words.items()}


def _public_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return _NO_ONE
