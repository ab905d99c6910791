"""Decisions about writes: what wins, what is the same, what is tried again."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.kit.fields import FieldValue
from rollcall.outbox.rules.consent import with_spread_noes
from rollcall.outbox.rules.sameness import is_same
from rollcall.outbox.rules.three_way import Decision, decide
from rollcall.outbox.rules.verdicts import GIVE_UP_AFTER, judge, pause_s
from rollcall.outbox.rules.wishes import Wish, merged
from rollcall.pos.errors import (
    PosConflictError,
    PosCredentialsError,
    PosDuplicateError,
    PosError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosThrottledError,
    PosUnavailableError,
    RowError,
    UnsupportedByPosError,
)

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LATER, EARLIER = NOON + dt.timedelta(minutes=5), NOON - dt.timedelta(minutes=5)


class TestSameness:
    @pytest.mark.parametrize(
        ("field", "ours", "theirs"),
        [
            ("given_name", "Ana", "ANA"),
            ("given_name", "Ana  María", " ana maría "),
            ("phone", "+14155550132", "(415) 555-0132"),
            ("email", "Ana@Example.com", "ana@example.com"),
            ("licence", "D123-4567", "d1234567"),
            ("notes", None, ""),
            ("groups", [], None),
            ("groups", ["VIP", "Staff"], ["staff", "vip"]),
            ("marketing_opt_in", None, None),
        ],
    )
    def test_forgives_how_a_value_is_written(
        self, field: str, ours: FieldValue, theirs: FieldValue
    ) -> None:
        assert is_same(field, ours, theirs)
        assert is_same(field, theirs, ours)

    @pytest.mark.parametrize(
        ("field", "ours", "theirs"),
        [
            ("given_name", "Ana", "Anna"),
            ("given_name", "Ana", "Aná"),
            ("phone", "+14155550132", "+14155550133"),
            ("marketing_opt_in", None, False),
            ("marketing_opt_in", True, False),
            ("loyalty_points", 0, None),
        ],
    )
    def test_does_not_forgive_another_value(
        self, field: str, ours: FieldValue, theirs: FieldValue
    ) -> None:
        assert not is_same(field, ours, theirs)


class TestThreeWay:
    @pytest.mark.parametrize(
        ("base", "theirs", "theirs_at", "pinned", "decision"),
        [
            ("old", "old", EARLIER, False, Decision.SENT),
            ("old", "new", LATER, False, Decision.ALREADY_THERE),
            ("old", "NEW", LATER, False, Decision.ALREADY_THERE),
            ("old", "other", LATER, False, Decision.POS_NEWER),
            ("old", "other", EARLIER, False, Decision.HUB_NEWER),
            ("old", "other", None, False, Decision.HUB_NEWER),
            ("old", "other", LATER, True, Decision.HUB_NEWER),
            ("old", "OLD", LATER, False, Decision.SENT),
            (None, None, LATER, False, Decision.SENT),
        ],
    )
    def test_decides_by_what_stood_there_and_who_was_later(
        self,
        base: FieldValue,
        theirs: FieldValue,
        theirs_at: dt.datetime | None,
        pinned: bool,
        decision: Decision,
    ) -> None:
        wish = Wish(
            values={"notes": "new"},
            bases={"notes": base},
            pinned=frozenset({"notes"} if pinned else ()),
        )

        outcome = decide(
            wish,
            theirs={"notes": theirs},
            theirs_at=theirs_at,
            wished_at=NOON,
            can_hold=lambda _name, _value: True,
        )

        assert outcome.decisions == {"notes": decision}
        sent = decision in (Decision.SENT, Decision.HUB_NEWER)
        assert outcome.writes == ({"notes": "new"} if sent else {})

    @pytest.mark.parametrize(
        ("theirs", "decision"), [("older", Decision.SENT), ("typed there", Decision.POS_NEWER)]
    )
    def test_knows_what_another_wish_of_ours_wrote(self, theirs: str, decision: Decision) -> None:
        outcome = decide(
            Wish(values={"notes": "new"}, bases={"notes": "before"}),
            theirs={"notes": theirs},
            theirs_at=LATER,
            wished_at=NOON,
            can_hold=lambda _name, _value: True,
            sent_before={"notes": "older"},
        )

        assert outcome.decisions == {"notes": decision}

    def test_keeps_here_what_the_pos_cannot_hold(self) -> None:
        outcome = decide(
            Wish(values={"notes": None}, bases={"notes": "old"}),
            theirs={"notes": "old"},
            theirs_at=None,
            wished_at=NOON,
            can_hold=lambda _name, _value: False,
        )

        assert outcome.decisions == {"notes": Decision.KEPT_HERE}
        assert outcome.writes == {}


_FIELDS = st.sampled_from(["notes", "email", "phone"])
_VALUES = st.dictionaries(_FIELDS, st.one_of(st.none(), st.text(max_size=3)))
_WISHES = st.builds(
    lambda values, bases, status: Wish(
        values=values, bases={k: bases.get(k) for k in values}, status=status
    ),
    _VALUES,
    _VALUES,
    st.sampled_from(["", "active", "inactive"]),
)


class TestWishes:
    @given(_WISHES, _WISHES, _WISHES)
    def test_merge_the_same_in_whatever_groups(self, one: Wish, two: Wish, three: Wish) -> None:
        left = merged(merged(one, two), three)
        right = merged(one, merged(two, three))

        assert left == right

    @given(_WISHES, _WISHES)
    def test_keep_the_later_value_and_the_earlier_base(self, one: Wish, two: Wish) -> None:
        whole = merged(one, two)

        for name, value in whole.values.items():
            assert value == (two.values[name] if name in two.values else one.values[name])
            first = one if name in one.values else two
            assert whole.bases[name] == first.bases[name]

    @given(_WISHES)
    def test_survive_being_sealed(self, wish: Wish) -> None:
        assert Wish.from_json(wish.to_json()) == wish


class TestNoes:
    @pytest.mark.parametrize(
        ("changes", "flags", "told"),
        [
            (
                {"marketing_opt_in": False},
                {"email_opt_in", "sms_opt_in"},
                {"marketing_opt_in": False, "email_opt_in": False, "sms_opt_in": False},
            ),
            ({"marketing_opt_in": True}, {"email_opt_in"}, {"marketing_opt_in": True}),
            (
                {"sms_opt_in": False},
                {"marketing_opt_in"},
                {"sms_opt_in": False, "marketing_opt_in": False},
            ),
            (
                {"sms_opt_in": False},
                {"marketing_opt_in", "sms_opt_in"},
                {"sms_opt_in": False},
            ),
            ({"sms_opt_in": True}, {"marketing_opt_in"}, {"sms_opt_in": True}),
            (
                {"marketing_opt_in": False, "email_opt_in": True},
                {"marketing_opt_in", "email_opt_in"},
                {"marketing_opt_in": False, "email_opt_in": False},
            ),
            (
                {"marketing_opt_in": True, "sms_opt_in": False},
                {"marketing_opt_in"},
                {"marketing_opt_in": False, "sms_opt_in": False},
            ),
        ],
    )
    def test_reach_every_flag_that_could_overrule_them(
        self, changes: dict[str, FieldValue], flags: set[str], told: dict[str, FieldValue]
    ) -> None:
        assert with_spread_noes(changes, flags) == told


class TestVerdicts:
    @pytest.mark.parametrize(
        ("error", "state", "code", "least_s"),
        [
            (PosDuplicateError("known"), "refused", "duplicate", 0.0),
            (PosRefusedDataError("no", code="BAD"), "refused", "BAD", 0.0),
            (PosGoneError("gone"), "refused", "gone", 0.0),
            (RowError("no date", code="date_invalid"), "queued", "date_invalid", 1.0),
            (UnsupportedByPosError("no"), "refused", "unsupported", 0.0),
            (PosConflictError("changed"), "queued", "conflict", 0.1),
            (PosCredentialsError("no", code="http_401"), "queued", "http_401", 300.0),
            (PosUnavailableError("away", code="http_500"), "queued", "http_500", 1.0),
            (
                PosThrottledError("slow", code="http_429", retry_after_s=90),
                "queued",
                "http_429",
                90,
            ),
            (PosOutcomeUnknownError("?", code="ReadError"), "queued", "ReadError", 60.0),
        ],
    )
    def test_follow_from_the_kind_of_error(
        self, error: PosError, state: str, code: str, least_s: float
    ) -> None:
        verdict = judge(
            error,
            attempts=1,
            waited=dt.timedelta(minutes=1),
            settles_after=dt.timedelta(minutes=1),
        )

        assert (verdict.state, verdict.code) == (state, code)
        assert verdict.wait_s >= least_s

    def test_give_up_after_days(self) -> None:
        verdict = judge(
            PosUnavailableError("away", code="http_500"),
            attempts=200,
            waited=GIVE_UP_AFTER + dt.timedelta(minutes=1),
            settles_after=dt.timedelta(),
        )

        assert verdict.state == "dead"

    def test_pauses_double_up_to_a_quarter_hour(self) -> None:
        assert 1.0 <= pause_s(1) <= 2.0
        assert 4.0 <= pause_s(3) <= 8.0
        assert 450.0 <= pause_s(1000) <= 900.0
