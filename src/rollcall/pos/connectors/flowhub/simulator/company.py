"""The company behind one simulator: its stores, its groups, its ids."""

from __future__ import annotations

import secrets
import uuid
from typing import Final

from rollcall.pos.simulator.exchange import Request
from rollcall.pos.simulator.options import SimulatorOptions

#: How many stores the company has.
STORES: Final = 9
#: Groups that staff made; the API tells their names and takes their ids.
GROUPS: Final = ("VIP", "Locals", "Veteran", "Senior", "Industry", "Staff picks")
_SPACE: Final = uuid.UUID("0c5a9f0e-6f3b-5d0a-9c57-3b8f0a6d1e42")


def customer_id(position: int) -> str:
    """Return the id of the customer in a row."""
    return str(uuid.uuid5(_SPACE, f"customer {position}"))


def order_id(position: int) -> str:
    """Return the id of the order in a row."""
    return str(uuid.uuid5(_SPACE, f"order {position}"))


def store_id(number: int) -> str:
    """Return the id of a store, counted from 1.

    :raises ValueError: the company has no such store.
    """
    if not 1 <= number <= STORES:
        raise ValueError(f"the simulated company has {STORES} stores")
    return str(uuid.uuid5(_SPACE, f"store {number}"))


def import_id(number: int) -> str:
    """Return the older id of a store: 17 characters for the first one [code], else the same."""
    return "kQ7vTn2mXsB4wLh9e" if number == 1 else store_id(number)


def knows_store(told: str) -> bool:
    """Tell whether an id is of one of the stores."""
    return any(told in (store_id(n), import_id(n)) for n in range(1, STORES + 1))


def group_ids() -> dict[str, str]:
    """Return ids by name; no endpoint tells them."""
    return {name: str(uuid.uuid5(_SPACE, f"group {name}")) for name in GROUPS}


def may_enter(options: SimulatorOptions, request: Request) -> bool:
    """Look at the two headers, whatever the case of their names [code]."""
    pairs = (("clientid", options.client_id), ("key", options.api_key))
    return all(
        secrets.compare_digest(request.headers.get(name, "").encode(), wanted.encode())
        for name, wanted in pairs
    )


def locations(options: SimulatorOptions) -> list[dict[str, object]]:
    """Return the stores as Flowhub tells them [doc]."""
    return [
        {
            "locationId": store_id(number),
            "importId": import_id(number),
            "locationName": f"Store {number}",
            "clientId": options.client_id,
            "clientName": options.account.title(),
            "timeZone": options.time_zone,
            "phoneNumber": f"(303) 555-01{number:02d}",
            "email": f"store{number}@example.com",
            "website": "",
            "licenseType": ["rec", "med"],
            "address": {
                "street": f"{number} Main St",
                "city": "Denver",
                "state": "CO",
                "zip": "80204",
            },
            "hoursOfOperation": {},
            "locationLogoURL": "",
        }
        for number in range(1, STORES + 1)
    ]
