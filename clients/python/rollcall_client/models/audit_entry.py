from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.audit_entry_context import AuditEntryContext


T = TypeVar("T", bound="AuditEntry")


@_attrs_define
class AuditEntry:
    """One thing that happened.

    `subjects` are people's public ids, the names of connections, or numbers; of an entry about more
    than a hundred, the first hundred. `fields` are names, never values.

        Attributes:
            id (int):
            at (str):
            actor (str):
            action (str):
            subject_kind (str):
            subjects (list[str]):
            subject_count (int):
            fields (list[str]):
            context (AuditEntryContext):
    """

    id: int
    at: str
    actor: str
    action: str
    subject_kind: str
    subjects: list[str]
    subject_count: int
    fields: list[str]
    context: AuditEntryContext
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at

        actor = self.actor

        action = self.action

        subject_kind = self.subject_kind

        subjects = self.subjects

        subject_count = self.subject_count

        fields = self.fields

        context = self.context.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "actor": actor,
                "action": action,
                "subject_kind": subject_kind,
                "subjects": subjects,
                "subject_count": subject_count,
                "fields": fields,
                "context": context,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audit_entry_context import AuditEntryContext  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        at = d.pop("at")

        actor = d.pop("actor")

        action = d.pop("action")

        subject_kind = d.pop("subject_kind")

        subjects = cast(list[str], d.pop("subjects"))

        subject_count = d.pop("subject_count")

        fields = cast(list[str], d.pop("fields"))

        context = AuditEntryContext.from_dict(d.pop("context"))

        audit_entry = cls(
            id=id,
            at=at,
            actor=actor,
            action=action,
            subject_kind=subject_kind,
            subjects=subjects,
            subject_count=subject_count,
            fields=fields,
            context=context,
        )

        audit_entry.additional_properties = d
        return audit_entry

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
