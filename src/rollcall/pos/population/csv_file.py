"""Reads people from a CSV file, so that a simulator can serve a population made elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rollcall.pos.population.people import PEOPLE_COLUMNS, Person

_MAX_BYTES: Final = 2 * 1024**3
_MAX_CELL: Final = 100_000


class PeopleFileError(ValueError):
    """The file cannot be used; the message is one line for the person who named it."""


def read_people_csv(path: Path) -> Iterator[Person]:
    """Stream the people of a UTF-8 CSV file whose first line names columns of ``Person``.

    Unknown columns are ignored, missing ones are empty; values are taken as they are.

    :raises PeopleFileError: no such file, too large, not UTF-8, not CSV, no ``person_id`` column, a
        column named twice, a row without ``person_id`` or with more cells than the header.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PeopleFileError(f"{path}: larger than 2 GB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _people(path, file)
    except UnicodeDecodeError as error:
        raise PeopleFileError(f"{path}: not UTF-8 (byte {error.start} of a block)") from None
    except OSError as error:
        raise PeopleFileError(f"{path}: {error.strerror or 'cannot be read'}") from None


def _people(path: Path, lines: Iterator[str]) -> Iterator[Person]:
    previous_limit = csv.field_size_limit(_MAX_CELL)
    rows = csv.reader(lines, strict=True)
    try:
        columns = _columns(path, next(rows, []))
        for cells in rows:
            if cells:
                yield _person(path, rows.line_num, columns, cells)
    except csv.Error as error:
        raise PeopleFileError(f"{path}: line {rows.line_num}: {error}") from None
    finally:
        csv.field_size_limit(previous_limit)


def _columns(path: Path, header: Sequence[str]) -> Sequence[str]:
    columns = [name.strip().lower() for name in header]
    if "person_id" not in columns:
        raise PeopleFileError(f"{path}: line 1: no column person_id")
    doubled = sorted(
        {name for name in columns if name in PEOPLE_COLUMNS and columns.count(name) > 1}
    )
    if doubled:
        raise PeopleFileError(f"{path}: line 1: column {doubled[0]} is named twice")
    return columns


def _person(path: Path, line: int, columns: Sequence[str], cells: Sequence[str]) -> Person:
    if len(cells) > len(columns):
        raise PeopleFileError(f"{path}: line {line}: more cells than columns")
    values = {
        name: cell.strip()
        for name, cell in zip(columns, cells, strict=False)
        if name in PEOPLE_COLUMNS
    }
    if not values.get("person_id"):
        raise PeopleFileError(f"{path}: line {line}: person_id is empty")
    return Person(**values)
