"""Phones, licences and e-mail addresses, of which no two people get the same by chance."""

from __future__ import annotations

import datetime as dt
import math
import random
import string
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from identity.pools import MAIL_HOSTS, STATES, Weighted, words


@dataclass(kw_only=True)
class Numbers:
    """Deals them."""

    rng: random.Random
    given_up: deque[str] = field(default_factory=lambda: deque(maxlen=4000))
    _dealt: int = 0
    _offset: int = 0
    _emails: set[str] = field(default_factory=set)
    _hosts: Weighted = field(default_factory=lambda: Weighted.of(MAIL_HOSTS.items()))

    def __post_init__(self) -> None:
        self._offset = self.rng.randrange(10**9)

    def phone(self, state: str) -> str:
        """A new number of the state, or one that somebody gave up."""
        if self.given_up and self.rng.random() < 0.08:
            return self.given_up.popleft()
        self._dealt += 1
        areas = STATES[state][0]
        # A walk through all numbers in steps coprime to how many there are: no number twice.
        numbers = len(areas) * 7_920_000
        index = (self._offset + self._dealt * _STEPS[len(areas)]) % numbers
        rest, line = divmod(index, 10_000)
        area, exchange = divmod(rest, 792)
        return f"{areas[area]}{_EXCHANGES[exchange]}{line:04d}"

    def licence(self, state: str) -> str:
        draw = self.rng.randrange
        return "".join(
            string.ascii_uppercase[draw(26)]
            if sign == "A"
            else str(draw(10))
            if sign == "9"
            else sign
            for sign in STATES[state][2]
        )

    def email(self, given: str, surname: str, born: dt.date) -> str:
        rng = self.rng
        first, last = plain(given).lower(), plain(surname).lower()
        while True:
            name = rng.choice(
                (
                    f"{first}.{last}",
                    f"{first}{last}",
                    f"{first[:1]}{last}",
                    f"{first}{last[:1]}",
                    f"{last}.{first}",
                    f"{first}_{last}",
                    draw_handle(rng),
                )
            )
            tail = rng.choice(
                ("", str(born.year)[2:], str(born.year), str(rng.randrange(1000)), str(born.day))
            )
            email = f"{name}{tail}@{self._hosts.draw(rng)}"
            if email not in self._emails:
                self._emails.add(email)
                return email


_EXCHANGES: Final = [code for code in range(200, 1000) if code % 100 != 11]
#: By the golden section, so that numbers dealt one after the other are nothing alike.
_STEPS: Final = {
    areas: next(
        step
        for step in range(int(areas * 7_920_000 * 0.618034), areas * 7_920_000)
        if math.gcd(step, areas * 7_920_000) == 1 and step % 100 == 37
    )
    for areas in range(1, 10)
}
_HANDLES: Final = words(
    """
    blue green lucky sunny wild moon star tiger wolf ninja skate surf bass guitar pixel daisy
    cloud mango taco honey ocean river ghost dream rocket zen vibes queen king baby mister miss
    crazy happy lil big the real just its so cal nor west coast night owl fox bear cat dog bird
    fish
    """
)


def draw_handle(rng: random.Random) -> str:
    """What people call themselves where names are taken."""
    return "".join(rng.choices(_HANDLES, k=3))


def plain(text: str) -> str:
    """Letters and digits alone, accents taken off."""
    return "".join(sign for sign in text.translate(UNACCENTED) if sign.isalnum())


UNACCENTED: Final = str.maketrans("áéíóúñüÁÉÍÓÚÑ", "aeiounuAEIOUN")
