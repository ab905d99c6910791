"""The shape of what is sealed in a PosRecord, and the difference between two readings of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from rollcall.kit.fields import Fields, FieldValue


class SealedFields(NamedTuple):
    """A record's values and when each last changed; a tuple, for there are many.

    :param values: canonical field → value; empty ones are left out.
    :param at: ISO instant that holds for every field not in ``changed``.
    :param changed: field → ISO instant of its last change.
    """

    values: Mapping[str, FieldValue]
    at: str
    changed: Mapping[str, str]

    def changed_at(self, field: str) -> str:
        """When the field got its present value, as an ISO instant (source time where known)."""
        return self.changed.get(field, self.at)

    def to_json(self) -> bytes:
        """What gets encrypted."""
        return orjson.dumps({"v": self.values, "at": self.at, "c": self.changed})

    @classmethod
    def from_json(cls, plain: bytes) -> SealedFields:
        """The inverse of :meth:`to_json`."""
        read = orjson.loads(plain)
        return cls(values=read["v"], at=read["at"], changed=read["c"])


class Difference(NamedTuple):
    """What a new reading changes: the fields after it, and field → [old, new]."""

    fields: SealedFields
    changes: Mapping[str, tuple[FieldValue, FieldValue]]


def first_reading(values: Fields, *, at: str) -> SealedFields:
    """The fields of a record that was not known before."""
    return SealedFields(values=_without_empty(values), at=at, changed={})


def compare(old: SealedFields, values: Fields, *, at: str) -> Difference:
    """Put a new reading over an old one.

    A field that the POS did not mention keeps its value; one that it says is empty loses it.

    :param at: ISO instant of the new reading, by the source's clock where it has one.
    """
    held = old.values
    get = held.get
    # Most fields of most rows are what they were: they are passed over as quickly as Python can.
    differing = [field for field, value in values.items() if get(field) != value]
    merged = dict(held)
    changes: dict[str, tuple[FieldValue, FieldValue]] = {}
    for field in differing:
        was, value = get(field), values[field]
        # An empty list says "empty", as None does: neither is stored, so they are no change either.
        if value is not None and value != []:
            changes[field] = (was, value)
            merged[field] = value
        elif was is not None:
            changes[field] = (was, None)
            del merged[field]
    if not changes:
        return Difference(fields=old, changes={})
    changed = {**old.changed, **dict.fromkeys(changes, at)}
    fields = SealedFields(values=merged, at=old.at, changed=changed)
    return Difference(fields=fields, changes=changes)


def _without_empty(values: Fields) -> dict[str, FieldValue]:
    # Nearly every value is true; only the others are looked at closely.
    return {
        name: value
        for name, value in values.items()
        if value or (value is not None and value != [])
    }
