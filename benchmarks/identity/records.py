"""What one visit leaves in a register: a record of a human, by where it was made.

The shares of empty fields are chosen so that over a file about a tenth of phones, a fifth of birth
dates, half of e-mail addresses and three fifths of licences and addresses are missing, which is
what exports of registers with an ID scanner, a web shop and kiosks look like.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from identity.nicknames import SPELLINGS
from identity.noise import slip, slip_digit, wrong_date
from identity.numbers import UNACCENTED, Numbers, draw_handle
from identity.people import Human
from identity.pools import Weighted


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a record is made: how much is asked for, and how much goes wrong.

    :param dob: share of records with a birth date, and so on.
    :param typo: share of typed fields with a slip.
    :param nickname: share of records in which one with a nickname gives it.
    :param fake: share of phones and e-mail addresses that are made up, a store's or an employee's.
    """

    weight: float
    dob: float
    licence: float
    address: float
    phone: float
    email: float
    typo: float
    nickname: float
    initial: float
    swapped: float
    placeholder_dob: float
    fake: float
    upper: float = 0.0
    lower: float = 0.0


#: A scan reads what the licence says, but the phone is asked for. Budtenders type by ear and have a
#: queue. People mistype themselves least, but give nicknames and refuse birth dates.
SOURCES: Final[dict[str, Source]] = {
    "scan": Source(
        weight=34, dob=0.99, licence=0.97, address=0.97, phone=0.86, email=0.42, typo=0.004,
        nickname=0.0, initial=0.0, swapped=0.002, placeholder_dob=0.0, fake=0.035, upper=0.6,
    ),
    "counter": Source(
        weight=24, dob=0.82, licence=0.22, address=0.10, phone=0.92, email=0.38, typo=0.03,
        nickname=0.5, initial=0.02, swapped=0.008, placeholder_dob=0.025, fake=0.05,
    ),
    "web": Source(
        weight=20, dob=0.66, licence=0.03, address=0.42, phone=0.88, email=0.97, typo=0.012,
        nickname=0.55, initial=0.004, swapped=0.004, placeholder_dob=0.03, fake=0.015, lower=0.12,
    ),
    "kiosk": Source(
        weight=14, dob=0.55, licence=0.0, address=0.0, phone=0.97, email=0.36, typo=0.03,
        nickname=0.6, initial=0.035, swapped=0.008, placeholder_dob=0.03, fake=0.008, lower=0.1,
    ),
    "import": Source(
        weight=8, dob=0.40, licence=0.0, address=0.20, phone=0.94, email=0.70, typo=0.02,
        nickname=0.4, initial=0.02, swapped=0.004, placeholder_dob=0.01, fake=0.02, upper=0.2,
    ),
}  # fmt: skip
_KINDS: Final = tuple(SOURCES.values())
_WEIGHTS: Final = tuple(itertools.accumulate(source.weight for source in _KINDS))

_FAKE_PHONES: Final = (
    "0000000000", "5555555555", "1111111111", "9999999999", "1234567890", "5551234567",
    "8888888888", "1231231234", "5555551234",
)  # fmt: skip
_FAKE_EMAILS: Final = (
    "none@none.com", "noemail@gmail.com", "na@na.com", "no@email.com", "test@test.com",
    "noemail@noemail.com", "n/a", "none", "a@a.com",
)  # fmt: skip
_PLACEHOLDER_DOBS: Final = ("1900-01-01", "1990-01-01", "1980-01-01", "2000-01-01", "1970-01-01")
_FAKE_LICENCES: Final = ("0000000", "UNKNOWN", "PASSPORT", "NONE", "1234567")
#: Of records of people who share a number or an address at home, those that hold the shared one.
_SHARED_PHONE_USED: Final = 0.4
_SHARED_EMAIL_USED: Final = 0.35
#: People go on giving what they had before for a while.
_OLD_VALUE: Final = 0.12


