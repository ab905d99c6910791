"""Realistic dirt: what real files and forms hold where a phone, e-mail, day or name should be.

Deterministic by seed. All people, numbers and addresses are invented.
"""

from __future__ import annotations

import datetime as dt
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

GIVEN = ("Ana María", "José", "Zoë", "Mary-Kate", "D'Andre", "Łukasz", "Anh", "Al", "Søren", "Li")
FAMILY = (
    "O'Neil",
    "de la Cruz",
    "Smith-Jones",
    "van der Berg",
    "López",
    "Nguyễn",
    "St. James",
    "Wu",
    "García Ruiz",
)
SUFFIXES = ("", "", "", "", " Jr.", " III", ", Sr")
WHITE_SPACE = ("", "", "", " ", "  ", "\t", "\u00a0", "\n")
INVISIBLE = ("\u202d", "\u202c", "\u200b", "\ufeff", "\x00", "\x1e", "\u00ad", "\u2060")
AREAS = ("415", "510", "916", "800", "555", "246", "876", "983", "523", "900", "204", "011", "199")
PHONE_SHAPES = (
    "{a}{e}{l}",
    "({a}) {e}-{l}",
    "({a}){e}-{l}",
    "{a}.{e}.{l}",
    "{a} {e} {l}",
    "1-{a}-{e}-{l}",
    "1{a}{e}{l}",
    "+1 {a} {e} {l}",
    "+1{a}{e}{l}",
    "+1 ({a}) {e}-{l}",
    "\uff0b1{a}{e}{l}",
    "001 {a} {e} {l}",
    "011 1 {a} {e} {l}",
    "+ 1 {a} {e} {l}",
    "1 1 {a} {e} {l}",
    "{a}-{e}-{l} x12",
    "{a}{e}{l} ext. 7",
    "tel:{a}-{e}-{l}",
    "{a}/{e}-{l}",
    "{a}\u2011{e}\u2011{l}",
    "{e}-{l}",
    "cell {a}{e}{l}",
    "{a}{e}{l} home",
    "{a}{e}{l}/{a}{e}{l}",
    "+44 20 7946 {l}",
    "+52 1 55 {l} {l}",
    "+{a}{e}{l}",
    "1-{a}-FLOWERS",
)
EMAIL_SHAPES = (
    "{n}@example.com",
    "{N}@Example.COM",
    "{n}.{n}@mail.example.org",
    "{n}+shop@gmail.com",
    "{n}..{n}@gmail.com",
    ".{n}@gmail.com",
    "{n}@gmail",
    "{n}@gmail..com",
    "{n}@-bad.com",
    "{n}@xn--bcher-kva.example",
    "{n}@bücher.example",
    "{n}é@example.com",
    '"{n}"@example.com',
    '"{n} {n}"@example.com',
    "{n}@shop.test",
    "{n}@shop.invalid",
    "{n}@127.0.0.1",
    "{n} @gmail.com",
    "{n}@gmail.com, {n}@yahoo.com",
    "{n}@gmail,com",
    "<{n}@gmail.com>",
    "{n}@a--b.com",
    "{n}@ab--cd.com",
    "{n}@example.c0m",
    "{n}@example.com.",
    "{n}%x@example.com",
    "{n}\uff20example.com",
    "none",
    "n/a",
)
DAY_SHAPES = (
    "{y:04}-{m:02}-{d:02}",
    "{y:04}-{m}-{d}",
    "{m:02}/{d:02}/{y:04}",
    "{m}/{d}/{y:04}",
    "{m:02}-{d:02}-{y:04}",
    "{y:04}{m:02}{d:02}",
    "{y:04}-{m:02}-{d:02}T00:00:00Z",
    "{y:04}-{m:02}-{d:02} 23:59:59.999",
    "{y:04}-{m:02}-{d:02}T07:00:00.000-07:00",
    "{m}/{d}/{y:04} 12:00:00 AM",
    "{d:02}/{m:02}/{y:04}",
    "{d}.{m}.{y}",
    "{m:02}/{d:02}",
    "{y:04}/{m:02}/{d:02}",
)


@dataclass(frozen=True, kw_only=True)
class DirtyName:
    """A full name as one system writes it, with its true parts."""

    text: str
    given: str
    middle: str
    family: str


def iter_phones(seed: int, count: int) -> Iterator[str]:
    dice = _dice(seed)
    for _ in range(count):
        area = dice.choice(AREAS) if dice.random() < 0.5 else f"{dice.randrange(1000):03}"
        text = dice.choice(PHONE_SHAPES).format(
            a=area, e=f"{dice.randrange(1000):03}", l=f"{dice.randrange(10000):04}"
        )
        yield _soiled(text, dice)


def iter_emails(seed: int, count: int) -> Iterator[str]:
    dice = _dice(seed)
    for _ in range(count):
        name = "".join(dice.choices(string.ascii_lowercase + string.digits + "_", k=6))
        yield _soiled(dice.choice(EMAIL_SHAPES).format(n=name, N=name.title()), dice)


def iter_days(seed: int, count: int) -> Iterator[str]:
    dice = _dice(seed)
    for _ in range(count):
        text = dice.choice(DAY_SHAPES).format(
            y=dice.randrange(1900, 2030), m=dice.randrange(1, 14), d=dice.randrange(1, 33)
        )
        yield dice.choice(WHITE_SPACE) + text + dice.choice(WHITE_SPACE)


def iter_instants(seed: int, count: int) -> Iterator[tuple[str, dt.datetime]]:
    """Yield spellings with the UTC moment they were written from (whole milliseconds)."""
    dice = _dice(seed)
    start = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    for _ in range(count):
        moment = start + dt.timedelta(milliseconds=dice.randrange(10**12))
        offset = dt.timezone(dt.timedelta(minutes=15 * dice.randrange(-48, 57)))
        local = moment.astimezone(offset).isoformat(dice.choice("T "), "milliseconds")
        yield dice.choice((local, local[:-3] + local[-2:], local[:-6] + " " + local[-6:])), moment


def iter_names(seed: int, count: int) -> Iterator[DirtyName]:
    dice = _dice(seed)
    for _ in range(count):
        given, family = dice.choice(GIVEN), dice.choice(FAMILY)
        middle, suffix = dice.choice(("", "", "Q.", "Lee")), dice.choice(SUFFIXES)
        text = dice.choice(
            (f"{given} {middle} {family}{suffix}", f"{family}, {given} {middle}{suffix}")
        )
        text = dice.choice((text, text, text.upper(), text.lower(), text.replace("'", "\u2019")))
        yield DirtyName(text=_spaced(text, dice), given=given, middle=middle, family=family)


def _dice(seed: int) -> random.Random:
    return random.Random(seed)


def _soiled(text: str, dice: random.Random) -> str:
    """Add white space around, and now and then change, drop or slip in one character."""
    if dice.random() < 0.25:
        at = dice.randrange(len(text) + 1)
        slip = dice.choice((*INVISIBLE, "x", "#", "4", "@", ".", "-", "\u0664", "\uff14", ""))
        text = text[:at] + slip + text[at + dice.randrange(2) :]
    return _spaced(text, dice)


def _spaced(text: str, dice: random.Random) -> str:
    return dice.choice(WHITE_SPACE) + text + dice.choice(WHITE_SPACE)
