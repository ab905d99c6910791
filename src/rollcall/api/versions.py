"""Versions of what was read (``ETag``), and writes on condition that it is still the same.

A tag holds a short keyed hash of every field, so that a conflict can be told field by field, and
nobody learns a value from it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from rollcall.api import problems
from rollcall.api.describing import Parameter
from rollcall.api.integrations import Asked
from rollcall.api.problems import ProblemError

#: Field → keyed hash of what it holds.
Version = Mapping[str, bytes]

IF_MATCH: Final = Parameter(
    name="If-Match",
    description="`ETag` of what you have read; `*` to write whatever it is now.",
    example='"ABEiM0RV"',
    place="header",
    schema={"type": "string", "maxLength": 2000},
)
_NAME: Final = 2
_HASH: Final = 4
_ITEM: Final = _NAME + _HASH
_LONGEST: Final = 2000


def etag(version: Version) -> str:
    """Return the tag of a version, quoted."""
    packed = b"".join(sorted(_short(name) + held[:_HASH] for name, held in version.items()))
    return f'"{base64.urlsafe_b64encode(packed).decode().rstrip("=")}"'


def require_version(asked: Asked, version: Version) -> None:
    """Refuse to write what was changed since the caller has read it.

    Call it under the lock under which it is written.

    :param version: as it is now.
    :raises ProblemError: 428 without ``If-Match``, 412 with another tag; ``fields`` says what
        differs, ``etag`` what it is now.
    """
    given = str(asked.http.headers.get("If-Match", "")).strip()
    if not given:
        raise ProblemError(
            problems.PRECONDITION_REQUIRED, "Read it first, and send its ETag as If-Match."
        )
    require_match(given, version)


def require_match(given: str, version: Version) -> None:
    """Refuse a condition that does not hold.

    :raises ProblemError: 412.
    """
    now = etag(version)
    if given == "*" or now in (one.strip() for one in given.split(",")):
        return
    raise ProblemError(
        problems.PRECONDITION_FAILED,
        "Read it again. The member fields says what is different now.",
        headers=(("ETag", now),),
        extra={"fields": differing(given, version), "etag": now},
    )


def differing(given: str, version: Version) -> list[str]:
    """Return the names of what is not as a tag says; all, if it is none of ours."""
    held = dict(_items(given))
    known = [name for name, value in version.items() if held.get(_short(name)) != value[:_HASH]]
    gone = held.keys() - {_short(name) for name in version}
    return sorted(known) + (["removed"] if gone and held else [])


def _items(given: str) -> Iterator[tuple[bytes, bytes]]:
    text = given.strip().strip('"')
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return
    if len(given) > _LONGEST or len(packed) % _ITEM:
        return
    for start in range(0, len(packed), _ITEM):
        yield packed[start : start + _NAME], packed[start + _NAME : start + _ITEM]


def _short(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=_NAME).digest()
