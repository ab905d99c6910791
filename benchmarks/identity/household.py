"""Customers from another source than ours: pseudopeople's simulated families, with contact data.

    python -m identity.household people.csv [--seed 1]     (in benchmarks/)

Names, families, twins, addresses, dates of birth and their mistakes are pseudopeople's (its census,
drawn anew with other mistakes for every record of a person, nicknames and slips more often than its
default, as at a counter). Added here are phones and e-mail addresses, of which some are shared at
home, licences, and what is left out. Its one town gets invented cities and zip codes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from identity.generator import write
from identity.public import Row, census_row, in_columns, register

#: Drawings of the census; a person is a customer in each with a chance of its own.
_DRAWINGS: Final = (0.85, 0.55, 0.35, 0.25)
#: Chance of a mistake in a cell. Counters are louder and faster than a census.
_CONFIG: Final = {
    "decennial_census": {
        "column_noise": {
            "first_name": {
                "use_nickname": {"cell_probability": 0.12},
                "make_typos": {"cell_probability": 0.02},
                "make_phonetic_errors": {"cell_probability": 0.01},
            },
            "last_name": {"make_typos": {"cell_probability": 0.02}},
            "date_of_birth": {
                "swap_month_and_day": {"cell_probability": 0.006},
                "write_wrong_digits": {"cell_probability": 0.01},
            },
        },
        "row_noise": {"omit_row": {"row_probability": 0.0}},
    }
}
#: Families with one number for several; who of them gives it, and how often.
_SHARED_PHONE: Final = 0.25
_SHARED_EMAIL: Final = 0.12
_GIVES_SHARED: Final = 0.4
#: People whose number or address changed between the first and the last drawing.
_CHANGED: Final = 0.2
#: Shares of records with each field.
_FILLED: Final = {
    "phone": 0.88, "email": 0.52, "licence": 0.42, "born_on": 0.8, "street": 0.45,
}  # fmt: skip
#: Records with a middle initial, as scanners write it behind the given name.
_MIDDLE: Final = 0.2
#: Dormitories and barracks are no families: nobody shares a phone there.
_LARGEST_FAMILY: Final = 12
_HOSTS: Final = ("gmail.com", "gmail.com", "gmail.com", "yahoo.com", "icloud.com", "outlook.com")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.file, in_columns(make_records(options.seed), seed=options.seed))


def make_records(seed: int) -> Iterator[Row]:
    """About 15,000 records of 7,000 adults."""
    rng = random.Random(f"household {seed}")
    contacts: dict[str, _Contact] = {}
    for number, chance in enumerate(_DRAWINGS):
        frame = register("decennial_census", year=2020, seed=seed * 100 + number, config=_CONFIG)
        sizes = frame["household_id"].value_counts().to_dict()
        for row in frame.to_dict("records"):
            who, home = row["simulant_id"], row["household_id"]
            if who not in contacts:
                shares = sizes[home] <= _LARGEST_FAMILY
                contacts[who] = _Contact(rng, home if shares else who, row, seed=seed)
            if contacts[who].is_adult and rng.random() < chance:
                yield contacts[who].record(rng, row, late=number / len(_DRAWINGS))


class _Contact:
    """How one person can be reached; what a family shares follows from its id alone."""

    def __init__(self, rng: random.Random, home: str, row: Mapping[str, str], *, seed: int) -> None:
        family = random.Random(f"{seed} {home}")
        self.is_adult = row["age"].isdigit() and int(row["age"]) >= 21
        self._city = f"{family.choice(('Cedar', 'Elm', 'Fox', 'Harbor'))} {family.choice(_CITIES)}"
        self._zip = f"98{family.randrange(60):03d}"
        self._shared_phone = _phone(family) if family.random() < _SHARED_PHONE else ""
        self._shared_email = (
            f"family{family.randrange(10**7)}@{family.choice(_HOSTS)}"
            if family.random() < _SHARED_EMAIL
            else ""
        )
        self._phones = _changing(rng, [_phone(rng) for _ in range(2)])
        self._emails = _changing(rng, [_email(rng, row) for _ in range(2)])
        self._licence = f"WDL{rng.randrange(10**9):09d}"

    def record(self, rng: random.Random, row: Mapping[str, str], *, late: float) -> Row:
        """A record made early (0) or late (1)."""
        made = {
            **census_row(row),
            "city": self._city,
            "zip": self._zip if row["zipcode"] else "",
            "phone": self._phones[late >= 0.5],
            "email": self._emails[late >= 0.5],
            "licence": self._licence,
            "licence_state": "WA",
        }
        if row["middle_initial"] and rng.random() < _MIDDLE:
            made["given_name"] = f"{row['first_name']} {row['middle_initial']}"
        if self._shared_phone and rng.random() < _GIVES_SHARED:
            made["phone"] = self._shared_phone
        if self._shared_email and rng.random() < _GIVES_SHARED:
            made["email"] = self._shared_email
        for field, share in _FILLED.items():
            if rng.random() > share:
                made |= dict.fromkeys(_TOGETHER.get(field, (field,)), "")
        return made


_CITIES: Final = ("Falls", "Grove", "Landing", "Point", "Ridge")
_TOGETHER: Final[Mapping[str, Sequence[str]]] = {
    "licence": ("licence", "licence_state"),
    "street": ("street", "city", "state", "zip"),
}


def _phone(rng: random.Random) -> str:
    return (
        f"{rng.choice((206, 253, 360, 425, 509))}{rng.randint(212, 989)}{rng.randrange(10**4):04d}"
    )


def _email(rng: random.Random, row: Mapping[str, str]) -> str:
    first, last = row["first_name"].lower(), row["last_name"].lower().replace(" ", "")
    name = rng.choice((f"{first}.{last}", f"{first[:1]}{last}", f"{first}{last[:1]}", last + first))
    return f"{name}{rng.randrange(1000)}@{rng.choice(_HOSTS)}".replace(" ", "")


def _changing(rng: random.Random, values: list[str]) -> list[str]:
    return values if rng.random() < _CHANGED else [values[0], values[0]]


if __name__ == "__main__":
    main()
