"""Milliseconds of the search box, by what is typed, at several sizes.

    python benchmarks/search.py [--rows 10000 100000] [--searches 200]

Measured is ``customers.queries.search`` with opening, comparing and ranking what was found, and
with reading what is shown of eight people, without HTTP and the audit entry. Beside it stands
one look-up of one value by an index, which is the least that a round trip to the database takes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rig import CONNECTION, folder, hub, machine, say, simulator, summarise
from rollcall.testing.installation import Installation

Person = Mapping[str, str]
Ask = Callable[[str], int]
#: People shown at once, as on the page.
_SHOWN: Final = 8
#: p50, p95, p99, people found on average.
Figures = tuple[float, float, float, float]
_MIX: Final = "all of them, evenly"
_FLOOR: Final = "floor: one indexed look-up"


def main() -> None:
    options = _options()
    if options.within is not None:
        people = _people(options.state, options.searches)
        os.environ.update(Installation(data=options.within).environment())
        print(json.dumps(_time_all(people)))
        return
    if options.one:
        print(json.dumps(_measure(options.one, options.searches)))
        return
    print(f"search: milliseconds, {options.searches} searches of each kind; {machine()}")
    for rows in options.rows:
        # Django's settings can be read once in a process, and each size has its own database.
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(rows), "--searches", str(options.searches)],
            check=True,
            stdout=subprocess.PIPE,
        )
        print(f"  {rows:,} customers {'p50':>24} {'p95':>8} {'p99':>8}   people found")
        for name, (middle, high, highest, found) in json.loads(
            done.stdout.splitlines()[-1]
        ).items():
            print(f"    {name:<28} {middle:8.2f} {high:8.2f} {highest:8.2f}   {found:6.1f}")
            label = f"{name}, {rows:,} customers, ms p50 / p95 / p99".replace(" ", "_")
            summarise(**{label: f"{middle:.2f} / {high:.2f} / {highest:.2f}"})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    # In an installation that somebody else has filled from that simulator; for ``growth.py``.
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(rows: int, searches: int) -> dict[str, Figures]:
    with folder() as where, simulator(where, people=rows) as pos, hub(where / "hub", pos) as made:
        made.sync()
        with made.open_database() as database:
            database.autocommit = True
            database.execute("vacuum analyze")
        people = _people(pos.state, searches)
        say(f"  {rows:,} customers are here")
        os.environ.update(made.installation.environment())
        return _time_all(people)


def _people(state: Path, count: int) -> list[Person]:
    """The truth of some customers who have everything that is searched for, and their POS ids."""
    wanted = ("phone", "email", "given_name", "family_name", "born_on")
    with contextlib.closing(sqlite3.connect(state)) as db:
        truths = [
            {**json.loads(truth), "pos_id": pos_id}
            for pos_id, truth in db.execute("select pos_id, truth from customers")
        ]
    whole = [truth for truth in truths if all(truth.get(name) for name in wanted)]
    return random.Random(1).sample(whole, min(count, len(whole)))


def _time_all(people: Sequence[Person]) -> dict[str, Figures]:
    search, look_up, tokens = _asks()
    usual, rare = tokens
    rng = random.Random(2)
    times: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for name, texts in _kinds(people, usual=usual, rare=rare, rng=rng).items():
        times[name], found[name] = _timed(search, texts)
    every = [one for measured in times.values() for one in measured]
    floor, floor_found = _timed(look_up, [person["phone"] for person in people])
    count = len(people)
    return {
        **{name: _figures(times[name], found[name] / count) for name in times},
        _MIX: _figures(every, sum(found.values()) / len(every)),
        _FLOOR: _figures(floor, floor_found / count),
    }


def _asks() -> tuple[Ask, Ask, tuple[list[str], list[str]]]:
    from rollcall.config.cli.django_setup import start_django  # noqa: PLC0415  # reads the environment

    start_django()
    from django.db import connection  # noqa: PLC0415  # needs Django

    from rollcall.config.cli.sync import find  # noqa: PLC0415
    from rollcall.customers.queries.search import search  # noqa: PLC0415
    from rollcall.kit.clock import utc_now  # noqa: PLC0415
    from rollcall.kit.normalise.phone import phone_e164  # noqa: PLC0415
    from rollcall.stores.queries import get_keys  # noqa: PLC0415

    scope, _ = find(CONNECTION)
    today = utc_now().date()
    keys = get_keys(scope)

    def ask(text: str) -> int:
        return len(search(scope, text, today=today, limit=_SHOWN).hits)

    def look_up(phone: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "select id from customers_posrecord where phone_key = %s limit 1",
                [keys.blind("phone", phone_e164(phone) or phone)],
            )
            return len(cursor.fetchall())

    with connection.cursor() as cursor:
        cursor.execute(
            "select token from customers_nametoken join customers_recordname"
            " on token_id = id where length(token) > 2 group by token order by count(*) desc, token"
        )
        words = [row[0] for row in cursor.fetchall()]
    return ask, look_up, (words[:40], words[-400:])


def _kinds(
    people: Sequence[Person], *, usual: list[str], rare: list[str], rng: random.Random
) -> dict[str, list[str]]:
    """What is typed, by kind: a text for each person."""

    def of(make: Callable[[str, str, Person], str]) -> list[str]:
        return [make(one["given_name"].lower(), one["family_name"].lower(), one) for one in people]

    return {
        "given and family name": of(lambda given, family, _: f"{given} {family}"),
        "family, given name": of(lambda given, family, _: f"{family}, {given}"),
        "family name": of(lambda _given, family, _: family),
        "usual single word": of(lambda *_: rng.choice(usual)),
        "two usual words": of(lambda *_: " ".join(rng.sample(usual, 2))),
        "rare word": of(lambda *_: rng.choice(rare)),
        "first letters of one": of(lambda given, _family, _: given[:3]),
        "two letters of both": of(lambda given, family, _: f"{given[:2]} {family[:2]}"),
        "three letters of both": of(lambda given, family, _: f"{given[:3]} {family[:3]}"),
        "initial and family name": of(lambda given, family, _: f"{given[0]} {family}"),
        "given name and initial": of(lambda given, family, _: f"{given} {family[0]}"),
        "slip in the family name": of(lambda given, family, _: f"{given} {_slip(rng, family)}"),
        "slips in both": of(lambda given, family, _: f"{_slip(rng, given)} {_slip(rng, family)}"),
        "slip in a single word": of(lambda _given, family, _: _slip(rng, family)),
        "nickname and family name": of(lambda given, family, _: f"{_nickname(given)} {family}"),
        "nobody": of(lambda *_: "qwzx vkjq"),
        "two who never met": of(lambda given, _family, _: f"{given} {rng.choice(rare)}"),
        "two initials": of(lambda given, family, _: f"{given[0]} {family[0]}"),
        "phone": of(lambda _given, _family, one: one["phone"]),
        "last four digits": of(lambda _given, _family, one: one["phone"][-4:]),
        "last seven digits": of(lambda _given, _family, one: one["phone"][-7:]),
        "e-mail": of(lambda _given, _family, one: one["email"]),
        "birth date": of(lambda _given, _family, one: one["born_on"]),
        "POS id": of(lambda _given, _family, one: str(one["pos_id"])),
        "given name and last four": of(lambda given, _f, one: f"{given} {one['phone'][-4:]}"),
        "family name and birth date": of(lambda _g, family, one: f"{family} {one['born_on']}"),
        "given name and e-mail": of(lambda given, _f, one: f"{given} {one['email']}"),
        "name and wrong birth date": of(lambda given, family, _: f"{given} {family} 1930-01-01"),
    }


def _slip(rng: random.Random, text: str) -> str:
    """Two neighbouring letters swapped, somewhere inside."""
    if len(text) < 5:
        return text
    at = rng.randrange(1, len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _nickname(given: str) -> str:
    from rollcall.kit.normalise.nicknames import nicknames_of  # noqa: PLC0415

    return min(nicknames_of(given), default=given)


def _timed(ask: Ask, texts: Sequence[str]) -> tuple[list[float], int]:
    ask(texts[0])
    times = []
    found = 0
    for text in texts:
        began = time.perf_counter()
        found += ask(text)
        times.append((time.perf_counter() - began) * 1000)
    return times, found


def _figures(times: Sequence[float], found: float) -> Figures:
    cuts = statistics.quantiles(times, n=100)
    return statistics.median(times), cuts[94], cuts[98], found


if __name__ == "__main__":
    main()
