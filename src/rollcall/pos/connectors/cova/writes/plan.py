"""Says which requests are still needed to change a customer as wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rollcall.pos.connectors.cova import mapping
from rollcall.pos.connectors.cova.lookups import COMPANY
from rollcall.pos.connectors.cova.wire import HAL_KEYS
from rollcall.pos.connectors.cova.writes import bodies
from rollcall.pos.connectors.cova.writes.rules import ADDRESS, CONSENT_OF, SLIM
from rollcall.pos.contract import RawRow
from rollcall.pos.errors import PosRefusedDataError
from rollcall.pos.fields import Fields, FieldValue
from rollcall.pos.http import Call

CUSTOMER: Final = f"{COMPANY}/Customers({{id}})"
_PARTS: Final = "ContactMethods", "Addresses", "CustomerExtensions"
_PART_TEMPLATES: Final = {kind: f"{CUSTOMER}/{kind}({{part}})" for kind in _PARTS}
_NEW_PART_TEMPLATES: Final = {kind: f"{CUSTOMER}/{kind}" for kind in _PARTS}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request of several.

    :param target: what it changes, to recognise it after the row was read again.
    """

    target: tuple[str, str]
    call: Call = field(repr=False)

    @property
    def is_removal(self) -> bool:
        """Whether a part is removed: not there is as good as done."""
        return self.call.method == "DELETE"


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans changes of one customer's row.

    :param extensions: canonical field → (name, id) of the extension type that holds it.
    """

    company_id: str
    row: RawRow
    extensions: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def steps(self, changes: Fields) -> list[Step]:
        """Return the steps that are still needed, the customer's own first.

        A change of a part may raise the customer's own version [guess]; so the customer comes
        before the parts, with the version that was read.
        """
        held = mapping.fields_of(self.row)
        return [
            *self.customer_steps(self._slim_changes(changes, held)),
            *(step for name in CONSENT_OF for step in self._contact_steps(name, changes)),
            *self._address_steps(changes, held),
            *(step for name in self.extensions for step in self._extension_steps(name, changes)),
        ]

    def customer_steps(self, changes: Mapping[str, Any]) -> list[Step]:
        """Return the replacement of the slim customer, if anything in it changes."""
        if not changes:
            return []
        body = bodies.changed_customer(self.row, changes)
        return [Step(target=("Customer", ""), call=self._call("PUT", CUSTOMER, body))]

    def removal(self) -> Step:
        """Return the removal of the customer, which disables them [doc]."""
        return Step(target=("Customer", ""), call=self._call("DELETE", CUSTOMER))

    def _slim_changes(self, changes: Fields, held: Fields) -> dict[str, Any]:
        wanted: dict[str, Any] = {
            key: changes[name]
            for name, key in SLIM.items()
            if name in changes and (changes[name] or None) != held.get(name)
        }
        consent = changes.get("marketing_opt_in")
        if consent is not None and consent != held.get("marketing_opt_in"):
            wanted["DoNotContact"] = not consent
        return wanted

    def _contact_steps(self, name: str, changes: Fields) -> Iterator[Step]:
        is_phone = name == "phone"
        held = mapping.phones_of(self.row) if is_phone else mapping.emails_of(self.row)
        chosen = mapping.chosen_phone(self.row) if is_phone else mapping.chosen_email(self.row)
        if name in changes and not changes[name]:
            yield from (self._removal("ContactMethods", method) for method in held)
        elif chosen is None:
            if changes.get(name):
                yield self._addition("ContactMethods", self._new_method(name, changes))
        else:
            wanted = _method_changes(name, chosen, changes)
            if wanted:
                yield self._change("ContactMethods", {**chosen, **wanted})

    def _new_method(self, name: str, changes: Fields) -> dict[str, Any]:
        others = self.row.get("ContactMethods")
        methods = others if isinstance(others, list) else []
        has_default = any(isinstance(m, dict) and m.get("Default") is True for m in methods)
        return bodies.new_method(name, changes, is_default=not has_default)

    def _address_steps(self, changes: Fields, held: Fields) -> Iterator[Step]:
        wanted: dict[str, FieldValue] = {
            name: changes[name] or None
            for name in ADDRESS
            if name in changes and (changes[name] or None) != held.get(name)
        }
        chosen = mapping.chosen_address(self.row)
        if not wanted:
            return
        if chosen is None:
            may_contact = self._may_contact(changes)
            yield self._addition("Addresses", bodies.new_address(wanted, may_contact=may_contact))
            return
        changed = bodies.changed_address(chosen, wanted)
        if bodies.is_blank_address(changed):
            yield self._removal("Addresses", chosen)
        else:
            yield self._change("Addresses", changed)

    def _may_contact(self, changes: Fields) -> bool:
        told = changes.get("marketing_opt_in")
        return told is True if told is not None else self.row.get("DoNotContact") is False

    def _extension_steps(self, name: str, changes: Fields) -> Iterator[Step]:
        if name not in changes:
            return
        type_name, type_id = self.extensions[name]
        value = changes[name] or None
        held = mapping.extension_of(self.row, type_name)
        if held is None:
            if value is not None:
                body = {"ExtensionTypeId": type_id, "Value": value}
                yield self._addition("CustomerExtensions", body)
        elif value is None:
            yield self._removal("CustomerExtensions", held)
        elif held.get("Value") != value:
            yield self._change("CustomerExtensions", {**held, "Value": value})

    def _addition(self, kind: str, body: dict[str, Any]) -> Step:
        content = {"CustomerId": self.row["Id"], **body}
        call = self._call("POST", _NEW_PART_TEMPLATES[kind], content, is_repeatable=False)
        value = str(body.get("ContactMethodCategoryId") or body.get("ExtensionTypeId") or "")
        return Step(target=(kind, f"new {value}"), call=call)

    def _change(self, kind: str, part: Mapping[str, Any]) -> Step:
        body = {key: value for key, value in part.items() if key not in HAL_KEYS}
        call = self._call("PUT", _PART_TEMPLATES[kind], body, part=_id_of(part))
        return Step(target=(kind, _id_of(part)), call=call)

    def _removal(self, kind: str, part: Mapping[str, Any]) -> Step:
        call = self._call("DELETE", _PART_TEMPLATES[kind], part=_id_of(part))
        return Step(target=(kind, _id_of(part)), call=call)

    def _call(
        self,
        method: str,
        template: str,
        body: Mapping[str, Any] | None = None,
        *,
        part: str = "",
        is_repeatable: bool = True,
    ) -> Call:
        values = {"company": self.company_id, "id": mapping.external_id(self.row), "part": part}
        return Call(
            method=method,
            template=template,
            values=values,
            json=None if body is None else dict(body),
            is_repeatable=is_repeatable,
        )


def _method_changes(name: str, method: Mapping[str, Any], changes: Fields) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if changes.get(name):
        value = bodies.method_value(name, changes[name])
        if value != bodies.method_value(name, method.get("Value")):
            wanted["Value"] = value
    consent = changes.get(CONSENT_OF[name])
    if consent is not None and method.get("DoNotContact") is not (not consent):
        wanted["DoNotContact"] = not consent
    return wanted


def _id_of(part: Mapping[str, Any]) -> str:
    if not isinstance(part.get("Id"), str) or not part["Id"]:
        raise PosRefusedDataError(
            "Cova holds a part of this customer without an id; it can be changed in Cova only",
            code="part_id_missing",
        )
    return str(part["Id"])
