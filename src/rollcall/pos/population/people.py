"""One generated or imported person: what a register would type in, and whose it truly is."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person as text, column by column; ``""`` means "not given".

    :param person_id: the truth: two rows with one person_id are one human being.
    :param born_on: ``YYYY-MM-DD``; a file may hold anything, which is then served as it is.
    :param phone: ten digits when generated.
    :param gender: ``female``, ``male``, ``nonbinary`` or ``unspecified`` when generated.
    """

    person_id: str
    given_name: str = ""
    family_name: str = ""
    born_on: str = ""
    phone: str = ""
    email: str = ""
    licence: str = ""
    licence_state: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    gender: str = ""
    medical_id: str = ""
    medical_expires_on: str = ""


#: The columns of a people file, in this order when one is written.
PEOPLE_COLUMNS: Final[tuple[str, ...]] = tuple(field.name for field in dataclasses.fields(Person))
