"""Records as columns, for engines that read tables."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from rollcall.identity.engines.settings import PLACE
from rollcall.identity.rules.evidence import EVIDENCE_COLUMNS, Evidence, given_forms
from rollcall.identity.rules.keys import family_roots, given_root
from rollcall.identity.rules.levels import licence_shape
from rollcall.identity.rules.pet_names import pet_stem

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH: Final = 50_000


def record_batches(records: Sequence[Evidence]) -> Iterator[pa.Table]:
    """Evidence as Arrow tables of some rows, with what the SQL conditions need besides."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only engines need

    rows = iter(records)
    start = 0
    while batch := list(islice(rows, _BATCH)):
        columns: dict[str, Any] = {PLACE: pa.array(range(start, start + len(batch)), pa.int64())}
        for name in EVIDENCE_COLUMNS:
            columns[name] = pa.array([getattr(evidence, name) for evidence in batch], pa.string())
        for name, values in _derived(batch).items():
            columns[name] = pa.array(values, pa.string())
        yield pa.table(columns)
        start += len(batch)


def _derived(batch: Sequence[Evidence]) -> dict[str, list[str | None]]:
    given = [_given_columns(evidence.given) for evidence in batch]
    family = [_family_columns(evidence.family_parts) for evidence in batch]
    return {
        "first": [columns[0] for columns in given],
        "forms": [columns[1] for columns in given],
        "given_root": [columns[2] for columns in given],
        "stem": [columns[3] for columns in given],
        "family_root": [columns[0] for columns in family],
        "second_root": [columns[1] for columns in family],
        "licence_shape": [
            licence_shape(evidence.licence) if evidence.licence else None for evidence in batch
        ],
    }


@functools.lru_cache(maxsize=1 << 16)
def _given_columns(given: str | None) -> tuple[str | None, str | None, str | None, str | None]:
    """First word, its other forms with a space around each, the word for all, its stem if pet."""
    if given is None:
        return None, None, None, None
    forms = "".join(f"{form} " for form in sorted(given_forms(given)))
    first = given.partition(" ")[0]
    return first, f" {forms}" if forms else "", given_root(given), pet_stem(first)


@functools.lru_cache(maxsize=1 << 17)
def _family_columns(parts: str | None) -> tuple[str | None, str | None]:
    roots = family_roots(parts) if parts else ()
    first = roots[0] if roots else None
    second = roots[1] if len(roots) > 1 and roots[1] != first else None
    return first, second
