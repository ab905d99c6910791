"""What may be kept as the evidence of a merge: numbers and codes, nothing of a person."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Final

Evidence = Mapping[str, object]

#: Names of fields, levels and models: no phone number, e-mail or birth date looks like that.
_CODE: Final = re.compile(r"[a-z][a-z0-9_.:-]{0,59}")
_NUMBERS: Final = (int, float)  # and so bool
_MOST_DEEP: Final = 4
_MOST_ITEMS: Final = 200


class EvidenceInvalidError(ValueError):
    """The evidence holds something else than numbers and codes."""


def check_evidence(evidence: Evidence) -> None:
    """Refuse evidence that might tell something of a person.

    :raises EvidenceInvalidError: without the value.
    """
    _check(evidence, depth=0)


def _check(value: object, *, depth: int) -> None:
    if depth > _MOST_DEEP:
        raise EvidenceInvalidError("the evidence is nested too deeply")
    if value is None or isinstance(value, _NUMBERS):
        return
    if isinstance(value, str):
        if not _is_code(value):
            raise EvidenceInvalidError("the evidence holds a text that is no code")
    elif isinstance(value, Mapping):
        _check_items([*value.keys(), *value.values()], depth=depth)
    elif isinstance(value, Sequence):
        _check_items(value, depth=depth)
    else:
        raise EvidenceInvalidError("the evidence holds something that is neither number nor code")


def _check_items(items: Sequence[object], *, depth: int) -> None:
    if len(items) > _MOST_ITEMS:
        raise EvidenceInvalidError("the evidence is too long")
    for item in items:
        _check(item, depth=depth + 1)


@functools.lru_cache(maxsize=1 << 10)
def _is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None
