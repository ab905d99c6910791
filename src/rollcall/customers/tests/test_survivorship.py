from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.customers.rules.priorities import Priorities
from rollcall.customers.rules.survivorship import SourcedValue, decide
from rollcall.kit.fields import FIELDS

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
EARLIER, LATER = NOON - dt.timedelta(days=1), NOON + dt.timedelta(days=1)


def value(of: str, *, at: dt.datetime = NOON, record: int | None = 1, **given: Any) -> SourcedValue:
    return SourcedValue(
        field=given.pop("field", "email"),
        value=of,
        source="typed here" if record is None else f"treez {record}",
        record_id=record,
        at=at,
        **given,
    )


def standing(*values: SourcedValue) -> object:
    return decide(values)["email"].standing.value


class TestPriority:
    PRIORITIES: ClassVar[Priorities] = {"email": ["leaflogix", "treez"]}

    def stands(self, *values: SourcedValue) -> object:
        return decide(values, self.PRIORITIES)["email"].standing.value

    def test_puts_the_first_above_newer_ones(self) -> None:
        first = value("scanned", at=EARLIER, kind="leaflogix")
        assert self.stands(value("new", at=LATER, kind="treez", record=2), first) == "scanned"
        assert self.stands(value("new", at=LATER, kind="cova", record=2), first) == "scanned"

    def test_says_that_it_decided(self) -> None:
        older, newer = value("a", at=EARLIER, kind="leaflogix"), value("b", kind="cova", record=2)

        assert decide([older, newer], self.PRIORITIES)["email"].by_priority
        assert not decide([older, newer])["email"].by_priority
        assert not decide([older], self.PRIORITIES)["email"].by_priority

    def test_lets_the_newest_of_those_not_named_stand(self) -> None:
        values = [value("a", kind="cova"), value("b", at=LATER, kind="blaze", record=2)]

        assert self.stands(*values) == "b"

    def test_counts_what_was_typed_here_as_the_first(self) -> None:
        scanned = value("scanned", kind="leaflogix")

        assert self.stands(scanned, value("typed", record=None, at=LATER)) == "typed"
        assert self.stands(scanned, value("typed", record=None, at=EARLIER)) == "scanned"
        typed = value("typed", record=None, at=EARLIER)
        assert self.stands(value("there", at=LATER, kind="treez"), typed) == "typed"

    def test_does_not_wake_the_dead_nor_lift_pins(self) -> None:
        dead = value("dead", alive=False, kind="leaflogix")
        pinned = value("pin", record=None, at=EARLIER, pinned=True)

        assert self.stands(dead, value("alive", kind="cova", record=2)) == "alive"
        assert self.stands(value("scanned", at=LATER, kind="leaflogix"), pinned) == "pin"

    def test_is_of_its_field_only(self) -> None:
        older = value("a", at=EARLIER, kind="leaflogix", field="phone")
        newer = value("b", at=LATER, kind="cova", record=2, field="phone")

        assert decide([older, newer], self.PRIORITIES)["phone"].standing.value == "b"


class TestStandingValue:
    def test_is_the_newest(self) -> None:
        assert standing(value("old", at=EARLIER), value("new", record=2)) == "new"

    def test_is_what_somebody_typed_if_that_is_newer(self) -> None:
        assert standing(value("pos"), value("typed", record=None, at=LATER)) == "typed"

    def test_is_the_poss_if_that_is_newer_than_what_was_typed(self) -> None:
        assert standing(value("pos", at=LATER), value("typed", record=None)) == "pos"

    def test_is_the_pinned_one_however_new_the_others_are(self) -> None:
        assert (
            standing(value("pos", at=LATER), value("pin", record=None, at=EARLIER, pinned=True))
            == "pin"
        )

    def test_is_a_pinned_empty_one(self) -> None:
        pinned = SourcedValue(
            field="email", value=None, source="typed here", record_id=None, at=EARLIER, pinned=True
        )

        assert standing(value("pos", at=LATER), pinned) is None

    def test_is_never_one_of_a_vanished_record_if_there_is_another(self) -> None:
        assert standing(value("gone", at=LATER, alive=False), value("here", record=2)) == "here"

    def test_is_one_of_a_vanished_record_if_nothing_else_is_known(self) -> None:
        assert standing(value("gone", alive=False)) == "gone"

    def test_is_the_newest_of_vanished_records(self) -> None:
        assert (
            standing(value("older", alive=False, at=EARLIER), value("newer", alive=False, record=2))
            == "newer"
        )

    def test_is_the_higher_records_of_two_at_the_same_time(self) -> None:
        assert standing(value("one", record=1), value("two", record=2)) == "two"

    def test_is_what_somebody_typed_of_two_at_the_same_time(self) -> None:
        assert standing(value("pos", record=2), value("typed", record=None)) == "typed"

    def test_compares_times_of_different_zones_as_moments(self) -> None:
        west = dt.timezone(dt.timedelta(hours=-8))
        in_the_west = (NOON + dt.timedelta(minutes=1)).astimezone(west)

        assert standing(value("later", at=in_the_west), value("noon", record=2)) == "later"


