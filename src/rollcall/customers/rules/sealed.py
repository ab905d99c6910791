"""The shape of what is sealed in a PosRecord, and the difference between two readings of it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from rollcall.kit.fields import Fields, FieldValue


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedFields:
    """A record's values and when each last changed.

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
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
    # An empty list says "empty", as None does: neither is stored, so they are no change either.
    said = {field: None if value == [] else value for field, value in values.items()}
    merged = {**old.values, **said}
    changes = {
        field: (old.values.get(field), value)
        for field, value in merged.items()
        if old.values.get(field) != value
    }
    changed = {**old.changed, **dict.fromkeys(changes, at)}
    fields = SealedFields(values=_without_empty(merged), at=old.at, changed=changed)
    return Difference(fields=fields, changes=changes)


def _without_empty(values: Fields) -> dict[str, FieldValue]:
    return {name: value for name, value in values.items() if value is not None and value != []}


def pack_raw(raw: bytes) -> bytes:
    """Compress a wire row before it is sealed (ciphertext does not compress)."""
    return zlib.compress(raw, 1)


def unpack_raw(packed: bytes) -> bytes:
    """The inverse of :func:`pack_raw`."""
    return zlib.decompress(packed)
