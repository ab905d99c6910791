from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ReplayWebhookWebhookReplay")


@_attrs_define
class ReplayWebhookWebhookReplay:
    """Some deliveries, or all of events in a range of time.

    Attributes:
        deliveries (list[int] | Unset):
        since (None | str | Unset):
        until (None | str | Unset):
        only_given_up (bool | Unset):  Default: False.
    """

    deliveries: list[int] | Unset = UNSET
    since: None | str | Unset = UNSET
    until: None | str | Unset = UNSET
    only_given_up: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        deliveries: list[int] | Unset = UNSET
        if not isinstance(self.deliveries, Unset):
            deliveries = self.deliveries

        since: None | str | Unset
        if isinstance(self.since, Unset):
            since = UNSET
        else:
            since = self.since

        until: None | str | Unset
        if isinstance(self.until, Unset):
            until = UNSET
        else:
            until = self.until

        only_given_up = self.only_given_up

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if deliveries is not UNSET:
            field_dict["deliveries"] = deliveries
        if since is not UNSET:
            field_dict["since"] = since
        if until is not UNSET:
            field_dict["until"] = until
        if only_given_up is not UNSET:
            field_dict["only_given_up"] = only_given_up

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        deliveries = cast(list[int], d.pop("deliveries", UNSET))

        def _parse_since(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        since = _parse_since(d.pop("since", UNSET))

        def _parse_until(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        until = _parse_until(d.pop("until", UNSET))

        only_given_up = d.pop("only_given_up", UNSET)

        replay_webhook_webhook_replay = cls(
            deliveries=deliveries,
            since=since,
            until=until,
            only_given_up=only_given_up,
        )

        return replay_webhook_webhook_replay
