"""Choosing what is accepted many at once, and steering it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from rollcall.identity.models import BulkAccept, BulkItem, Suggestion
from rollcall.identity.operations.bulk_choosing import Choice, ChoiceError, choose
from rollcall.identity.operations.bulk_steering import (
    BusyError,
    OutdatedError,
    UnconfirmedError,
    WrongStateError,
    pause,
    resume,
    start,
    stop,
    undo,
)
from rollcall.identity.operations.bulk_working import do_some, runs_under_way, work_on
from rollcall.identity.operations.match_settings import set_match_settings
from rollcall.identity.queries.bulk import (
    BulkNotFoundError,
    get_run,
)
from rollcall.identity.queries.suggestions import count_open
from rollcall.identity.rules.caution import Caution
from rollcall.identity.tests.bulk_shop import (
    ALL,
    AMARA,
    CALM,
    between,
    choose_all,
    merges,
    pair,
    started,
    work,
)
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import EVIDENCE
from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope


class TestChoosing:
    def test_counts_and_merges_nobody(self, shop: MergingShop) -> None:
        for number in (1, 2, 3):
            pair(shop, number)

        run = choose_all(shop)

        assert (run.state, run.count, run.people, run.people_after) == ("dry", 3, 6, 3)
        assert len(run.sample) == 3
        assert (merges(shop), count_open(shop.scope)) == (0, 3)

    def test_takes_the_strongest_up_to_the_cap(self, shop: MergingShop) -> None:
        weak, strong = pair(shop, 1, bits=14.0), pair(shop, 2, bits=18.0)

        run = choose_all(shop, Choice(least_bits=0, cap=1))

        (item,) = BulkItem.objects.scoped(shop.scope).filter(run=run)
        assert item.suggestion_id == strong.pk
        assert (run.count, run.beyond) == (1, 1)
        assert weak.state == Suggestion.State.OPEN

    def test_leaves_out_what_is_weaker_than_asked_for(self, shop: MergingShop) -> None:
        pair(shop, 1, bits=14.0)

        assert choose_all(shop, Choice(least_bits=14.1)).count == 0

    @pytest.mark.parametrize(
        "options",
        [
            {"reasons": ["born"], "vetoes": ["born"]},
            {"vetoes": ["born"]},
            {"parts": EVIDENCE["parts"]},
            {"reasons": ["rival"]},
            {"reasons": ["bits", "size"]},
            {"reasons": []},
            {"parts": [part for part in CALM if part["field"] in ("phone", "email")]},
            {"bits": 17.3, "short": None},
        ],
    )
    def test_never_takes_what_a_person_has_to_see(
        self, shop: MergingShop, options: dict[str, Any]
    ) -> None:
        pair(shop, 1, **options)

        assert choose_all(shop).count == 0

    def test_takes_one_of_several_about_the_same_two(self, shop: MergingShop) -> None:
        pair(shop, 1)
        shop.row("treez:9", **AMARA)
        shop.merge("treez:1", "treez:9")
        between(shop, "treez:9", "cova:1", bits=15.0)

        assert choose_all(shop).count == 1

    def test_leaves_out_records_that_have_changed_since(self, shop: MergingShop) -> None:
        pair(shop, 1)
        shop.row("cova:1", **AMARA, phone="+14155559999")

        assert choose_all(shop).count == 0

    def test_takes_what_todays_settings_would_link(self, shop: MergingShop) -> None:
        pair(shop, 1, bits=17.3)
        set_match_settings(
            shop.scope, Caution(link_bits=-0.9), reason="why", seen=None, now=shop.tick()
        )
        linkable = Choice(least_bits=0, linkable=True)
        assert choose_all(shop, linkable).count == 0

        pair(shop, 2, bits=17.4)
        assert choose_all(shop, linkable).count == 1

    @pytest.mark.parametrize(
        ("field", "choice"),
        [
            ("least_bits", Choice(least_bits=math.nan)),
            ("least_bits", Choice(least_bits=math.inf)),
            ("least_bits", Choice(least_bits=1e9)),
            ("reasons", Choice(least_bits=0, reasons=())),
            ("reasons", Choice(least_bits=0, reasons=("born",))),
            ("reasons", Choice(least_bits=0, reasons=("bits", "'; drop"))),
            ("cap", Choice(least_bits=0, cap=0)),
            ("cap", Choice(least_bits=0, cap=-1)),
            ("cap", Choice(least_bits=0, cap=10**12)),
        ],
    )
    def test_refuses_nonsense(self, shop: MergingShop, field: str, choice: Choice) -> None:
        with pytest.raises(ChoiceError) as refused:
            choose_all(shop, choice)

        assert refused.value.field == field

    @pytest.mark.parametrize("role", [Role.KIOSK, Role.STAFF, Role.MANAGER])
    def test_is_for_admins(self, shop: MergingShop, role: Role) -> None:
        with pytest.raises(ForbiddenError):
            choose(replace(shop.scope, role=role), ALL, now=shop.tick())

    def test_is_for_those_who_see_all_stores(self, shop: MergingShop) -> None:
        with pytest.raises(ForbiddenError):
            choose(replace(shop.scope, store_ids=frozenset({1})), ALL, now=shop.tick())

    def test_forgets_what_the_same_person_chose_before(self, shop: MergingShop) -> None:
        pair(shop, 1)
        before = choose_all(shop)
        choose_all(shop)

        with pytest.raises(BulkNotFoundError):
            get_run(shop.scope, before.pk)

    def test_sees_nothing_of_other_retailers(self, shop: MergingShop, scope_b: Scope) -> None:
        pair(shop, 1)
        run = choose_all(shop)

        assert choose(scope_b, ALL, now=shop.tick()).count == 0
        with pytest.raises(BulkNotFoundError):
            get_run(scope_b, run.pk)
        with pytest.raises(BulkNotFoundError):
            start(scope_b, run.pk, confirmed=1, now=shop.tick())


class TestStarting:
    @pytest.mark.parametrize("confirmed", [0, 2, -1, 10**30])
    def test_wants_the_number_of_pairs(self, shop: MergingShop, confirmed: int) -> None:
        pair(shop, 1)
        run = choose_all(shop)

        with pytest.raises(UnconfirmedError):
            start(shop.scope, run.pk, confirmed=confirmed, now=shop.tick())

    def test_refuses_to_do_nothing(self, shop: MergingShop) -> None:
        with pytest.raises(UnconfirmedError):
            started(shop)

    def test_refuses_what_was_chosen_long_ago(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = choose_all(shop)

        with pytest.raises(OutdatedError):
            start(shop.scope, run.pk, confirmed=1, now=run.made_at + dt.timedelta(minutes=61))

    def test_refuses_what_somebody_else_chose(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = choose_all(shop)
        other = replace(shop.scope, actor=Actor(kind="user", id="99"))

        with pytest.raises(OutdatedError):
            start(other, run.pk, confirmed=1, now=shop.tick())

    def test_is_done_once(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = started(shop)

        with pytest.raises(WrongStateError):
            start(shop.scope, run.pk, confirmed=1, now=shop.tick())

    def test_refuses_a_second_one_beside_it(self, shop: MergingShop) -> None:
        pair(shop, 1)
        started(shop)
        second = choose_all(shop)

        with pytest.raises(BusyError):
            start(shop.scope, second.pk, confirmed=1, now=shop.tick())
        with pytest.raises(IntegrityError), transaction.atomic():
            BulkAccept.objects.scoped(shop.scope).filter(pk=second.pk).update(state="paused")


class TestSteering:
    def test_pauses_and_goes_on(self, shop: MergingShop, by_two: None) -> None:
        for number in range(1, 6):
            pair(shop, number)
        run = started(shop)
        assert do_some(shop.scope.retailer_id, run.pk) is True
        pause(shop.scope, run.pk)

        assert do_some(shop.scope.retailer_id, run.pk) is False
        assert merges(shop) == 2
        assert runs_under_way() == []
        resume(shop.scope, run.pk)
        assert runs_under_way() == [(shop.scope.retailer_id, run.pk)]
        assert work(shop, run).accepted == 5

    def test_stops_for_good(self, shop: MergingShop, by_two: None) -> None:
        for number in range(1, 6):
            pair(shop, number)
        run = started(shop)
        do_some(shop.scope.retailer_id, run.pk)
        stop(shop.scope, run.pk, now=shop.tick())

        done = work(shop, run)

        assert (done.accepted, done.waiting) == (2, 3)
        with pytest.raises(WrongStateError):
            resume(shop.scope, run.pk)

    def test_is_not_for_managers(self, shop: MergingShop) -> None:
        pair(shop, 1)
        run = started(shop)
        manager = replace(shop.scope, role=Role.MANAGER)
        for act in (pause, resume):
            with pytest.raises(ForbiddenError):
                act(manager, run.pk)
        for act_at in (stop, undo):
            with pytest.raises(ForbiddenError):
                act_at(manager, run.pk, now=shop.tick())

    def test_ignores_a_job_for_a_run_of_another_retailer(
        self, shop: MergingShop, scope_b: Scope
    ) -> None:
        pair(shop, 1)
        run = started(shop)

        work_on(scope_b.retailer_id, run.pk)
        assert merges(shop) == 0
