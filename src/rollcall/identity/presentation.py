"""How a pair of the review queue is laid out: field by field, and its evidence in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from rollcall.customers.presentation.people import GROUPS
from rollcall.identity.models import Suggestion
from rollcall.identity.queries.suggestions import Pair, PairSide
from rollcall.kit.fields import FIELDS, FieldValue

Words = str | Promise

#: Width of the drawing of the evidence, in its own units.
_WIDTH: Final = 1000
#: Bits below this are shown as nothing.
_LEAST: Final = 0.05

_LABELS: Final[Mapping[str, Words]] = {
    "given": gettext_lazy("Given name"),
    "family": gettext_lazy("Family name"),
    "suffix": gettext_lazy("Junior or senior"),
    "born": gettext_lazy("Birth date"),
    "gender": gettext_lazy("Gender"),
    "licence": gettext_lazy("Licence"),
    "medical": gettext_lazy("Medical id"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
}
_LEVELS: Final[Mapping[str, Words]] = {
    "exact": gettext_lazy("the same"),
    "different": gettext_lazy("differs"),
    "conflict": gettext_lazy("differs, from the same issuer"),
    "similar": gettext_lazy("somewhat alike"),
    "short": gettext_lazy("a part or pet form of the other"),
    "part": gettext_lazy("a part is the same"),
    "initial": gettext_lazy("the initial fits"),
    "near": gettext_lazy("nearly the same"),
    "nickname": gettext_lazy("a short form of the other"),
    "swapped": gettext_lazy("given and family name swapped"),
    "two_slips": gettext_lazy("two digits apart"),
    "two_parts": gettext_lazy("two of day, month and year are the same"),
    "one_slip": gettext_lazy("one slip apart"),
    "day_month": gettext_lazy("day and month swapped"),
    "zip": gettext_lazy("only the zip is the same"),
    "house": gettext_lazy("the same house number, the street unlike"),
    "street": gettext_lazy("the same street, another zip"),
    "other_unit": gettext_lazy("the same house, another unit"),
}
#: Levels at which two values are not even alike; of streets, where only the zip is the same.
_APART: Final = frozenset({"different", "conflict", "missing", "zip"})
#: Field of a person → field of the evidence that tells how alike two values are.
_EVIDENCE_OF: Final[Mapping[str, str]] = {
    "given_name": "given",
    "family_name": "family",
    "born_on": "born",
    "gender": "gender",
    "licence": "licence",
    "medical_id": "medical",
    "phone": "phone",
    "email": "email",
    "street": "address",
}
#: Of these, matching leaves out values that too many people share.
_MAY_BE_GENERIC: Final = frozenset({"born_on", "licence", "medical_id", "phone", "email"})
_VETOES: Final[Mapping[str, Words]] = {
    "born": gettext_lazy("Their birth dates contradict each other."),
    "given": gettext_lazy("Their given names are different ones."),
    "suffix": gettext_lazy("One is a junior, the other a senior."),
    "licence": gettext_lazy("They have different licences."),
    "medical": gettext_lazy("They have different medical ids."),
}
#: The same codes, where not these two records but others of the two people say so.
_REFUSALS: Final[Mapping[str, Words]] = {
    "born": gettext_lazy("Another record of one of them has a birth date that does not fit."),
    "given": gettext_lazy("Another record of one of them has a given name that does not fit."),
    "suffix": gettext_lazy("Another record of one of them is of a junior or senior."),
    "size": gettext_lazy("Together they would have more records than people usually have."),
    "decided": gettext_lazy("Somebody decided that records of theirs are different people."),
    "rival": gettext_lazy(
        "Another record fits as well, and the two contradict each other: only one can be right."
    ),
    "full_pass": gettext_lazy("Matching everybody at once would make them one person."),
    "shared_value": gettext_lazy(
        "They were one person until now: held together by a value that too many share."
    ),
    "by_hand": gettext_lazy("Nothing contradicts it, but your settings link nothing by itself."),
    "merge_running": gettext_lazy("Somebody was merging these people at that moment."),
    "said_new": gettext_lazy(
        "Whoever registered one of them was shown the other, and said that it is somebody else."
    ),
}
_ANSWERED: Final[Mapping[str, Words]] = {
    Suggestion.State.SAME: gettext_lazy("Same person: the two are merged."),
    Suggestion.State.DIFFERENT: gettext_lazy("Different people: remembered."),
    Suggestion.State.HOUSEHOLD: gettext_lazy("Same household, different people: remembered."),
    Suggestion.State.SUPERSEDED: gettext_lazy("This is no longer asked: their records changed."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How two values compare: colour, icon and word say the same.

    :param look: ``good``, ``warn``, ``bad`` or "".
    """

    words: Words
    look: str
    icon: str


