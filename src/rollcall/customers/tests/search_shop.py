"""A small shop to search in: Zoë, and others that share something with her."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from rollcall.customers.models import PosAccount
from rollcall.customers.queries.search import SearchHit, search
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import Ingest, incoming

TODAY = dt.date(2026, 11, 20)
ZOE: dict[str, object] = {
    "given_name": "ZOË",
    "family_name": "O'Neil-García",
    "born_on": "1991-04-17",
    "phone": "(415) 555-0134",
    "email": "Zoe.ONeil@Example.com",
    "licence": "D123-4567",
    "medical_id": "MMJ-99-1234",
}


def fill(scope: Scope, account: PosAccount, ingest: Ingest) -> None:
    ingest(
        scope,
        account,
        [
            incoming(scope, "1042", **ZOE),
            incoming(
                scope, "1043", given_name="Zoltan", family_name="Garcia", born_on="1991-04-17"
            ),
            incoming(scope, "1044", given_name="Neil", family_name="Zoeller", phone="510-555-0134"),
            incoming(scope, "1045", given_name="Ana", family_name="De La Cruz"),
        ],
    )


def found(scope: Scope, text: str, *, limit: int = 20) -> list[str]:
    """The POS ids of the people found, best first."""
    return ids(search(scope, text, today=TODAY, limit=limit).hits)


def ids(hits: Iterable[SearchHit]) -> list[str]:
    return [record.external_id for hit in hits for record in hit.records]
