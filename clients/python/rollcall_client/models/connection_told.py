from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.account_told import AccountTold


T = TypeVar("T", bound="ConnectionTold")


@_attrs_define
class ConnectionTold:
    """A connection; `id` is its name. Its settings are never answered.

    Attributes:
        id (str):
        kind (str):
        account (AccountTold | None):
        stores (list[str]):
        time_zone (str):
        is_paused (bool):
        paused_at (None | str):
    """

    id: str
    kind: str
    account: AccountTold | None
    stores: list[str]
    time_zone: str
    is_paused: bool
    paused_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.account_told import AccountTold  # noqa: PLC0415

        id = self.id

        kind = self.kind

        account: dict[str, Any] | None
        if isinstance(self.account, AccountTold):
            account = self.account.to_dict()
        else:
            account = self.account

        stores = self.stores

        time_zone = self.time_zone

        is_paused = self.is_paused

        paused_at: None | str
        paused_at = self.paused_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "account": account,
                "stores": stores,
                "time_zone": time_zone,
                "is_paused": is_paused,
                "paused_at": paused_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_told import AccountTold  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        kind = d.pop("kind")

        def _parse_account(data: object) -> AccountTold | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                account_type_0 = AccountTold.from_dict(data)

                return account_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccountTold | None, data)

        account = _parse_account(d.pop("account"))

        stores = cast(list[str], d.pop("stores"))

        time_zone = d.pop("time_zone")

        is_paused = d.pop("is_paused")

        def _parse_paused_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        paused_at = _parse_paused_at(d.pop("paused_at"))

        connection_told = cls(
            id=id,
            kind=kind,
            account=account,
            stores=stores,
            time_zone=time_zone,
            is_paused=is_paused,
            paused_at=paused_at,
        )

        connection_told.additional_properties = d
        return connection_told

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
