from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.entry_told_decisions import EntryToldDecisions


T = TypeVar("T", bound="EntryTold")


@_attrs_define
class EntryTold:
    """An intended write of one person to one POS: names of fields, never values.

    `decisions` says of each field what became of it; `reason` why the POS refused, in its words.

        Attributes:
            id (int):
            intent (str):
            state (str):
            customer (str):
            connection (str):
            record_id (str):
            fields (list[str]):
            actor (str):
            created_at (str):
            attempts (int):
            not_before (str):
            closed_at (None | str):
            decisions (EntryToldDecisions):
            code (str):
            reason (str):
    """

    id: int
    intent: str
    state: str
    customer: str
    connection: str
    record_id: str
    fields: list[str]
    actor: str
    created_at: str
    attempts: int
    not_before: str
    closed_at: None | str
    decisions: EntryToldDecisions
    code: str
    reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        intent = self.intent

        state = self.state

        customer = self.customer

        connection = self.connection

        record_id = self.record_id

        fields = self.fields

        actor = self.actor

        created_at = self.created_at

        attempts = self.attempts

        not_before = self.not_before

        closed_at: None | str
        closed_at = self.closed_at

        decisions = self.decisions.to_dict()

        code = self.code

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "intent": intent,
                "state": state,
                "customer": customer,
                "connection": connection,
                "record_id": record_id,
                "fields": fields,
                "actor": actor,
                "created_at": created_at,
                "attempts": attempts,
                "not_before": not_before,
                "closed_at": closed_at,
                "decisions": decisions,
                "code": code,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.entry_told_decisions import EntryToldDecisions  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        intent = d.pop("intent")

        state = d.pop("state")

        customer = d.pop("customer")

        connection = d.pop("connection")

        record_id = d.pop("record_id")

        fields = cast(list[str], d.pop("fields"))

        actor = d.pop("actor")

        created_at = d.pop("created_at")

        attempts = d.pop("attempts")

        not_before = d.pop("not_before")

        def _parse_closed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        closed_at = _parse_closed_at(d.pop("closed_at"))

        decisions = EntryToldDecisions.from_dict(d.pop("decisions"))

        code = d.pop("code")

        reason = d.pop("reason")

        entry_told = cls(
            id=id,
            intent=intent,
            state=state,
            customer=customer,
            connection=connection,
            record_id=record_id,
            fields=fields,
            actor=actor,
            created_at=created_at,
            attempts=attempts,
            not_before=not_before,
            closed_at=closed_at,
            decisions=decisions,
            code=code,
            reason=reason,
        )

        entry_told.additional_properties = d
        return entry_told

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
