"""Reads records from a CSV file whose columns are those of a people file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rollcall.identity.rules.evidence import Evidence, evidence_of
from rollcall.kit.fields import FIELDS

TRUTH: Final = "person_id"

_MAX_BYTES: Final = 2 * 1024**3
_MAX_CELL: Final = 100_000


class RecordsFileError(ValueError):
    """The file cannot be used; the message is one line for the person who named it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileOfRecords:
    """All records of a file.

    :param truth: whose each record is, as the file says; empty if nobody asked.
    """

    records: Sequence[Evidence]
    truth: Sequence[str]


def read_records(path: Path, *, labelled: bool) -> FileOfRecords:
    """Read a UTF-8 CSV file whose first line names canonical fields (``rollcall.kit.fields``).

    Unknown columns are ignored, missing ones are empty; any value will do. Empty lines are skipped.

    :param labelled: whether each row must say in ``person_id`` whose it is.
    :raises RecordsFileError: no such file, larger than 2 GB, not UTF-8, not CSV, no row, no column
        of ours, a column named twice, a cell of more than 100,000 characters, more cells than
        columns; if labelled, no column ``person_id`` or a row without one.
    """
    records: list[Evidence] = []
    truth: list[str] = []
    for person, cells in _rows(path, labelled=labelled):
        records.append(evidence_of(cells))
        if labelled:
            truth.append(person)
    if not records:
        raise RecordsFileError(f"{path}: no rows")
    return FileOfRecords(records=records, truth=truth)


def _rows(path: Path, *, labelled: bool) -> Iterator[tuple[str, Mapping[str, str]]]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RecordsFileError(f"{path}: larger than 2 GB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _parsed(path, file, labelled=labelled)
    except UnicodeDecodeError:
        raise RecordsFileError(f"{path}: not UTF-8") from None
    except OSError as error:
        raise RecordsFileError(f"{path}: {error.strerror or 'cannot be read'}") from None


def _parsed(
    path: Path, lines: Iterator[str], *, labelled: bool
) -> Iterator[tuple[str, Mapping[str, str]]]:
    previous_limit = csv.field_size_limit(_MAX_CELL)
    rows = csv.reader(lines, strict=True)
    try:
        columns = _columns(path, next(rows, []), labelled=labelled)
        for cells in rows:
            if not cells:
                continue
            if len(cells) > len(columns):
                raise RecordsFileError(f"{path}: line {rows.line_num}: more cells than columns")
            values = dict(zip(columns, cells, strict=False))
            person = values.get(TRUTH, "").strip()
            if labelled and not person:
                raise RecordsFileError(f"{path}: line {rows.line_num}: {TRUTH} is empty")
            yield person, values
    except csv.Error as error:
        raise RecordsFileError(f"{path}: line {rows.line_num}: {error}") from None
    finally:
        csv.field_size_limit(previous_limit)


def _columns(path: Path, header: Sequence[str], *, labelled: bool) -> Sequence[str]:
    columns = [name.strip().lower() for name in header]
    if not columns:
        raise RecordsFileError(f"{path}: empty")
    if labelled and TRUTH not in columns:
        raise RecordsFileError(f"{path}: line 1: no column {TRUTH}")
    known = [name for name in columns if name in FIELDS or name == TRUTH]
    if not set(known) - {TRUTH}:
        raise RecordsFileError(f"{path}: line 1: no column of a record (given_name, phone, ...)")
    doubled = sorted({name for name in known if known.count(name) > 1})
    if doubled:
        raise RecordsFileError(f"{path}: line 1: column {doubled[0]} is named twice")
    return columns
