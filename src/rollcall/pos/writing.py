"""Writing customers to a POS: what a connector declares about it, and what travels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rollcall.pos.fields import FIELDS, Fields

#: The longest key that every POS with an idempotency key takes.
LONGEST_KEY: Final = 36


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteRules:
    """What a POS lets others write. Pages, API and the matrix in the docs follow from it.

    :param creatable: canonical fields that a create can send; others stay in the hub.
    :param updatable: canonical fields that an update can change.
    :param clearable: of the updatable ones those that an update can empty (value None).
    :param required: of the creatable ones those without which every create is refused.
    :param settles_after: how long after a write a look-up surely shows it.
    :param has_idempotency_key: the POS itself answers a repeated create with the first result.
    """

    creatable: frozenset[str] = frozenset()
    updatable: frozenset[str] = frozenset()
    clearable: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    settles_after: dt.timedelta = dt.timedelta()
    has_idempotency_key: bool = False

    def __post_init__(self) -> None:
        named = self.creatable | self.updatable | self.clearable | self.required
        wrong = named - FIELDS.keys()
        if wrong or not self.required <= self.creatable or not self.clearable <= self.updatable:
            raise ValueError(f"these rules contradict themselves: {', '.join(sorted(wrong))}")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCustomer:
    """Somebody who is to be created at a POS.

    :param key: the hub's own, the same for every attempt, 1 to 36 characters; for a POS with
        idempotency keys, and for one that keeps foreign ids.
    :param fields: canonical; only creatable ones are sent, None and absent mean the same.
    """

    key: str
    fields: Fields = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldProblem:
    """Why a POS would refuse a value, found before it is asked.

    :param field: canonical name; ``""`` for the whole.
    :param code: stable word: ``required``, ``invalid``, ``too_long``, ``too_young``,
        ``unsupported``.
    :param message: goes behind the field's label and holds no value: "can't be blank".
    """

    field: str
    code: str
    message: str


def missing(fields: Fields, required: Mapping[str, str] | frozenset[str]) -> list[FieldProblem]:
    """Return a problem for each required field that is empty, in the vocabulary's order."""
    return [
        FieldProblem(field=name, code="required", message="can't be blank")
        for name in FIELDS
        if name in required and is_empty(fields, name)
    ]


def is_empty(fields: Fields, name: str) -> bool:
    """Tell whether a field is absent, None, or an empty text or list; False and 0 are values."""
    value = fields.get(name)
    return value is None or value == "" or value == []
