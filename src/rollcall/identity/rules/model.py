"""The model: how much each level weighs, from a versioned file that every engine reads."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from rollcall.identity.rules.levels import FIELDS, LEVELS

SHIPPED: Final = "model-2.json"
#: Members of one household share these; what they add together is capped.
HOUSEHOLD: Final[frozenset[str]] = frozenset({"family", "phone", "email", "address"})
#: Fields whose exact level weighs as much as the value is rare, and whose value that is.
BY_FREQUENCY: Final[Mapping[str, str]] = {
    "given": "given",
    "family": "family",
    "phone": "phone",
    "email": "email",
    "address": "street",
}


class ModelError(ValueError):
    """The file is no model; the message is one line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelOdds:
    """How often a level is met among pairs of one person (m) and of two (u), of those compared."""

    name: str
    m: float
    u: float

    @property
    def bits(self) -> float:
        """The level's weight: log2 of m over u."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """From how many bits a pair is linked, or shown to a person.

    :param records: the size of file at which they were calibrated.
    :param fewest_records: smaller files are treated like one of this size.
    :param growth: bits by which they rise each time the file is twice as large.
    :param links: False: whatever the evidence, only people link (``rules.caution``).
    :param shift: bits by which a retailer's settings have moved ``auto``.
    """

    auto: float
    review: float
    records: int
    fewest_records: int
    growth: float
    links: bool = True
    shift: float = 0.0

    def at(self, records: int) -> tuple[float, float]:
        """Bits for (auto, review) in a file of this size."""
        doublings = math.log2(max(records, self.fewest_records) / self.records)
        return self.auto + self.growth * doublings, self.review + self.growth * doublings


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """Everything an engine needs to know.

    :param names_thresholds: for pairs that share nothing but names and birth date: strangers who
        look alike become more with the square of a file's size, families only with its size.
    :param household_cap: the most that shared fields may add together, in bits.
    :param frequency_prior: how many records' worth of average the frequencies of values begin with.
    :param rarest: no value counts as rarer than this share of records, per field.
    """

    version: str
    fields: Mapping[str, tuple[LevelOdds, ...]]
    thresholds: Thresholds
    names_thresholds: Thresholds
    household_cap: float
    frequency_prior: float
    rarest: Mapping[str, float]


@functools.cache
def shipped_model() -> Model:
    """The model of this version of Rollcall."""
    text = resources.files("rollcall.identity.rules").joinpath("data", SHIPPED).read_text("utf-8")
    return read_model(text)


def read_model(text: str) -> Model:
    """Read a model's JSON.

    :raises ModelError: no JSON, other fields or levels than this version compares, odds outside
        (0, 1].
    """
    try:
        document = json.loads(text)
        return _model(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"not a model of this version: {error}") from None


def write_model(model: Model) -> str:
    """The model as JSON; reading it gives an equal one."""
    document = {
        "version": model.version,
        "thresholds": dataclasses.asdict(model.thresholds),
        "names_thresholds": dataclasses.asdict(model.names_thresholds),
        "household_cap": model.household_cap,
        "frequency_prior": model.frequency_prior,
        "rarest": dict(model.rarest),
        "fields": {
            field: {level.name: {"m": level.m, "u": level.u} for level in levels}
            for field, levels in model.fields.items()
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _model(document: Mapping[str, Any]) -> Model:
    fields = {name: _levels(name, document["fields"][name]) for name in FIELDS}
    return Model(
        version=str(document["version"]),
        fields=fields,
        thresholds=_thresholds(document["thresholds"]),
        names_thresholds=_thresholds(document["names_thresholds"]),
        household_cap=float(document["household_cap"]),
        frequency_prior=float(document["frequency_prior"]),
        rarest={field: float(document["rarest"][field]) for field in BY_FREQUENCY},
    )


def _thresholds(found: Mapping[str, Any]) -> Thresholds:
    return Thresholds(
        auto=float(found["auto"]),
        review=float(found["review"]),
        records=int(found["records"]),
        fewest_records=int(found["fewest_records"]),
        growth=float(found["growth"]),
    )


def _levels(field: str, odds: Mapping[str, Mapping[str, float]]) -> tuple[LevelOdds, ...]:
    levels = tuple(
        LevelOdds(name=name, m=float(odds[name]["m"]), u=float(odds[name]["u"]))
        for name in LEVELS[field]
    )
    for level in levels:
        if not (0 < level.m <= 1 and 0 < level.u <= 1):
            raise ModelError(f"{field}, {level.name}: odds outside (0, 1]")
    return levels