@dataclass(kw_only=True)
class Shops:
    """Stores and employees, whose own numbers end in customers' records."""

    rng: random.Random
    numbers: Numbers
    home: str
    records: int
    phones: Weighted = field(init=False)
    emails: Weighted = field(init=False)

    def __post_init__(self) -> None:
        stores, staff = 4 + self.records // 25_000, 25 + self.records // 2_500
        store_phones = [self.numbers.phone(self.home) for _ in range(stores)]
        staff_phones = [self.numbers.phone(self.home) for _ in range(staff)]
        store_emails = [f"store{number}@alderwaycannabis.example" for number in range(stores)]
        staff_emails = [f"{draw_handle(self.rng)}@gmail.com" for _ in range(staff)]
        self.phones = _mixed(_FAKE_PHONES, store_phones, staff_phones)
        self.emails = _mixed(_FAKE_EMAILS, store_emails, staff_emails)


def _mixed(fakes: Sequence[str], stores: Sequence[str], staff: Sequence[str]) -> Weighted:
    """A third each; some numbers and some employees are far more popular than others."""
    pairs: list[tuple[str, float]] = []
    for values, exponent in ((fakes, 1.2), (stores, 0.5), (staff, 0.6)):
        weights = [(rank + 1) ** -exponent for rank in range(len(values))]
        pairs += [
            (value, weight / sum(weights)) for value, weight in zip(values, weights, strict=True)
        ]
    return Weighted.of(pairs)


