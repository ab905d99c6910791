from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.row_told_errors_type_0 import RowToldErrorsType0


T = TypeVar("T", bound="RowTold")


@_attrs_define
class RowTold:
    """What became of one row: as an answer to it alone would say.

    `status` 201: registered, 200: changed (or nothing had to be), 0: not reached yet. `candidates`
    are the ids of likely matches, `fields` what differs of a version.

        Attributes:
            row (int):
            status (int):
            code (str | Unset):  Default: ''.
            id (None | str | Unset):
            changed (list[str] | None | Unset):
            errors (None | RowToldErrorsType0 | Unset):
            candidates (list[str] | None | Unset):
            fields (list[str] | None | Unset):
    """

    row: int
    status: int
    code: str | Unset = ""
    id: None | str | Unset = UNSET
    changed: list[str] | None | Unset = UNSET
    errors: None | RowToldErrorsType0 | Unset = UNSET
    candidates: list[str] | None | Unset = UNSET
    fields: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.row_told_errors_type_0 import RowToldErrorsType0  # noqa: PLC0415

        row = self.row

        status = self.status

        code = self.code

        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        changed: list[str] | None | Unset
        if isinstance(self.changed, Unset):
            changed = UNSET
        elif isinstance(self.changed, list):
            changed = self.changed

        else:
            changed = self.changed

        errors: dict[str, Any] | None | Unset
        if isinstance(self.errors, Unset):
            errors = UNSET
        elif isinstance(self.errors, RowToldErrorsType0):
            errors = self.errors.to_dict()
        else:
            errors = self.errors

        candidates: list[str] | None | Unset
        if isinstance(self.candidates, Unset):
            candidates = UNSET
        elif isinstance(self.candidates, list):
            candidates = self.candidates

        else:
            candidates = self.candidates

        fields: list[str] | None | Unset
        if isinstance(self.fields, Unset):
            fields = UNSET
        elif isinstance(self.fields, list):
            fields = self.fields

        else:
            fields = self.fields

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "row": row,
                "status": status,
            }
        )
        if code is not UNSET:
            field_dict["code"] = code
        if id is not UNSET:
            field_dict["id"] = id
        if changed is not UNSET:
            field_dict["changed"] = changed
        if errors is not UNSET:
            field_dict["errors"] = errors
        if candidates is not UNSET:
            field_dict["candidates"] = candidates
        if fields is not UNSET:
            field_dict["fields"] = fields

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.row_told_errors_type_0 import RowToldErrorsType0  # noqa: PLC0415

        d = dict(src_dict)
        row = d.pop("row")

        status = d.pop("status")

        code = d.pop("code", UNSET)

        def _parse_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        id = _parse_id(d.pop("id", UNSET))

        def _parse_changed(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                changed_type_0 = cast(list[str], data)

                return changed_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        changed = _parse_changed(d.pop("changed", UNSET))

        def _parse_errors(data: object) -> None | RowToldErrorsType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                errors_type_0 = RowToldErrorsType0.from_dict(data)

                return errors_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RowToldErrorsType0 | Unset, data)

        errors = _parse_errors(d.pop("errors", UNSET))

        def _parse_candidates(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                candidates_type_0 = cast(list[str], data)

                return candidates_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        candidates = _parse_candidates(d.pop("candidates", UNSET))

        def _parse_fields(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                fields_type_0 = cast(list[str], data)

                return fields_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        fields = _parse_fields(d.pop("fields", UNSET))

        row_told = cls(
            row=row,
            status=status,
            code=code,
            id=id,
            changed=changed,
            errors=errors,
            candidates=candidates,
            fields=fields,
        )

        row_told.additional_properties = d
        return row_told

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
