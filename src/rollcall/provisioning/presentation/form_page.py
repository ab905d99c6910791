"""The form of one connection between request and page: what was typed, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from pydantic import ValidationError

from rollcall.kit.scope import Scope
from rollcall.pos.contract import PosSettings
from rollcall.pos.registry import AnyConnector, connector
from rollcall.provisioning.presentation.forms import (
    DROP,
    SETTING,
    FieldView,
    Option,
    lay_out_settings,
    lay_out_stores,
    lay_out_zones,
    texts_of,
)
from rollcall.provisioning.queries.connected import (
    addresses_of,
    find_settings,
    ids_of_stores,
    stores_to_choose,
    suggest_slug,
)
from rollcall.provisioning.rules.file import ConnectionPart
from rollcall.provisioning.rules.setting_fields import SettingField, list_fields
from rollcall.provisioning.rules.setting_values import read_settings
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection

#: Fields of the form itself, as pydantic names them, and what people call them.
_SLUG, _STORES, _ZONE = "slug", "stores", "time_zone"
_PART_WORDS: Mapping[tuple[str, str], str] = {
    ("stores", "too_short"): "need at least one that is ticked",
}
_SLUG_WORDS = "may hold small letters, digits and single hyphens between them, 60 at most"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something to correct.

    :param id: of the control, to lead there; empty where several are concerned.
    """

    id: str
    label: str | Promise
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormView:
    """The form as a page shows it."""

    kind: str
    label: str
    connection: PosConnection | None
    slug: FieldView
    stores: Sequence[Option]
    stores_error: str
    zones: Sequence[Option]
    zone_error: str
    settings: Sequence[FieldView]
    problems: Sequence[Problem]
    asks_about_list: bool
    is_unreadable: bool

    @property
    def first_settings(self) -> Sequence[FieldView]:
        """Those that have to be filled in."""
        return [one for one in self.settings if one.is_required]

    @property
    def further_settings(self) -> Sequence[FieldView]:
        """Those that may stay as they are."""
        return [one for one in self.settings if not one.is_required]

    @property
    def is_further_open(self) -> bool:
        """Whether something in there wants attention."""
        return any(one.error for one in self.further_settings)

    @property
    def all_errors(self) -> Sequence[tuple[str, str, str]]:
        """Of every control: its id, its label, what is wrong with it or nothing."""
        named = [] if self.connection else [(self.slug.id, self.slug.label, self.slug.error)]
        return [
            *named,
            ("field-stores", gettext("Stores"), self.stores_error),
            ("field-time-zone", gettext("Time zone"), self.zone_error),
            *((one.id, one.label, one.error) for one in self.settings),
        ]


