"""Taking over what a store sells from a table: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rollcall.kit.scope import Scope
from rollcall.orders.operations.catalogue import SavedProduct, save_products
from rollcall.orders.rules.product_tables import LONGEST_LINE, TableUnreadableError, read_table
from rollcall.stores.models import Store

#: Bytes of a file.
LARGEST: Final = 50_000_000


def import_products(scope: Scope, store: Store, path: Path) -> list[SavedProduct]:
    """Read a file to its end, then save what it says in one transaction.

    :param path: CSV in UTF-8; read line by line.
    :raises TableUnreadableError: what is wrong, by line and column; nothing was stored.
    :raises OSError: the file cannot be read.
    """
    if path.stat().st_size > LARGEST:
        raise TableUnreadableError([f"the file is larger than {LARGEST:,} bytes"])
    with path.open("rb") as file:
        products = read_table(_lines(iter(lambda: file.readline(LONGEST_LINE + 1), b"")))
    return save_products(scope, store, products)


def _lines(raw: Iterator[bytes]) -> Iterator[str]:
    # Decoded one by one, so that a wrong letter is told with its line.
    for line in raw:
        yield line.decode("utf-8")
