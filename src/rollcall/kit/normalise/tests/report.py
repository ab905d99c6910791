"""How often each normaliser differs from its judge on generated dirt.

``python -m rollcall.kit.normalise.tests.report``
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from rollcall.kit.normalise.dates import day, parse_instant
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.names import fold_name, split_full_name
from rollcall.kit.normalise.phone import phone_e164
from rollcall.kit.normalise.tests import dirt, judges

PACIFIC = ZoneInfo("America/Los_Angeles")

#: Where dateutil guesses on purpose and we refuse: month over 12 (it takes the text as day first),
#: dots, and a day without a year (it takes today's).
_GUESSED = re.compile(r"\s*(?:(?:1[3-9]|[23]\d)[-/]\d+[-/]\d{4}.*|\d+\.\d+\.\d+|\d\d/\d\d)\s*")
_GUESSED_ISO = re.compile(r"\s*\d{4}[-/](?:1[3-9])[-/].*")


@dataclass(kw_only=True)
class Tally:
    """What came out of one comparison.

    :param accepted: texts that have a normal form.
    :param differing: the texts about which the two sides do not agree.
    """

    label: str
    seen: int = 0
    accepted: int = 0
    differing: list[str] = field(default_factory=list)

    def add(self, text: str, ours: object, theirs: object) -> None:
        self.seen += 1
        self.accepted += ours is not None
        if ours != theirs:
            self.differing.append(text)

    @property
    def rate(self) -> float:
        return len(self.differing) / self.seen


def phones(texts: Iterable[str]) -> Tally:
    tally = Tally(label="phone")
    for text in texts:
        tally.add(text, phone_e164(text), judges.library_phone(text))
    return tally


def emails(texts: Iterable[str]) -> Tally:
    tally = Tally(label="email")
    for text in texts:
        tally.add(text, email_normal(text), judges.library_email(text))
    return tally


def days(texts: Iterable[str]) -> Tally:
    tally = Tally(label="day")
    for text in texts:
        if not (_GUESSED.fullmatch(text) or _GUESSED_ISO.fullmatch(text)):
            tally.add(text, day(text), judges.library_day(text))
    return tally


def instants(seed: int, count: int) -> Tally:
    tally = Tally(label="instant")
    for text, moment in dirt.iter_instants(seed, count):
        tally.add(text, parse_instant(text, PACIFIC), moment)
    return tally


def names(seed: int, count: int) -> Tally:
    """Compare where the family name begins, and what it is, to the truth.

    Given and middle names are taken together: nobody can tell a second given name from a middle
    one. What differs is mostly two family names without a hyphen, which cannot be told either.
    """
    tally = Tally(label="full name")
    for name in dirt.iter_names(seed, count):
        parts = split_full_name(name.text)
        ours = (fold_name(f"{parts.given} {parts.middle}"), fold_name(parts.family))
        truth = (fold_name(f"{name.given} {name.middle}"), fold_name(name.family))
        tally.add(name.text, ours, truth)
    return tally


def main(count: int = 5000, seed: int = 20261122) -> None:
    """Print one line per normaliser."""
    for tally in (
        phones(dirt.iter_phones(seed, count)),
        emails(dirt.iter_emails(seed, count)),
        days(dirt.iter_days(seed, count)),
        instants(seed, count),
        names(seed, count),
    ):
        sys.stdout.write(
            f"{tally.label:10} {tally.seen:6} seen  {tally.accepted:6} accepted  "
            f"{len(tally.differing):5} differ  {tally.rate:8.4%}  {tally.differing[:4]!r}\n"
        )


if __name__ == "__main__":
    main()
