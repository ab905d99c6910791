"""What a shop sells as a table (CSV): read row by row, with everything that is wrong by its place.

One row is one price: ``sku, name, value_id, value_name, value`` and perhaps ``active``. Rows of one
sku are one product, wherever they stand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rollcall.orders.rules.products import ProductInvalidError, ProductSaid, read_product

NEEDED: Final = ("sku", "name", "value_id", "value_name", "value")
KNOWN: Final = (*NEEDED, "active")
MOST_ROWS: Final = 100_000
#: Characters of one line, and problems that are told.
LONGEST_LINE: Final = 10_000
MOST_PROBLEMS: Final = 100
#: A cell that begins so is a formula to a spreadsheet that opens it later.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
_FLAGS: Final[Mapping[str, bool | None]] = {
    "": None, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False,
}  # fmt: skip
#: Member of a product → the column that says it.
_COLUMN_OF: Final = {"id": "value_id", "name": "value_name", "value": "value"}


class TableUnreadableError(ValueError):
    """Rows cannot be used; ``problems`` says which line and column, and how. Nothing is stored."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(kw_only=True)
class _Product:
    """What was said of a sku so far, and in which lines."""

    first_line: int
    name: str
    active: str
    values: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read_table(lines: Iterable[str]) -> list[ProductSaid]:
    """Read a table, its names of columns first.

    :param lines: as they stand in the file; read once, and no further than the limits.
    :raises TableUnreadableError: everything that is wrong, up to a hundred places.
    """
    return _Table().read(lines)


class _Table:
    def __init__(self) -> None:
        self._problems: list[str] = []
        self._products: dict[str, _Product] = {}

    def read(self, lines: Iterable[str]) -> list[ProductSaid]:
        reader = csv.reader(_short(lines), strict=True)
        try:
            columns = self._columns(next(reader, []))
            for number, cells in enumerate(reader, start=1):
                if number > MOST_ROWS:
                    self._stop(f"line {reader.line_num}: more than {MOST_ROWS:,} rows")
                if cells:
                    self._take(reader.line_num, columns, cells)
        except (csv.Error, UnicodeDecodeError) as error:
            place = f"line {reader.line_num + 1}"
            words = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is no CSV"
            self._stop(f"{place}: {words}")
        products = [self._checked(sku, one) for sku, one in self._products.items()]
        if self._problems:
            raise TableUnreadableError(self._problems)
        return [one for one in products if one is not None]

    def _columns(self, header: Sequence[str]) -> Sequence[str]:
        names = [name.strip().lower().removeprefix("\ufeff") for name in header]
        missing = [name for name in NEEDED if name not in names]
        unknown = [place for place, name in enumerate(names, start=1) if name not in KNOWN]
        problems = [f"line 1: the column {name} is missing" for name in missing]
        problems += [f"line 1, column {place}: is none of {', '.join(KNOWN)}" for place in unknown]
        problems += [f"line 1: {name} stands there twice" for name in _twice(names)]
        if problems:
            raise TableUnreadableError(problems[:MOST_PROBLEMS])
        return names

    def _take(self, line: int, columns: Sequence[str], cells: Sequence[str]) -> None:
        if len(cells) != len(columns):
            self._wrong(f"line {line}: has {len(cells)} cells, not {len(columns)}")
            return
        row = {name: cell.strip(" ") for name, cell in zip(columns, cells, strict=True)}
        formulas = [name for name, cell in row.items() if cell.startswith(_FORMULAS)]
        for name in formulas:
            self._wrong(f"line {line}, column {name}: begins like a formula of a spreadsheet")
        if not row["sku"]:
            self._wrong(f"line {line}, column sku: can't be blank")
        elif not formulas:
            self._join(line, row)

    def _join(self, line: int, row: Mapping[str, str]) -> None:
        active = row.get("active", "").lower()
        product = self._products.setdefault(
            row["sku"], _Product(first_line=line, name=row["name"], active=active)
        )
        if active not in _FLAGS:
            self._wrong(f"line {line}, column active: is neither true nor false")
        elif (row["name"], active) != (product.name, product.active):
            column = "name" if row["name"] != product.name else "active"
            words = f"is not as in line {product.first_line}, which has the same sku"
            self._wrong(f"line {line}, column {column}: {words}")
        else:
            product.values.append(
                {"id": row["value_id"], "name": row["value_name"], "value": row["value"]}
            )
            product.lines.append(line)

    def _checked(self, sku: str, one: _Product) -> ProductSaid | None:
        said: dict[str, Any] = {
            "sku": sku,
            "name": one.name,
            "values": one.values,
            "active": _FLAGS.get(one.active),
        }
        try:
            return read_product(said)
        except ProductInvalidError as error:
            for member, words in error.errors.items():
                for text in words:
                    self._wrong(f"{_place(member, one)}: {text}")
            return None

    def _wrong(self, problem: str) -> None:
        self._problems.append(problem)
        if len(self._problems) >= MOST_PROBLEMS:
            self._stop("and perhaps more; these are told first")

    def _stop(self, problem: str) -> None:
        raise TableUnreadableError([*self._problems, problem])


def _place(member: str, product: _Product) -> str:
    """``values.1.value`` as ``line 7, column value``."""
    first, _, rest = member.partition(".")
    number, _, name = rest.partition(".")
    if first != "values" or not number:
        column = "value_id" if first == "values" else first
        return f"line {product.first_line}, column {column}"
    return f"line {product.lines[int(number)]}, column {_COLUMN_OF.get(name, 'value')}"


def _short(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise csv.Error
        yield line


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if name in KNOWN and names.count(name) > 1})
