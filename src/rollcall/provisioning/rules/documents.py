"""From bytes to checked documents, with every problem named by its place in the file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from rollcall.provisioning.rules import file
from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.provisioning.rules.yaml_text import read_documents

_PARTS: Final[tuple[type[BaseModel], ...]] = (
    file.Document,
    file.RetailerPart,
    file.StorePart,
    file.KioskPart,
    file.UserPart,
    file.ConnectionPart,
    file.KeySource,
)
KNOWN_NAMES: Final = frozenset(name for part in _PARTS for name in part.model_fields)
_MESSAGES: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "string_type": "has to be text (put it in quotes)",
    "bool_type": "has to be true or false",
    "list_type": "has to be a list",
    "dict_type": "has to be a mapping of names to values",
    "model_type": "has to be a mapping of names to values",
    "literal_error": "has to be true",
    "too_long": "has too many entries",
    "too_short": "has to have at least one entry",
    "int_parsing": "has to be a whole number",
    "int_type": "has to be a whole number",
    "bool_parsing": "has to be true or false",
}


def parse_documents(content: bytes) -> list[file.Document]:
    """Read a file; everything that can be checked without a database has been.

    :raises ProvisioningError: one line per problem, for all documents at once.
    """
    raw = read_documents(content)
    if not raw:
        raise ProvisioningError(["the file is empty"])
    documents, problems = [], []
    for number, one in enumerate(raw, start=1):
        try:
            documents.append(file.Document.model_validate(one))
        except ValidationError as error:
            problems += prefixed(describe(error), number, of=len(raw))
    problems += prefixed_repeats([document.retailer.slug for document in documents])
    if problems:
        raise ProvisioningError(problems)
    return documents


def prefixed(problems: Iterable[str], number: int, *, of: int) -> list[str]:
    """Say which document a problem is in, where there are several."""
    return [f"document {number}: {one}" if of > 1 else one for one in problems]


def prefixed_repeats(slugs: Sequence[str]) -> list[str]:
    """Problems of retailers that have two documents."""
    return [
        f'document {number}: retailer.slug: "{slug}" has document {slugs.index(slug) + 1} already'
        for number, slug in enumerate(slugs, start=1)
        if slugs.index(slug) + 1 < number
    ]


def describe(
    error: ValidationError, *, at: Sequence[int | str] = (), known: Iterable[str] = KNOWN_NAMES
) -> Iterator[str]:
    """Turn pydantic's findings into lines such as ``stores[1].time_zone: is missing``.

    Values are never repeated, but for the few that our own messages quote on purpose.

    :param at: where in the file the checked value stands.
    :param known: names to suggest for a misspelt one.
    """
    for one in error.errors(include_url=False, include_input=False):
        place = join_path([*at, *one["loc"]])
        yield f"{place}: {_message(one, known)}" if place else _message(one, known)


def join_path(location: Iterable[int | str]) -> str:
    """``("stores", 1, "slug")`` as ``stores[1].slug``."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path


def _message(error: Mapping[str, Any], known: Iterable[str]) -> str:
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), list(known), n=1)
        return "is not known here" + (f"; did you mean {near[0]}?" if near else "")
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    said = _MESSAGES.get(error["type"]) or str(error["msg"])
    return said[:1].lower() + said[1:]
