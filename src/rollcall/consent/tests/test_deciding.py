"""The answer against a tiny model of its own, over random ledgers, merges and clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollcall.consent.rules.deciding import FlagNo, Question, Said, Verdict, decide
from rollcall.consent.rules.vocabulary import Channel, Kind, Purpose, Reason, is_stop_word
from rollcall.testing.thorough import times

DAY = dt.datetime(2026, 11, 2, 18, tzinfo=dt.UTC)  # 10:00 in Los Angeles
HOME = ZoneInfo("America/Los_Angeles")


def said(kind: Kind, hour: float = 0, customer: int = 1, **more: object) -> Said:
    values: dict[str, object] = {
        "id": round(hour * 100) + customer, "customer_id": customer, "kind": kind,
        "purpose": Purpose.MARKETING, "channel": Channel.SMS, "contact_key": 7,
        "at": DAY + dt.timedelta(hours=hour - 24),
    }  # fmt: skip
    return Said(**(values | more))  # type: ignore[arg-type]  # a row of a table of cases


def ask(
    *ledger: Said,
    flags: tuple[FlagNo, ...] = (),
    purpose: Purpose = Purpose.MARKETING,
    channel: Channel = Channel.SMS,
    at: dt.datetime = DAY,
    contact_key: int | None = 7,
) -> Verdict:
    question = Question(
        purpose=purpose, channel=channel, at=at, contact_key=contact_key, zones=[HOME]
    )
    return decide(ledger, flags, question)


GIVEN = said(Kind.GIVEN)
BEGUN = said(Kind.GIVEN, unconfirmed=True)
CASES: list[tuple[list[Said], bool, Reason]] = [
    ([], False, Reason.NEVER_GIVEN),
    ([GIVEN], True, Reason.GIVEN),
    ([BEGUN], False, Reason.UNCONFIRMED),
    ([BEGUN, said(Kind.CONFIRMED, 1, confirms=BEGUN.id)], True, Reason.CONFIRMED),
    ([said(Kind.CONFIRMED, 1, confirms=BEGUN.id)], False, Reason.NEVER_GIVEN),
    ([BEGUN, said(Kind.WITHDRAWN, 1), said(Kind.CONFIRMED, 2, confirms=BEGUN.id)],
     False, Reason.WITHDRAWN),
    ([GIVEN, said(Kind.WITHDRAWN, 1)], False, Reason.WITHDRAWN),
    ([GIVEN, said(Kind.WITHDRAWN)], False, Reason.WITHDRAWN),
    ([said(Kind.WITHDRAWN), said(Kind.GIVEN, 1)], True, Reason.GIVEN),
    ([said(Kind.WITHDRAWN), said(Kind.IMPLIED, 1)], False, Reason.WITHDRAWN),
    ([said(Kind.IMPLIED, expires_at=DAY + dt.timedelta(days=1))], True, Reason.IMPLIED),
    ([said(Kind.IMPLIED, expires_at=DAY)], False, Reason.EXPIRED),
    ([said(Kind.IMPORTED)], False, Reason.IMPORTED_ONLY),
    ([said(Kind.GIVEN, contact_key=8)], False, Reason.CONTACT_CHANGED),
    ([said(Kind.GIVEN, purpose=Purpose.LOYALTY)], False, Reason.NEVER_GIVEN),
    ([said(Kind.GIVEN, channel=Channel.EMAIL)], False, Reason.NEVER_GIVEN),
    ([said(Kind.GIVEN, 25)], False, Reason.NEVER_GIVEN),
    # Of merged people, one's no stands until they, or both as one, say yes.
    ([said(Kind.WITHDRAWN), said(Kind.GIVEN, 1, 2)], False, Reason.WITHDRAWN),
    ([said(Kind.WITHDRAWN), said(Kind.GIVEN, 1, 2, covers=frozenset({1}))], True, Reason.GIVEN),
]  # fmt: skip


class TestAnswer:
    @pytest.mark.parametrize(("ledger", "may", "reason"), CASES, ids=range(len(CASES)))
    def test_of_a_ledger(self, ledger: list[Said], may: bool, reason: Reason) -> None:
        verdict = ask(*ledger)

        assert (verdict.may, verdict.reason) == (may, reason)

    def test_names_the_entry_that_proves_it(self) -> None:
        no = said(Kind.WITHDRAWN, 2)

        assert (ask(GIVEN).entry, ask(GIVEN, no).entry) == (GIVEN, no)

    @pytest.mark.parametrize(
        ("hour", "may"), [(7.99, False), (8, True), (20.99, True), (21, False), (3, False)]
    )
    def test_keeps_quiet_hours_where_the_store_is(self, hour: float, may: bool) -> None:
        at = dt.datetime(2026, 11, 3, tzinfo=HOME) + dt.timedelta(hours=hour)

        texts = ask(GIVEN, at=at)
        mails = ask(said(Kind.GIVEN, channel=Channel.EMAIL), channel=Channel.EMAIL, at=at)
        assert (texts.may, mails.may) == (may, True)

    @pytest.mark.parametrize(
        ("field", "hours", "may"),
        [
            ("sms_opt_in", 1, False),
            ("marketing_opt_in", 1, False),
            ("email_opt_in", 1, True),
            ("sms_opt_in", -1, True),
        ],
    )
    def test_hears_a_no_of_a_pos(self, field: str, hours: int, may: bool) -> None:
        no = FlagNo(field=field, at=GIVEN.at + dt.timedelta(hours=hours))

        assert ask(GIVEN, flags=(no,)).may is may

    def test_lets_a_purchase_be_told_of_unless_that_was_stopped(self) -> None:
        purpose = Purpose.TRANSACTIONAL
        night = DAY.replace(hour=10)
        flag = FlagNo(field="sms_opt_in", at=DAY)

        assert ask(purpose=purpose, at=night, flags=(flag,)).may
        assert not ask(purpose=purpose, contact_key=None).may
        assert not ask(said(Kind.WITHDRAWN, purpose=purpose), purpose=purpose).may


class Model:
    """The ledger told again from its beginning, one entry after the other."""

    def __init__(self) -> None:
        self.refusals: set[int] = set()
        self.agreed: list[tuple[dt.datetime, Said]] = []
        self.begun: dict[int, Said] = {}

    def hear(self, one: Said) -> None:
        match one.kind:
            case Kind.WITHDRAWN:
                self.refusals.add(one.customer_id)
                self.agreed.clear()
                self.begun.clear()
            case Kind.GIVEN if one.unconfirmed:
                self.begun[one.id] = one
            case Kind.GIVEN:
                self.agree(one, one.at)
            case Kind.CONFIRMED if one.confirms is not None and one.confirms in self.begun:
                self.agree(one, self.begun[one.confirms].at)
            case Kind.IMPLIED:
                self.agreed.append((one.at, one))
            case _:
                pass

    def agree(self, one: Said, since: dt.datetime) -> None:
        self.refusals -= {one.customer_id, *one.covers}
        self.agreed.append((since, one))

    def answers(self, flags: list[FlagNo], asked: Question) -> bool:
        if self.refusals or (asked.contact_key is None and asked.channel is not Channel.PUSH):
            return False
        if asked.purpose is Purpose.TRANSACTIONAL:
            return True
        hour = asked.at.astimezone(HOME).hour
        if asked.channel is Channel.SMS and (hour < 8 or hour >= 21):
            return False
        heard = {
            "marketing_opt_in",
            {"sms": "sms_opt_in", "email": "email_opt_in"}.get(asked.channel),
        }
        said_no = [flag.at for flag in flags if flag.field in heard]
        return any(
            (one.expires_at is None or asked.at < one.expires_at)
            and (asked.channel is Channel.PUSH or one.contact_key == asked.contact_key)
            and all(no < since for no in said_no)
            for since, one in self.agreed
        )


def model(ledger: list[Said], flags: list[FlagNo], asked: Question) -> bool:
    told = Model()
    # At one moment a withdrawal comes behind what was given and before what was confirmed.
    places = {Kind.WITHDRAWN: 1, Kind.CONFIRMED: 2}
    for one in sorted(ledger, key=lambda one: (one.at, places.get(one.kind, 0))):
        if one.at <= asked.at and (one.purpose, one.channel) == (asked.purpose, asked.channel):
            told.hear(one)
    return told.answers(flags, asked)


HOURS = st.integers(0, 40).map(lambda hours: DAY + dt.timedelta(hours=hours - 30))
PURPOSES = st.sampled_from([Purpose.MARKETING, Purpose.MARKETING, Purpose.TRANSACTIONAL])
CHANNELS = st.sampled_from([Channel.SMS, Channel.SMS, Channel.EMAIL, Channel.PUSH])
CONTACTS = st.sampled_from([7, 7, 7, 8, None])
FLAG_NOES = st.builds(
    FlagNo, field=st.sampled_from(["sms_opt_in", "email_opt_in", "marketing_opt_in"]), at=HOURS
)
QUESTIONS = st.builds(
    Question, purpose=PURPOSES, channel=CHANNELS, at=HOURS, contact_key=CONTACTS,
    zones=st.just([HOME]),
)  # fmt: skip


@st.composite
def ledgers(draw: st.DrawFn) -> list[Said]:
    """Of people who were merged: entries of some cover others."""
    made = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        kind = draw(st.sampled_from(Kind))
        made.append(
            Said(
                id=number,
                customer_id=draw(st.integers(1, 3)),
                covers=draw(st.frozensets(st.integers(1, 3), max_size=2)),
                kind=kind,
                purpose=draw(PURPOSES),
                channel=draw(CHANNELS),
                at=draw(HOURS),
                expires_at=draw(st.none() | HOURS),
                contact_key=draw(CONTACTS),
                unconfirmed=kind is Kind.GIVEN and draw(st.booleans()),
                confirms=draw(st.integers(1, 6)) if kind is Kind.CONFIRMED else None,
            )
        )
    return made


class TestAnyLedger:
    @given(ledger=ledgers(), flags=st.lists(FLAG_NOES, max_size=2), asked=QUESTIONS)
    @settings(max_examples=times(80, 5000), deadline=None)
    def test_is_answered_as_the_model_does(
        self, ledger: list[Said], flags: list[FlagNo], asked: Question
    ) -> None:
        verdict = decide(ledger, flags, asked)

        assert verdict.may == model(ledger, flags, asked)
        assert decide(ledger[::-1], flags, asked) == verdict

    @given(ledger=ledgers(), other=ledgers(), flag=FLAG_NOES, asked=QUESTIONS)
    @settings(max_examples=times(40, 2000), deadline=None)
    def test_says_yes_to_nothing_more_because_of_a_no_or_a_merge(
        self, ledger: list[Said], other: list[Said], flag: FlagNo, asked: Question
    ) -> None:
        if decide(ledger, [], asked).may:
            return
        refusals = [one for one in other if one.kind is Kind.WITHDRAWN]

        assert not decide(ledger, [flag], asked).may
        assert not decide([*ledger, *refusals], [], asked).may


@pytest.mark.parametrize(
    ("text", "stops"),
    [("stop", True), (" Stop. ", True), ("opt-out", True), ("UNSUBSCRIBE!", True),
     ("STOPPED", False), ("don't stop", False), ("", False)],
)  # fmt: skip
def test_stop_words_stand_alone(text: str, stops: bool) -> None:
    assert is_stop_word(text) is stops
