"""Normalised columns for the opponents, with placeholders and shared values blanked.

Written apart from Rollcall's own normalisation, so that a mistake there is not made twice; the
opponents get what a careful analyst would give them.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from pathlib import Path
from typing import Any, Final, TypeAlias

#: A pandas data frame; the package is only in the venv of this benchmark.
Frame: TypeAlias = Any

#: A phone or e-mail address of so many different people (by initial and surname) is nobody's own.
_SHARED: Final = 7
_SHARED_LICENCE: Final = 4
#: A birth date so many times as frequent as the median one is a placeholder.
_FREQUENT_DATE: Final = 20

_STREET_WORDS: Final = {
    "street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "lane": "ln", "boulevard": "blvd",
    "north": "n", "south": "s", "east": "e", "west": "w", "court": "ct", "place": "pl",
    "apt": "#", "unit": "#", "apartment": "#",
}  # fmt: skip
_NO_DIGITS: Final = re.compile(r"\D+")
_NO_LETTERS: Final = re.compile(r"[^a-z ]+")
_NO_SIGNS: Final = re.compile(r"[^A-Z0-9]+")
_SUFFIX: Final = re.compile(r" (jr|sr|ii|iii)$")
_ISO: Final = re.compile(r"(?:18|19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def read(path: Path) -> Frame:
    """A data frame with one row a record; what is missing is null.

    Columns: ``unique_id``, ``person_id``, ``first``, ``last``, ``dob``, ``phone``, ``email``,
    ``licence`` (with its state), ``street``, ``zip``, ``gender``.
    """
    pandas = importlib.import_module("pandas")
    raw = pandas.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    frame = pandas.DataFrame({"unique_id": range(len(raw)), "person_id": raw["person_id"]})
    given = raw["given_name"].map(_name)
    frame["first"] = given.str.split(" ").str[0]
    frame["last"] = raw["family_name"].map(_name)
    frame["dob"] = raw["born_on"].where(raw["born_on"].map(_is_date), "")
    frame["phone"] = raw["phone"].map(_phone)
    frame["email"] = raw["email"].map(_email)
    licence = raw["licence"].map(_code)
    frame["licence"] = (raw["licence_state"] + licence).where(licence != "", "")
    frame["street"] = raw["street"].map(_street)
    frame["zip"] = raw["zip"].str[:5]
    frame["gender"] = raw["gender"].str[:1]
    _blank_shared(frame)
    return frame.replace({"": None}).astype(object).where(lambda cells: cells.notna(), None)


def _blank_shared(frame: Frame) -> None:
    pandas = importlib.import_module("pandas")
    names = frame["first"].str[:1] + " " + frame["last"]
    for column, limit in (("phone", _SHARED), ("email", _SHARED), ("licence", _SHARED_LICENCE)):
        people = pandas.DataFrame({"value": frame[column], "name": names}).drop_duplicates()
        counts = people["value"].value_counts()
        frame.loc[frame[column].isin(counts.index[counts >= limit]), column] = ""
    dates = frame["dob"][frame["dob"] != ""].value_counts()
    if len(dates):
        frequent = dates.index[dates > _FREQUENT_DATE * dates.median()]
        frame.loc[frame["dob"].isin(frequent), "dob"] = ""


def _name(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _SUFFIX.sub("", " ".join(_NO_LETTERS.sub(" ", bare.replace("'", "")).split()))


def _is_date(text: str) -> bool:
    return _ISO.fullmatch(text) is not None


def _phone(text: str) -> str:
    digits = _NO_DIGITS.sub("", text)
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return digits if len(digits) == 10 and len(set(digits)) > 2 else ""


def _email(text: str) -> str:
    email = text.strip().lower()
    return email if "@" in email[1:] else ""


def _code(text: str) -> str:
    return _NO_SIGNS.sub("", text.upper())


def _street(text: str) -> str:
    words = text.lower().replace("#", "# ").replace(".", "").split()
    return " ".join(_STREET_WORDS.get(word, word) for word in words)