@dataclass(kw_only=True)
class Form:
    """Of a new connection, or of one that is there."""

    found: AnyConnector
    connection: PosConnection | None
    stores: Sequence[Store]
    fields: Sequence[SettingField]
    held: Mapping[str, object] = field(repr=False)
    trusted: frozenset[str]
    is_unreadable: bool
    slug: str
    chosen: Sequence[str]
    time_zone: str
    typed: Mapping[str, str] = field(repr=False)
    problems: dict[str, str] = field(default_factory=dict)
    asks_about_list: bool = False
    _part: ConnectionPart | None = None
    _settings: PosSettings | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """Of the connector."""
        return self.found.kind

    @property
    def is_right(self) -> bool:
        """Whether it was filled in and nothing is wrong with it."""
        return self._part is not None and self._settings is not None and not self.problems

    @property
    def part(self) -> ConnectionPart:
        """The connection as a file would describe it; only if it is right."""
        if self._part is None:
            raise ValueError("the form is not right")
        return self._part

    @property
    def settings(self) -> PosSettings:
        """The connector's settings; only if it is right."""
        if self._settings is None:
            raise ValueError("the form is not right")
        return self._settings

    @property
    def zone_in_force(self) -> str:
        """IANA name; only if it is right."""
        zones = {store.slug: store.time_zone for store in self.stores}
        return self.part.time_zone or zones.get(self.part.stores[0], "UTC")

    def add_problem(self, name: str, words: str) -> None:
        """Note what turned out later."""
        self.problems[name] = words

    def fill(self, posted: QueryDict) -> None:
        """Take over what was typed, and check all of it at once."""
        if self.connection is None:
            self.slug = posted.get("slug", "").strip()
        self.chosen = posted.getlist("stores")
        self.time_zone = posted.get("time_zone", "")
        self.typed = {one.name: posted.get(SETTING + one.name, "") for one in self.fields}
        self._check_part(confirmed=posted.get("leave_list") == "yes")
        filled = read_settings(
            self.found.settings_model,
            self.fields,
            self.typed,
            held=self.held,
            dropped=frozenset(one.name for one in self.fields if DROP + one.name in posted),
            trusted=self.trusted,
        )
        self._settings = filled.settings
        self.problems |= {_key_of(name): words for name, words in filled.problems.items()}

    def _check_part(self, *, confirmed: bool) -> None:
        known = {store.slug for store in self.stores}
        described = {
            "slug": self.slug,
            "kind": self.kind,
            "stores": [slug for slug in self.chosen if slug in known],
            "time_zone": self.time_zone or None,
            "confirm_account_change": confirmed,
        }
        try:
            self._part = ConnectionPart.model_validate(described)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                name = str(one["loc"][0])
                self.problems[name] = _PART_WORDS.get((name, one["type"])) or str(one["msg"])
            if _SLUG in self.problems and self.slug != "new":
                self.problems[_SLUG] = _SLUG_WORDS if self.slug else gettext("is needed")

    def view(self) -> FormView:
        """Lay it out for a page."""
        slug = FieldView(
            name="slug",
            id="field-slug",
            label=gettext("Name of the connection"),
            help=gettext("Small letters, digits and single hyphens. It cannot be changed later."),
            control="text",
            value=self.slug,
            is_required=True,
            error=self.problems.get(_SLUG, ""),
        )
        of_settings = {
            name.removeprefix(SETTING): words
            for name, words in self.problems.items()
            if name.startswith(SETTING)
        }
        settings = lay_out_settings(
            self.fields, self.typed, held=self.held.keys(), problems=of_settings
        )
        return FormView(
            kind=self.kind,
            label=self.found.label,
            connection=self.connection,
            slug=slug,
            stores=lay_out_stores(self.stores, self.chosen),
            stores_error=self.problems.get(_STORES, ""),
            zones=lay_out_zones(self.time_zone),
            zone_error=self.problems.get(_ZONE, ""),
            settings=settings,
            problems=self._list_problems(slug, settings),
            asks_about_list=self.asks_about_list,
            is_unreadable=self.is_unreadable,
        )

    def _list_problems(self, slug: FieldView, settings: Sequence[FieldView]) -> list[Problem]:
        named = {
            "": Problem(id="", label="", words=""),
            _SLUG: Problem(id=slug.id, label=slug.label, words=""),
            _STORES: Problem(id="field-stores", label=gettext("Stores"), words=""),
            _ZONE: Problem(id="field-time-zone", label=gettext("Time zone"), words=""),
            **{one.name: Problem(id=one.id, label=one.label, words="") for one in settings},
        }
        return [
            Problem(id=one.id, label=one.label, words=self.problems[name])
            for name, one in named.items()
            if name in self.problems
        ]


def _key_of(name: str) -> str:
    return SETTING + name if name else ""


def open_form(scope: Scope, *, kind: str, held_by: PosConnection | None = None) -> Form:
    """The form of a new connection of this kind, or of one that is there.

    :param kind: of a connector that there is.
    """
    found = connector(kind)
    stores = stores_to_choose(scope)
    settings = find_settings(scope, held_by) if held_by else None
    held = settings.model_dump(exclude_unset=True) if settings else {}
    fields = list_fields(found.settings_model)
    form = Form(
        found=found,
        connection=held_by,
        stores=stores,
        fields=fields,
        held=held,
        trusted=addresses_of(settings) if settings else frozenset(),
        is_unreadable=held_by is not None and settings is None,
        slug="",
        chosen=[],
        time_zone="",
        typed=texts_of(fields, held),
    )
    if held_by is None:
        form.slug = suggest_slug(scope, stores, kind)
        form.chosen = [stores[0].slug] if len(stores) == 1 else []
    else:
        _begin_with(form, held_by)
    return form


def _begin_with(form: Form, held_by: PosConnection) -> None:
    form.slug = held_by.slug
    served = ids_of_stores(held_by)
    form.chosen = [store.slug for store in form.stores if store.pk in served]
    first = next((one for one in form.stores if one.slug in form.chosen), None)
    own = first.time_zone if first else ""
    form.time_zone = "" if held_by.time_zone == own else held_by.time_zone
