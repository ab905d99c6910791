"""Reading YAML from a hand that may slip, or that means harm.

Only the plain part of YAML is taken: mappings, lists, text, numbers, ``true`` and ``false``,
``null``, and a few anchors. What looks like a date, ``no`` or ``0123`` stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import yaml

from rollcall.provisioning.rules.errors import ProvisioningError

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 30
MAX_ALIASES: Final = 50
#: Nodes after all aliases are written out.
MAX_NODES: Final = 100_000


class _Marked(Protocol):
    """A place in the text; lines count from 0."""

    line: int


class _PlainLoader(yaml.SafeLoader):
    """SafeLoader that reads only unmistakable words as something other than text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|false|False", "tTfF"),
    ("null", r"~|null|Null|", ["~", "n", "N", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}", "-0123456789"),
    ("merge", r"<<", "<"),
):
    _PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def read_documents(content: bytes) -> list[object]:
    """Decode all documents of a file; empty ones (``---`` at the end) are left out.

    :raises ProvisioningError: one line that says what is wrong and in which line.
    """
    text = _decode(content)
    try:
        _refuse_floods(text)
        return [
            document for node in _checked_nodes(text) if (document := _construct(node)) is not None
        ]
    except yaml.MarkedYAMLError as error:
        raise ProvisioningError([_describe(error)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ProvisioningError(
            [f"line {line}: the character U+{int(error.character):04X} may not stand in YAML"]
        ) from None


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise ProvisioningError([f"the file is larger than {MAX_BYTES:,} bytes"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProvisioningError([f"line {line}: the file is not UTF-8 text"]) from None


def _refuse_floods(text: str) -> None:
    """Look at the bare events first: they cost little, whatever the file pretends to be."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > MAX_DEPTH:
            raise _at(event.start_mark, f"nested more than {MAX_DEPTH} levels deep")
        if aliases > MAX_ALIASES:
            raise _at(event.start_mark, f"more than {MAX_ALIASES} aliases (*name)")
        if getattr(event, "tag", None) not in (None, "!"):
            raise _at(event.start_mark, "tags (!…) are not read here; write the plain value")


def _checked_nodes(text: str) -> Iterator[yaml.Node]:
    for node in yaml.compose_all(text, Loader=_PlainLoader):
        if node is not None:
            _measure(node, {})
            yield node


@dataclass(frozen=True, slots=True)
class _Extent:
    """How large a node is with its aliases written out; no size while it is being measured."""

    nodes: int = 0
    levels: int = 0


def _measure(node: yaml.Node, known: dict[int, _Extent]) -> _Extent:
    """Refuse what aliases blow up, circles and repeated keys.

    Anchors stand before their aliases, so this never goes deeper than the text itself.
    """
    if id(node) in known:
        if not known[id(node)].nodes:
            raise _at(node.start_mark, "this anchor contains itself")
        return known[id(node)]
    known[id(node)] = _Extent()
    below = [_measure(one, known) for one in _children(node)]
    extent = _Extent(
        nodes=1 + sum(one.nodes for one in below),
        levels=1 + max((one.levels for one in below), default=0),
    )
    if extent.nodes > MAX_NODES or extent.levels > MAX_DEPTH + 1:
        raise _at(node.start_mark, "the file is too large once its aliases are written out")
    known[id(node)] = extent
    return extent


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        _refuse_repeated_keys(node)
        return [one for pair in node.value for one in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _refuse_repeated_keys(node: yaml.MappingNode) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _at(key.start_mark, "a key has to be text")
        if key.value in seen:
            raise _at(
                key.start_mark,
                f"{key.value[:60]!r} stands here again, first in line {seen[key.value]}",
            )
        seen[key.value] = line


def _construct(node: yaml.Node) -> object:
    loader = _PlainLoader("")
    try:
        constructed: object = loader.construct_document(node)
        return constructed
    finally:
        loader.dispose()


def _at(mark: _Marked | None, problem: str) -> ProvisioningError:
    return ProvisioningError([f"line {mark.line + 1}: {problem}" if mark else problem])


def _describe(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "this is not YAML"
    if "'\\t'" in problem:
        problem = "a tab; indent with spaces"
    return f"line {mark.line + 1}: {problem}" if mark else problem
