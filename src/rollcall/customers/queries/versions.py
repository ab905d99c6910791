"""Versions of people: a keyed hash of every value that stands, for writes on condition."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from rollcall.customers.queries.profile import CustomerView
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys


def version_of(scope: Scope, profile: CustomerView) -> Mapping[str, bytes]:
    """Return field → hash of the value that stands; ``records`` stands for whose records they are.

    Hashes are the retailer's own: nobody else can tell a value from one.
    """
    keys = get_keys(scope)
    values = {view.name: view.truth.standing.value for view in profile.fields}
    told = {name: orjson.dumps([name, value]) for name, value in values.items()}
    told["records"] = orjson.dumps(
        sorted(
            [one.kind, one.account_key, one.external_id, one.status, one.gone_at is not None]
            for one in profile.records
        )
    )
    return {name: keys.content_hash(content) for name, content in told.items()}
