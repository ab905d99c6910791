"""How a person's profile is laid out on a page: groups of fields, and what must catch the eye."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rollcall.customers.queries.profile import CustomerView, FieldView, RecordView
from rollcall.kit.fields import FieldValue

#: Heading → fields under it; a field that stands in none goes to the last one.
_GROUPS: Final[Sequence[tuple[str | Promise, Sequence[str]]]] = (
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
class CustomerPage:
    """What the page of one person shows.

    :param record_state: ``present``, ``inactive`` or ``gone``: the best that any record says.
    """

    public_id: uuid.UUID
    display_name: str
    groups: Sequence[FieldGroup]
    records: Sequence[RecordView]
    born_on: FieldValue
    is_banned: bool
    record_state: str


def present(profile: CustomerView) -> CustomerPage:
    """Lay out a profile."""
    standing = {view.name: view.truth.standing.value for view in profile.fields}
    return CustomerPage(
        public_id=profile.public_id,
        display_name=profile.display_name,
        groups=list(_group(profile.fields)),
        records=profile.records,
        born_on=standing.get("born_on"),
        is_banned=standing.get("banned") is True,
        record_state=record_state(profile.records),
    )


def record_state(records: Sequence[RecordView]) -> str:
    """What stands for several records: present if one is, else inactive, else gone."""
    alive = [record for record in records if record.gone_at is None]
    if any(record.status == "active" for record in alive):
        return "present"
    return "inactive" if alive else "gone"


def _group(fields: Sequence[FieldView]) -> Iterator[FieldGroup]:
    left = {view.name: view for view in fields}
    for heading, names in _GROUPS:
        wanted = names or list(left)
        found = [left.pop(name) for name in wanted if name in left]
        if found:
            yield FieldGroup(heading=heading, fields=found)