@dataclass(kw_only=True)
class Desk:
    """Writes records down."""

    rng: random.Random
    shops: Shops

    def record(self, human: Human) -> list[str]:
        """The cells of one row, in the order of ``PEOPLE_COLUMNS``."""
        rng = self.rng
        source = rng.choices(_KINDS, cum_weights=_WEIGHTS)[0]
        when = rng.random()
        given, surname = self._names(human, source, when)
        licence, state = self._licence(human, source, when)
        has_address = rng.random() < source.address
        street, city, region, code = (
            self._address(human, source, when) if has_address else ("", "", "", "")
        )
        medical = human.medical_id if human.medical_id and rng.random() < 0.6 else ""
        return [
            f"p{human.number}",
            given,
            surname,
            self._born(human, source),
            self._phone(human, source, when),
            self._email(human, source, when),
            licence,
            state,
            street,
            city,
            region,
            code,
            human.sex if licence else "",
            medical,
            f"{2025 + int(when * 2)}-0{human.born.month % 9 + 1}-15" if medical else "",
        ]

    def _at(self, history: list[tuple[float, str]], when: float) -> str:
        if len(history) > 1 and self.rng.random() < _OLD_VALUE:
            when = 0.0
        return [value for since, value in history if since <= when][-1]

    def _names(self, human: Human, source: Source, when: float) -> tuple[str, str]:
        rng = self.rng
        surname = self._surname(human, source, when)
        given = human.given
        if human.called and rng.random() < source.nickname:
            given = human.called
        elif source.nickname == 0 and rng.random() < 0.25:
            given = f"{given} {human.middle if rng.random() < 0.5 else human.middle[0]}"
        given = self._typed_name(given, source)
        if rng.random() < source.initial:
            if rng.random() < 0.45:
                given = given[0]
            else:
                surname = surname[0] if rng.random() < 0.8 else ""
        if rng.random() < source.swapped and surname:
            given, surname = surname, given
        return given, surname

    def _surname(self, human: Human, source: Source, when: float) -> str:
        rng = self.rng
        surname = self._at(human.surnames, when)
        first, sign, second = surname.partition(" " if " " in surname else "-")
        if second and source.upper < 0.5:
            kind = rng.random()
            if kind < 0.5:
                surname = first
            elif kind < 0.6:
                surname = second
            elif kind < 0.75:
                surname = f"{first}{'-' if sign == ' ' else ' '}{second}"
        surname = self._typed_name(surname, source)
        if human.suffix and rng.random() < 0.3:
            surname += rng.choice((" Jr", " JR", " Jr."))
        return surname

    def _typed_name(self, name: str, source: Source) -> str:
        rng = self.rng
        if rng.random() < source.typo:
            alike = SPELLINGS.get(name)
            name = rng.choice(alike) if alike and rng.random() < 0.5 else slip(rng, name)
        if not name.isascii() and rng.random() < 0.65:
            name = name.translate(UNACCENTED)
        kind = rng.random()
        if kind < source.upper:
            return name.translate(UNACCENTED).upper()
        if kind < source.upper + source.lower:
            return name.lower()
        return f"{name} " if kind > 0.995 else name

    def _born(self, human: Human, source: Source) -> str:
        rng = self.rng
        if rng.random() > source.dob:
            return ""
        if rng.random() < source.placeholder_dob:
            return rng.choice(_PLACEHOLDER_DOBS)
        born = human.born.isoformat()
        return wrong_date(rng, born) if rng.random() < source.typo else born

    def _phone(self, human: Human, source: Source, when: float) -> str:
        rng = self.rng
        if rng.random() > source.phone:
            return ""
        if rng.random() < source.fake:
            phone = self.shops.phones.draw(rng)
        elif human.shared_phone and rng.random() < _SHARED_PHONE_USED:
            phone = human.shared_phone
        else:
            phone = self._at(human.phones, when)
            # Numbers are mostly typed, at the scanner too.
            if rng.random() < max(source.typo, 0.02) / 2:
                phone = slip_digit(rng, phone)
        return _written(rng, phone)

    def _email(self, human: Human, source: Source, when: float) -> str:
        rng = self.rng
        if rng.random() > source.email:
            return ""
        if rng.random() < source.fake:
            return self.shops.emails.draw(rng)
        if human.shared_email and rng.random() < _SHARED_EMAIL_USED:
            email = human.shared_email
        else:
            email = self._at(human.emails, when)
            if rng.random() < max(source.typo, 0.015):
                email = _slipped_email(rng, email)
        return email.upper() if rng.random() < source.upper / 4 else email

    def _licence(self, human: Human, source: Source, when: float) -> tuple[str, str]:
        rng = self.rng
        if rng.random() > source.licence:
            return "", ""
        if rng.random() < 0.004:
            return rng.choice(_FAKE_LICENCES), human.licences[0][2]
        _, licence, state = [row for row in human.licences if row[0] <= when][-1]
        if source.licence < 0.9:  # typed
            if rng.random() < source.typo:
                licence = slip_digit(rng, licence)
            if rng.random() < 0.15:
                licence = licence.lower()
        if rng.random() < 0.4:
            licence = licence.replace(" ", "").replace("-", "")
        return licence, state

    def _address(self, human: Human, source: Source, when: float) -> tuple[str, str, str, str]:
        rng = self.rng
        # Licences show where people lived when they were made.
        asked = when if source.licence < 0.9 or rng.random() < 0.6 else when / 2
        street, city, state, code = [row[1] for row in human.addresses if row[0] <= asked][-1]
        if source.licence < 0.9:
            if rng.random() < 0.35:
                street = " ".join(_SPELT_OUT.get(word, word) for word in street.split())
            if rng.random() < 0.15:
                street = street.partition(" Apt")[0].partition(" Unit")[0]
            if rng.random() < source.typo:
                street = slip(rng, street)
        elif rng.random() < source.upper:
            street, city = street.upper(), city.upper()
        if rng.random() < 0.08:
            code = f"{code}-{rng.randrange(10_000):04d}"
        return street, city, state, code


_SPELT_OUT: Final = {
    "St": "Street", "Ave": "Avenue", "Rd": "Road", "Dr": "Drive", "Apt": "#", "N": "North",
    "S": "South", "Blvd": "Boulevard", "Ln": "Lane",
}  # fmt: skip


def _written(rng: random.Random, phone: str) -> str:
    """Two thirds bare digits; the rest as people like it."""
    kind = rng.random()
    if kind < 0.66:
        return phone
    area, exchange, line = phone[:3], phone[3:6], phone[6:]
    if kind < 0.8:
        return f"({area}) {exchange}-{line}"
    if kind < 0.92:
        return f"{area}-{exchange}-{line}"
    return f"+1{phone}" if kind < 0.97 else f"{area}.{exchange}.{line}"


def _slipped_email(rng: random.Random, email: str) -> str:
    local, _, host = email.partition("@")
    if rng.random() < 0.3:
        return f"{local}@{slip(rng, host)}"
    return f"{slip(rng, local)}@{host}"
