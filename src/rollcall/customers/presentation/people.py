"""How people are laid out on pages: results, groups of fields, what must catch the eye."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.customers.queries.account_stores import StoreNames
from rollcall.customers.queries.profile import (
    CustomerView,
    FieldView,
    RecordView,
    standing_state,
)
from rollcall.customers.queries.search import NameWay, SearchHit
from rollcall.kit.fields import FieldValue
from rollcall.web.showing import phone_text

#: Records of one person that are named in a list of results.
_RECORDS_SHOWN: Final = 3
#: Shorter local parts of an address show one letter only.
_SHORT_LOCAL: Final = 4

#: Heading → fields under it; a field that stands in none goes to the last one.
GROUPS: Final[Sequence[tuple[str | Promise, Sequence[str]]]] = (
    (
        gettext_lazy("Person"),
        ("given_name", "middle_name", "family_name", "nickname", "born_on", "gender"),
    ),
    (
        gettext_lazy("Contact"),
        ("phone", "email", "marketing_opt_in", "street", "city", "state", "zip"),
    ),
    (
        gettext_lazy("Documents"),
        (
            "licence",
            "licence_state",
            "licence_expires_on",
            "medical_id",
            "medical_expires_on",
            "verification",
        ),
    ),
    (gettext_lazy("At the shop"), ()),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldGroup:
    """Fields under one heading."""

    heading: str | Promise
    fields: Sequence[FieldView]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRow:
    """A POS record and the stores that it belongs to."""

    record: RecordView
    stores: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerPage:
    """What the page of one person shows.

    :param disputed: fields for which sources say different things.
    :param record_state: ``present``, ``inactive`` or ``gone``: the best that any record says.
    """

    public_id: uuid.UUID
    display_name: str
    groups: Sequence[FieldGroup]
    disputed: Sequence[FieldView]
    records: Sequence[RecordRow]
    born_on: FieldValue
    is_banned: bool
    record_state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HitRow:
    """One person in a list of results: enough to tell people apart at a counter, and no more.

    :param born_in: the year; the day stands on the person's page.
    :param phone: whole if it was typed, else the last four digits behind dots.
    :param email: whole if it was typed, else shortened.
    """

    hit: SearchHit
    born_in: str
    phone: str
    email: str
    ways: Sequence[str]
    more_records: int


def present_hits(hits: Sequence[SearchHit]) -> list[HitRow]:
    """Lay out results."""
    return [
        HitRow(
            hit=hit,
            born_in=hit.born_on[:4],
            phone=_shown_phone(hit),
            email=hit.email if "email" in hit.matched else _short_email(hit.email),
            ways=[_way_text(way) for way in hit.ways],
            more_records=hit.others + max(len(hit.records) - _RECORDS_SHOWN, 0),
        )
        for hit in hits
    ]


def _shown_phone(hit: SearchHit) -> str:
    if not hit.phone:
        return ""
    if {"phone", "phone_suffix"}.intersection(hit.matched):
        return phone_text(hit.phone)
    return f"••• {hit.phone[-4:]}"


def _short_email(email: str) -> str:
    local, at, host = email.rpartition("@")
    if not at:
        return email[:1] + "…" if email else ""
    return f"{local[: 1 if len(local) < _SHORT_LOCAL else 2]}…@{host}"


def _way_text(way: NameWay) -> str:
    names = {"typed": way.typed, "found": way.found.capitalize()}
    if way.kind == "nickname":
        return gettext("“%(typed)s” may be %(found)s") % names
    return gettext("“%(typed)s” read as %(found)s") % names


def present(profile: CustomerView, stores: StoreNames) -> CustomerPage:
    """Lay out a profile.

    :param stores: the stores of each account, by kind and account key.
    """
    standing = {view.name: view.truth.standing.value for view in profile.fields}
    return CustomerPage(
        public_id=profile.public_id,
        display_name=profile.display_name,
        groups=list(_group(profile.fields)),
        disputed=[view for view in profile.fields if view.truth.others],
        records=[
            RecordRow(record=record, stores=stores.get((record.kind, record.account_key), ()))
            for record in profile.records
        ],
        born_on=standing.get("born_on"),
        is_banned=standing.get("banned") is True,
        record_state=standing_state(profile.records),
    )


def _group(fields: Sequence[FieldView]) -> Iterator[FieldGroup]:
    left = {view.name: view for view in fields}
    for heading, names in GROUPS:
        wanted = names or list(left)
        found = [left.pop(name) for name in wanted if name in left]
        if found:
            yield FieldGroup(heading=heading, fields=found)