_AGREES: Final = Agreement(words=gettext_lazy("agrees"), look="good", icon="check")
_ALIKE: Final = Agreement(words=gettext_lazy("alike"), look="warn", icon="alike")
_DIFFERS: Final = Agreement(words=gettext_lazy("differs"), look="bad", icon="cross")
_MISSING: Final = Agreement(words=gettext_lazy("missing"), look="", icon="dash")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One person's value.

    :param in_record: what the compared record says, if that is not what stands for the person.
    """

    value: FieldValue
    is_there: bool
    in_record: FieldValue = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CompareRow:
    """A field of both people."""

    name: str
    left: Cell
    right: Cell
    agreement: Agreement
    notes: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One step of the evidence: from where to where on the way to the total.

    :param x: left end and ``width`` in units of the drawing.
    :param look: ``for``, ``against`` or ``total``.
    """

    label: Words
    words: Words
    bits: str
    look: str
    x: int
    width: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waterfall:
    """The evidence as bars.

    :param zero: where nothing speaks for or against; ``goal`` from where pairs are linked.
    """

    bars: Sequence[Bar]
    total: Bar
    zero: int
    goal: int
    needed: str

    @property
    def height(self) -> int:
        """Of the whole drawing: every step is 40 high, and the total too."""
        return 40 * (len(self.bars) + 1) + 6


@dataclass(frozen=True, kw_only=True, slots=True)
class PairPage:
    """What the page shows of a pair.

    :param rows: fields that tell people apart; ``more`` the others that at least one has.
    """

    pair: Pair
    left: PairSide
    right: PairSide
    rows: Sequence[CompareRow]
    more: Sequence[CompareRow]
    waterfall: Waterfall
    reasons: Sequence[Words]
    wishes: Sequence[Words]


def field_words(name: str) -> Words:
    """Say what a field of the evidence is."""
    return _LABELS.get(name, name)


def level_words(level: str) -> Words:
    """Say how two values of a field compare."""
    return _LEVELS.get(level, level)


def is_alike(level: str) -> bool:
    """Tell whether two values are alike at least."""
    return level not in _APART


def lay_out_pair(pair: Pair) -> PairPage:
    """Lay out a pair."""
    *telling, _ = GROUPS
    first = [name for _, names in telling for name in names]
    rows = {row.name: row for row in _compare(pair)}
    evidence = pair.suggestion.evidence
    return PairPage(
        pair=pair,
        left=pair.sides[0],
        right=pair.sides[1],
        rows=[rows.pop(name) for name in first if name in rows],
        more=list(rows.values()),
        waterfall=lay_out_evidence(evidence),
        reasons=list(explain(pair.suggestion.reasons, evidence)),
        wishes=[_LABELS.get(name, name) for name in evidence.get("would_link_if", ())],
    )


def answered_words(state: str) -> Words:
    """Say what became of a suggestion."""
    return _ANSWERED.get(state, "")


def explain(reasons: Sequence[str], evidence: Mapping[str, Any]) -> Iterator[Words]:
    """Say what keeps a pair from being linked by itself."""
    vetoes = evidence.get("vetoes", ())
    for code in reasons:
        if code == "bits":
            yield _too_little(evidence)
        elif code in vetoes and code in _VETOES:
            yield _VETOES[code]
        elif code in _REFUSALS:
            yield _REFUSALS[code]
        else:
            yield gettext("Something else stands in the way (%(code)s).") % {"code": code}


def _too_little(evidence: Mapping[str, Any]) -> str:
    short = float(evidence.get("short", 0))
    if short <= 0:
        return gettext("Only what households share agrees, nothing that is a person's own.")
    return gettext("The evidence is %(bits)s bits short.") % {"bits": f"{short:.1f}"}


