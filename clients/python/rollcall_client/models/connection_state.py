from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.account_told import AccountTold


T = TypeVar("T", bound="ConnectionState")


@_attrs_define
class ConnectionState:
    """A connection and how it is doing.

    `brake` counts the records that a full pass did not meet and that wait for an administrator;
    `circuit` says whether requests to the POS go through (`closed`), or not (`open`, `trying`).
    `runs`: the newest, and the newest that finished.

        Attributes:
            id (str):
            kind (str):
            account (AccountTold | None):
            stores (list[str]):
            time_zone (str):
            is_paused (bool):
            paused_at (None | str):
            records (int):
            quarantined (int):
            changes_read_until (None | str):
            full_pass_at (None | str):
            brake (int | None):
            circuit (str):
            last_run (int | None):
            last_good_run (int | None):
            last_reconciliation (int | None):
            tasks (list[int]):
    """

    id: str
    kind: str
    account: AccountTold | None
    stores: list[str]
    time_zone: str
    is_paused: bool
    paused_at: None | str
    records: int
    quarantined: int
    changes_read_until: None | str
    full_pass_at: None | str
    brake: int | None
    circuit: str
    last_run: int | None
    last_good_run: int | None
    last_reconciliation: int | None
    tasks: list[int]
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

        records = self.records

        quarantined = self.quarantined

        changes_read_until: None | str
        changes_read_until = self.changes_read_until

        full_pass_at: None | str
        full_pass_at = self.full_pass_at

        brake: int | None
        brake = self.brake

        circuit = self.circuit

        last_run: int | None
        last_run = self.last_run

        last_good_run: int | None
        last_good_run = self.last_good_run

        last_reconciliation: int | None
        last_reconciliation = self.last_reconciliation

        tasks = self.tasks

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
                "records": records,
                "quarantined": quarantined,
                "changes_read_until": changes_read_until,
                "full_pass_at": full_pass_at,
                "brake": brake,
                "circuit": circuit,
                "last_run": last_run,
                "last_good_run": last_good_run,
                "last_reconciliation": last_reconciliation,
                "tasks": tasks,
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

        records = d.pop("records")

        quarantined = d.pop("quarantined")

        def _parse_changes_read_until(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        changes_read_until = _parse_changes_read_until(d.pop("changes_read_until"))

        def _parse_full_pass_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        full_pass_at = _parse_full_pass_at(d.pop("full_pass_at"))

        def _parse_brake(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        brake = _parse_brake(d.pop("brake"))

        circuit = d.pop("circuit")

        def _parse_last_run(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        last_run = _parse_last_run(d.pop("last_run"))

        def _parse_last_good_run(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        last_good_run = _parse_last_good_run(d.pop("last_good_run"))

        def _parse_last_reconciliation(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        last_reconciliation = _parse_last_reconciliation(d.pop("last_reconciliation"))

        tasks = cast(list[int], d.pop("tasks"))

        connection_state = cls(
            id=id,
            kind=kind,
            account=account,
            stores=stores,
            time_zone=time_zone,
            is_paused=is_paused,
            paused_at=paused_at,
            records=records,
            quarantined=quarantined,
            changes_read_until=changes_read_until,
            full_pass_at=full_pass_at,
            brake=brake,
            circuit=circuit,
            last_run=last_run,
            last_good_run=last_good_run,
            last_reconciliation=last_reconciliation,
            tasks=tasks,
        )

        connection_state.additional_properties = d
        return connection_state

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
