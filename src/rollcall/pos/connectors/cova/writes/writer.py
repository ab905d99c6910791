"""Creates and changes customers, which takes several requests that are not done as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from rollcall.pos.connectors.cova import mapping, wire
from rollcall.pos.connectors.cova.lookups import FULL, Finder
from rollcall.pos.connectors.cova.wire import Account, Ask, parts
from rollcall.pos.connectors.cova.writes import bodies
from rollcall.pos.connectors.cova.writes.plan import Planner, Step
from rollcall.pos.connectors.cova.writes.rules import (
    CHANGEABLE,
    CONSENT_OF,
    IN_EXTENSIONS,
    OUR_KEY,
)
from rollcall.pos.contract import RawRow, RecordStatus
from rollcall.pos.errors import (
    PosConflictError,
    PosGoneError,
    PosNeedsHumanError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosUnavailableError,
    RowError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import Fields
from rollcall.pos.http import Call
from rollcall.pos.writing import NewCustomer, is_empty

#: Clocks differ.
_GRACE: Final = dt.timedelta(minutes=10)
#: How often a plan is made anew because somebody else changed the customer.
_MOST_PLANS: Final = 5

ChangedSince = Callable[[dt.datetime], Iterator[RawRow]]
PlanOf = Callable[[Planner], list[Step]]


class Writer:
    """Writes to one company."""

    def __init__(
        self, account: Account, ask: Ask, finder: Finder, changed_since: ChangedSince
    ) -> None:
        self._account = account
        self._ask = ask
        self._finder = finder
        self._changed_since = changed_since

    def prepare(self) -> None:
        """Learn the extension types, so that the first create is one request."""
        self._finder.type_id(OUR_KEY)

    def create(self, customer: NewCustomer) -> RawRow:
        """Create one customer in one request, with the hub's key in an extension.

        Cova looks for no duplicates [doc].

        :raises UnsupportedByPosError: a licence or medical id without an extension for it.
        :raises PosNeedsHumanError: the company has no extension of the name in the settings.
        """
        given = {name: v for name, v in customer.fields.items() if not is_empty({name: v}, name)}
        types = self._types(given)
        values = {types[name][1]: str(given[name]) for name in types}
        key_type = self._finder.type_id(OUR_KEY)
        if key_type is not None:
            values[key_type] = customer.key
        body = bodies.new_customer(given, values)
        path = {"company": self._account.company_id}
        call = Call(method="POST", template=FULL, values=path, json=body, is_repeatable=False)
        reply = self._ask(call)
        wire.raise_for(reply, _texts(body))
        try:
            return self._account.marked(wire.row_of(reply))
        except PosUnavailableError as error:
            message = "Cova took a new customer and did not tell them"
            raise PosOutcomeUnknownError(message, code=error.code) from None

    def find_created(self, customer: NewCustomer, *, since: dt.datetime) -> list[RawRow]:
        """Look for the hub's key, by search, and in what changed since, should searches lag.

        A company without the extension for the key is searched for equal values.
        """
        has_key = self._finder.type_id(OUR_KEY) is not None
        if has_key:
            found = [row for row in self._with_key(customer.key) if _has_key(row, customer.key)]
            if found:
                return found
        rows = self._changed_since(since - _GRACE)
        if has_key:
            return _distinct(row for row in rows if _has_key(row, customer.key))
        return _distinct(row for row in rows if self._is_equal(row, customer.fields))

    def update(self, current: RawRow, changes: Fields) -> RawRow:
        """Change what still has to be changed, part by part.

        :raises PosRefusedDataError: a channel is to be allowed, but the customer as a whole is not
            to be contacted (``do_not_contact``), or has no such contact (``no_contact``).
        """
        unknown = changes.keys() - CHANGEABLE - IN_EXTENSIONS
        if unknown:
            raise UnsupportedByPosError(f"Cova cannot change {', '.join(sorted(unknown))}")
        row = self._reread(current)
        types = self._types(changes)
        row = self._reach(row, lambda planner: planner.steps(changes), types)
        _refuse_unsaid_consent(row, changes)
        return row

    def cannot_hold(self, changes: Fields) -> frozenset[str]:
        """Name what stands in extensions, where this base URL does not tell their types."""
        named = IN_EXTENSIONS & changes.keys() & self._account.extensions.keys()
        return frozenset(named) if named and not self._finder.has_types() else frozenset()

    def set_status(self, current: RawRow, status: RecordStatus) -> RawRow:
        """Disable a customer, or enable them again."""
        wants_disabled = status is RecordStatus.INACTIVE
        row = self._reread(current)
        if not wants_disabled and row.get("MergedIntoCustomerId"):
            message = "Cova merged this customer into another one"
            raise PosRefusedDataError(message, code="merged")

        def plan(planner: Planner) -> list[Step]:
            if (planner.row.get("Disabled") is True) is wants_disabled:
                return []
            if wants_disabled:
                return [planner.removal()]
            return planner.customer_steps({"Disabled": False})

        return self._reach(row, plan, {})

    def _reread(self, current: RawRow) -> RawRow:
        """Read again, because no request that follows covers the customer with all parts."""
        row = self._finder.get(mapping.external_id(current))
        if _state(row) != _state(current):
            raise PosConflictError("the customer was changed at Cova", code="row_changed")
        return row

    def _reach(self, row: RawRow, plan_of: PlanOf, types: Mapping[str, tuple[str, int]]) -> RawRow:
        """Carry out plans until one goes through; each is made from what Cova holds then.

        A step that conflicts may have been done already, its answer lost: then the next plan does
        not need it any more. If it does, somebody else was there.
        """
        pos_id = mapping.external_id(row)
        company = self._account.company_id
        for _ in range(_MOST_PLANS):
            planner = Planner(company_id=company, row=row, extensions=types)
            steps = plan_of(planner)
            if not steps:
                return row
            stuck = self._carry_out(steps)
            row = self._finder.get(pos_id)
            if stuck is None:
                return row
            again = plan_of(Planner(company_id=company, row=row, extensions=types))
            if stuck.target in {step.target for step in again}:
                break
        raise PosConflictError("the customer was changed at Cova meanwhile", code="version")

    def _carry_out(self, steps: list[Step]) -> Step | None:
        """Send requests one by one; the one that met another version, or None."""
        for step in steps:
            try:
                self._send(step)
            except PosConflictError:
                return step
        return None

    def _send(self, step: Step) -> None:
        is_customer = step.target[0] == "Customer"
        try:
            reply = self._ask(step.call)
        except PosUnavailableError as error:
            # A removal may be answered without a body; the row tells whether it was done.
            if step.is_removal and error.code == "not_json":
                return
            raise
        try:
            has_version = step.call.method == "PUT"
            wire.raise_for(reply, _texts(step.call.json), has_version=has_version)
        except PosGoneError:
            if is_customer:
                raise
            if not step.is_removal:
                message = "a part of the customer was removed at Cova"
                raise PosConflictError(message, code="part_gone") from None

    def _with_key(self, key: str) -> list[RawRow]:
        try:
            return self._finder.with_extension(key)
        except UnsupportedByPosError:
            return []

    def _types(self, fields: Fields) -> dict[str, tuple[str, int]]:
        """Resolve the extensions that fields need; their ids differ between tenants [doc].

        :raises UnsupportedByPosError: the settings name none, or this base URL tells none at all.
        :raises PosNeedsHumanError: Cova has others, but none of that name.
        """
        types: dict[str, tuple[str, int]] = {}
        for name in IN_EXTENSIONS & fields.keys():
            type_name = self._account.extensions.get(name, "")
            type_id = self._finder.type_id(type_name) if type_name else None
            if type_id is not None:
                types[name] = (type_name, type_id)
            elif type_name and self._finder.has_types():
                message = "Cova has no customer extension of the name in the settings"
                raise PosNeedsHumanError(message, code="extension_unknown")
            else:
                message = f"this company has no customer extension for {name}"
                raise UnsupportedByPosError(message, code="extension_unknown")
        return types

    def _is_equal(self, row: RawRow, fields: Fields) -> bool:
        try:
            held = mapping.fields_of(row)
        except RowError:
            return False
        told = CHANGEABLE | self._account.extensions.keys()
        sent = told - {"marketing_opt_in", *CONSENT_OF.values()}
        return all(
            held.get(name) == value
            for name, value in fields.items()
            if name in sent and not is_empty(fields, name)
        )


def _state(row: RawRow) -> dict[str, Any]:
    """Return a row in a form in which two readings of the same state are equal."""
    state = bodies.changed_customer(row, {})
    for key in ("ContactMethods", "Addresses", "CustomerExtensions"):
        held = [
            {k: v for k, v in part.items() if k not in wire.HAL_KEYS} for part in parts(row, key)
        ]
        state[key] = sorted(held, key=lambda part: str(part.get("Id")))
    return state


def _has_key(row: RawRow, key: str) -> bool:
    extension = mapping.extension_of(row, OUR_KEY)
    return extension is not None and extension.get("Value") == key


def _distinct(rows: Iterator[RawRow]) -> list[RawRow]:
    return list({str(row.get("Id")): row for row in rows}.values())


def _refuse_unsaid_consent(row: RawRow, changes: Fields) -> None:
    if changes.get("marketing_opt_in") is False:
        # Said together, the stricter one holds.
        return
    held = mapping.fields_of(row)
    for contact, consent in CONSENT_OF.items():
        if changes.get(consent) is True and held.get(consent) is not True:
            if held.get(contact) is None:
                message = f"Cova keeps {consent} with a contact, and there is none"
                raise PosRefusedDataError(message, code="no_contact")
            raise PosRefusedDataError(
                f"{consent}: the customer as a whole is marked DoNotContact at Cova",
                code="do_not_contact",
            )


def _texts(body: object) -> Iterator[object]:
    """Return every text of a request, also of its parts."""
    if isinstance(body, Mapping):
        for value in body.values():
            yield from _texts(value)
    elif isinstance(body, list):
        for value in body:
            yield from _texts(value)
    elif isinstance(body, str):
        yield body
