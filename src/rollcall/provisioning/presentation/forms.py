"""How the form of a connection, and what a trial found, are laid out for a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.pos.contract import Capability
from rollcall.pos.registry import AnyConnector, connector, kinds
from rollcall.provisioning.rules.setting_fields import Control, SettingField, as_text
from rollcall.stores.models import Store

#: What a setting's control is called, so that it collides with none of the form's own.
SETTING = "setting-"
DROP = "drop-"
Text = str | Promise

_CAN: tuple[tuple[Capability, Text], ...] = (
    (Capability.LIST_ALL, gettext_lazy("read everybody")),
    (Capability.INCREMENTAL, gettext_lazy("read what changed")),
    (Capability.SEARCH, gettext_lazy("look people up")),
    (Capability.TELLS_MERGES, gettext_lazy("notice merges")),
    (Capability.WEBHOOKS, gettext_lazy("be told of changes at once")),
    (Capability.ORDERS, gettext_lazy("read orders")),
    (Capability.PLACES_ORDERS, gettext_lazy("place orders")),
    (Capability.CREATE, gettext_lazy("add people")),
    (Capability.UPDATE, gettext_lazy("change people")),
    (Capability.DEACTIVATE, gettext_lazy("deactivate people")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PosCard:
    """One POS to choose.

    :param can: what Rollcall can do with it.
    """

    kind: str
    label: str
    can: Sequence[Text]
    url_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One choice of a list."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldView:
    """One control with its label, help, value and problem.

    :param value: as a text; always empty for a secret.
    :param is_held: a secret that the connection has; it stays unless something is typed.
    """

    name: str
    id: str
    label: str
    help: str
    control: str
    value: str = ""
    options: Sequence[Option] = ()
    is_required: bool = False
    is_held: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form: typed, or held, or proposed.

    :param settings: texts by the name of the setting.
    """

    name: str
    stores: Collection[str]
    time_zone: str
    settings: Mapping[str, str] = field(repr=False)


def list_cards() -> list[PosCard]:
    """Every POS that can be connected, by label."""
    cards = [_card(connector(kind)) for kind in kinds()]
    return sorted(cards, key=lambda card: card.label.lower())


def _card(found: AnyConnector) -> PosCard:
    return PosCard(
        kind=found.kind,
        label=found.label,
        can=[words for one, words in _CAN if one in found.capabilities],
        url_name=f"provisioning:new_{found.kind}",
    )


def lay_out_settings(
    fields: Sequence[SettingField],
    typed: Mapping[str, str],
    *,
    held: Collection[str],
    problems: Mapping[str, str],
) -> list[FieldView]:
    """The connector's settings, needed ones first.

    :param held: names of the settings that the connection has.
    """
    ordered = sorted(fields, key=lambda one: not one.is_required)
    return [_view(one, typed.get(one.name, ""), held, problems) for one in ordered]


def _view(
    one: SettingField, text: str, held: Collection[str], problems: Mapping[str, str]
) -> FieldView:
    is_secret = one.control is Control.SECRET
    return FieldView(
        name=SETTING + one.name,
        id=f"field-{one.name}",
        label=one.label,
        help=one.help,
        control=one.control.value,
        value="" if is_secret else text,
        options=[Option(value=v, label=v, chosen=v == text) for v in one.choices],
        is_required=one.is_required,
        is_held=is_secret and one.name in held,
        error=problems.get(one.name, ""),
    )


def texts_of(fields: Sequence[SettingField], held: Mapping[str, object]) -> dict[str, str]:
    """What the form begins with: what is held, else the default; of secrets nothing."""
    return {one.name: as_text(held.get(one.name, one.default)) for one in fields}


def lay_out_stores(stores: Sequence[Store], chosen: Collection[str]) -> list[Option]:
    """The stores as boxes to tick."""
    return [
        Option(value=store.slug, label=_store_label(store), chosen=store.slug in chosen)
        for store in stores
    ]


def _store_label(store: Store) -> str:
    if store.active:
        return f"{store.name} ({store.time_zone})"
    return gettext("%(name)s (%(zone)s, switched off)") % {
        "name": store.name,
        "zone": store.time_zone,
    }


def lay_out_zones(chosen: str) -> list[Option]:
    """Time zones to choose; first of all that of the first store."""
    places = {zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/"}
    named = sorted(places | ({chosen} - {""}))
    own = Option(value="", label=gettext("as the first store"), chosen=not chosen)
    return [own, *(Option(value=zone, label=zone, chosen=zone == chosen) for zone in named)]