class TestOthers:
    def test_are_those_that_say_something_else_best_first(self) -> None:
        truth = decide(
            [
                value("a", record=1, at=EARLIER),
                value("b", record=2, at=LATER),
                value("b", record=3),
                value("c", record=4),
                value("d", record=5, at=LATER, alive=False),
            ]
        )["email"]

        assert truth.standing.record_id == 2
        assert [other.value for other in truth.others] == ["c", "a", "d"]


class TestFields:
    def test_are_only_those_that_somebody_said_something_about_in_the_usual_order(self) -> None:
        truths = decide([value("x", field="notes"), value("y", field="given_name")])

        assert list(truths) == ["given_name", "notes"]

    def test_that_are_not_in_the_vocabulary_are_left_out(self) -> None:
        assert decide([value("x", field="shoe_size")]) == {}

    def test_of_nobody_are_none(self) -> None:
        assert decide([]) == {}


evidence = st.lists(
    st.builds(
        SourcedValue,
        field=st.sampled_from(["email", "phone"]),
        value=st.sampled_from(["a", "b", None, True, 1]),
        source=st.sampled_from(["typed here", "treez 1", "cova 1"]),
        record_id=st.sampled_from([None, 1, 2]),
        at=st.sampled_from([EARLIER, NOON, LATER]),
        alive=st.booleans(),
        pinned=st.booleans(),
    ),
    max_size=8,
)


class TestOrderOfEvidence:
    @given(evidence.flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
    def test_does_not_matter(self, both: tuple[list[SourcedValue], list[SourcedValue]]) -> None:
        given_so, given_otherwise = both

        assert repr(decide(given_so)) == repr(decide(given_otherwise))

    @given(evidence)
    def test_pinned_beats_alive_beats_time(self, values: list[SourcedValue]) -> None:
        for truth in decide(values).values():
            mine = truth.standing
            for other in values:
                if other.field == mine.field:
                    assert (other.pinned, other.alive, other.at) <= (
                        mine.pinned, mine.alive, mine.at,
                    )  # fmt: skip

    @pytest.mark.parametrize("field", FIELDS)
    def test_every_field_of_the_vocabulary_gets_its_value(self, field: str) -> None:
        assert decide([value("x", field=field)])[field].standing.value == "x"


class TestConsentOfMergedPeople:
    def stands(self, *values: SourcedValue) -> object:
        return decide(values)["sms_opt_in"].standing.value

    def said(self, of: bool, *, of_whom: int, **given: Any) -> SourcedValue:
        return value(of, field="sms_opt_in", customer_id=of_whom, **given)  # type: ignore[arg-type]  # flags are values too

    def test_is_the_strictest_however_old(self) -> None:
        no, yes = self.said(False, of_whom=1, at=EARLIER), self.said(True, of_whom=2, at=LATER)

        assert self.stands(no, yes) is False
        assert decide([no, yes])["sms_opt_in"].by_strictness

    def test_counts_only_what_stands_for_each_of_them(self) -> None:
        old = self.said(False, of_whom=1, at=EARLIER)
        new, other = self.said(True, of_whom=1), self.said(True, of_whom=2)

        assert self.stands(old, new, other) is True

    def test_is_given_by_a_yes_that_was_typed_for_all(self) -> None:
        no = self.said(False, of_whom=1, at=EARLIER)
        yes = self.said(True, of_whom=2, record=None, covers=frozenset({1, 2}))

        assert self.stands(no, yes) is True

    def test_is_withdrawn_by_an_inactive_record_too_where_it_is_all_that_is_known(self) -> None:
        no = self.said(False, of_whom=1, alive=False)

        assert self.stands(no, self.said(True, of_whom=2)) is False

    def test_lets_a_ban_stand(self) -> None:
        banned = value(True, field="banned", customer_id=1, at=EARLIER)  # type: ignore[arg-type]  # flags are values too
        free = value(False, field="banned", customer_id=2)  # type: ignore[arg-type]  # flags are values too

        assert decide([banned, free])["banned"].standing.value is True