def lay_out_evidence(evidence: Mapping[str, Any]) -> Waterfall:
    """Lay out what speaks for one person, the strongest first, then what speaks against it."""
    steps = [
        (_LABELS.get(part["field"], part["field"]), _level_words(part), float(part["bits"]))
        for part in evidence.get("parts", ())
        if part["level"] != "missing" and abs(float(part["bits"])) >= _LEAST
    ]
    steps.sort(key=lambda step: -step[2])
    capped = float(evidence.get("capped", 0))
    if capped >= _LEAST:
        words = gettext("shared, so it counts only in part")
        steps.append((gettext("Household"), words, -capped))
    total = float(evidence.get("bits", 0))
    goal = total + float(evidence.get("short", 0))
    ends = [0.0]
    for _, _, bits in steps:
        ends.append(ends[-1] + bits)
    low, high = min(*ends, total, goal), max(*ends, total, goal)
    scale = _Scale(low, high)
    return Waterfall(
        bars=[
            scale.bar(label, words, start, bits)
            for (label, words, bits), start in zip(steps, ends[:-1], strict=True)
        ],
        total=scale.bar(gettext("Together"), "", 0.0, total, look="total"),
        zero=scale.at(0.0),
        goal=scale.at(goal),
        needed=_signed(goal),
    )


class _Scale:
    """Bits → units of the drawing."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._span = low, max(high - low, 1.0)

    def at(self, bits: float) -> int:
        return round((bits - self._low) / self._span * _WIDTH)

    def bar(self, label: Words, words: Words, start: float, bits: float, *, look: str = "") -> Bar:
        left, right = self.at(min(start, start + bits)), self.at(max(start, start + bits))
        return Bar(
            label=label,
            words=words,
            bits=_signed(bits),
            look=look or ("for" if bits > 0 else "against"),
            x=left,
            width=max(right - left, 2),
        )


def _signed(bits: float) -> str:
    return f"{'+' if bits >= 0 else '−'}{abs(bits):.1f}"  # noqa: RUF001  # a minus, not a hyphen


def _level_words(part: Mapping[str, Any]) -> Words:
    return _LEVELS.get(part["level"], part["level"])


def _compare(pair: Pair) -> Iterator[CompareRow]:
    levels = {part["field"]: part["level"] for part in pair.suggestion.evidence.get("parts", ())}
    values = [
        {view.name: view.truth.standing.value for view in side.profile.fields}
        for side in pair.sides
    ]
    for name in FIELDS:
        left, right = (_cell(name, *one) for one in zip(pair.sides, values, strict=True))
        if left.is_there or right.is_there:
            level = levels.get(_EVIDENCE_OF.get(name, ""), "")
            yield CompareRow(
                name=name,
                left=left,
                right=right,
                agreement=_agreement(left, right, level),
                notes=list(_notes(pair, name, left, right, level)),
            )


def _cell(name: str, side: PairSide, values: Mapping[str, FieldValue]) -> Cell:
    value = values.get(name)
    told = side.record.fields.values.get(name) if side.record else None
    return Cell(
        value=value,
        is_there=value not in (None, "", []),
        in_record=told if told not in (value, None, "", []) else None,
    )


def _agreement(left: Cell, right: Cell, level: str) -> Agreement:
    if not (left.is_there and right.is_there):
        return _MISSING
    # The level is about what the records say.
    tells = left.in_record is None and right.in_record is None
    if _folded(left.value) == _folded(right.value) or (tells and level == "exact"):
        return _AGREES
    return _ALIKE if tells and level and level not in _APART else _DIFFERS


def _folded(value: FieldValue) -> FieldValue:
    return " ".join(value.casefold().split()) if isinstance(value, str) else value


def _notes(pair: Pair, name: str, left: Cell, right: Cell, level: str) -> Iterator[str]:
    found = _agreement(left, right, level)
    if found is _ALIKE:
        yield str(_LEVELS.get(level, level))
    if found is _AGREES and level == "missing" and name in _MAY_BE_GENERIC:
        yield gettext("too many people share it: it counts for nothing")
    elif found is _AGREES and (count := pair.sharing.get(name)):
        yield ngettext("%(count)d more person has it", "%(count)d more people have it", count) % {
            "count": count
        }


def pair_words(page: PairPage, left: int) -> str:
    """Say which pair is shown, for those who hear the page."""
    return gettext("%(first)s and %(second)s, %(count)d left") % {
        "first": page.left.profile.display_name,
        "second": page.right.profile.display_name,
        "count": left,
    }
