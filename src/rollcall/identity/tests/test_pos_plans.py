"""Plans to merge at a POS: asked for by a person, followed by what syncs see."""

from __future__ import annotations

import pytest
from django.db import transaction

from rollcall.audit.models import Entry
from rollcall.customers.models import AccountStore, PosRecord
from rollcall.customers.operations.presence import mark_gone
from rollcall.customers.queries.profile import CustomerNotFoundError
from rollcall.identity.models import PosMergePlan
from rollcall.identity.operations.pos_plans import (
    NothingToPlanError,
    PlanNotFoundError,
    StepRefusedError,
    change_step,
    plan_pos_merge,
)
from rollcall.identity.queries.pos_plans import list_doubles, list_plans
from rollcall.identity.rules.pos_plans import Seen, judge
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import ForbiddenError, Role, Scope
from rollcall.stores.models import Store
from rollcall.testing.fixtures import make_account

State = PosMergePlan.State


def record(shop: MergingShop, name: str) -> PosRecord:
    kind, _, external_id = name.partition(":")
    records = PosRecord.objects.scoped(shop.scope)
    return records.get(account=shop.accounts[kind], external_id=external_id)


@pytest.fixture
def doubled(shop: MergingShop) -> MergingShop:
    """Nora twice at treez, and once at cova."""
    for name in ("treez:1", "treez:2", "cova:3"):
        shop.row(name, given_name="Nora")
    shop.merge("treez:1", "treez:2")
    shop.merge("treez:1", "cova:3")
    return shop


def plan(shop: MergingShop, kept: str = "treez:1") -> PosMergePlan:
    (step,) = plan_pos_merge(
        shop.scope, shop.home("treez:1"), record(shop, kept).pk, now=shop.tick()
    )
    return step


def outcome(step: PosMergePlan) -> tuple[str, str]:
    step.refresh_from_db()
    return step.state, step.reason


class TestPlanning:
    def test_is_one_step_for_each_record_to_be_merged_away(self, doubled: MergingShop) -> None:
        step = plan(doubled)

        assert (step.donor, step.kept) == (record(doubled, "treez:2"), record(doubled, "treez:1"))
        assert outcome(step) == ("planned", "")
        assert (
            Entry.objects.scoped(doubled.scope)
            .filter(action="customer.pos_merge_planned", context__plans=[step.pk])
            .exists()
        )

    def test_offers_only_lists_with_two_records(self, doubled: MergingShop) -> None:
        (found,) = list_doubles(doubled.scope, doubled.home("treez:1"))

        assert found.account == doubled.accounts["treez"]
        assert [one.external_id for one in found.records] == ["2", "1"]
        assert "Treez" in found.way.how

    def test_is_not_made_twice_nor_in_a_circle(self, doubled: MergingShop) -> None:
        plan(doubled)

        for kept in ("treez:1", "treez:2"):
            with pytest.raises(NothingToPlanError):
                plan(doubled, kept)

    def test_is_not_made_for_somebody_elses_record(self, doubled: MergingShop) -> None:
        doubled.row("treez:9", given_name="Ife")

        with pytest.raises(CustomerNotFoundError):
            plan(doubled, "treez:9")

    def test_is_not_made_where_there_is_one_record(self, doubled: MergingShop) -> None:
        with pytest.raises(NothingToPlanError):
            plan(doubled, "cova:3")

    def test_is_not_for_staff(self, doubled: MergingShop) -> None:
        staff = Scope(
            retailer_id=doubled.scope.retailer_id, actor=doubled.scope.actor, role=Role.STAFF
        )
        with pytest.raises(ForbiddenError):
            plan_pos_merge(
                staff, doubled.home("treez:1"), record(doubled, "treez:1").pk, now=doubled.tick()
            )

    def test_shows_a_manager_only_the_lists_of_their_stores(
        self, doubled: MergingShop, store_a: Store
    ) -> None:
        step = plan(doubled)
        AccountStore.objects.scoped(doubled.scope).create(
            account=doubled.accounts["cova"], store=store_a
        )
        manager = Scope(
            retailer_id=doubled.scope.retailer_id,
            actor=doubled.scope.actor,
            role=Role.MANAGER,
            store_ids=frozenset({store_a.pk}),
        )

        assert list_plans(manager) == []
        assert list_doubles(manager, doubled.home("treez:1")) == []
        with pytest.raises(PlanNotFoundError):
            change_step(manager, step.pk, State.TO_DO, now=doubled.tick())

    def test_is_nothing_to_another_retailer(self, doubled: MergingShop, scope_b: Scope) -> None:
        step = plan(doubled)

        assert list_plans(scope_b) == []
        with pytest.raises(PlanNotFoundError):
            change_step(scope_b, step.pk, State.CANCELLED, now=doubled.tick())


class TestSteps:
    def test_go_from_planned_to_what_people_say(self, doubled: MergingShop) -> None:
        step = plan(doubled)

        change_step(doubled.scope, step.pk, State.TO_DO, now=doubled.tick())
        assert outcome(step) == ("to_do", "")
        change_step(doubled.scope, step.pk, State.NOT_POSSIBLE, now=doubled.tick())
        assert outcome(step) == ("not_possible", "by_person")

    @pytest.mark.parametrize("state", ["seen_done", "planned", "", "x"])
    def test_become_nothing_else_by_a_person(self, doubled: MergingShop, state: str) -> None:
        step = plan(doubled)

        with pytest.raises(StepRefusedError):
            change_step(doubled.scope, step.pk, state, now=doubled.tick())
        assert outcome(step) == ("planned", "")

    def test_stay_ended(self, doubled: MergingShop) -> None:
        step = plan(doubled)
        change_step(doubled.scope, step.pk, State.CANCELLED, now=doubled.tick())

        with pytest.raises(StepRefusedError):
            change_step(doubled.scope, step.pk, State.TO_DO, now=doubled.tick())
        assert plan(doubled).pk != step.pk


class TestWhatSyncsSee:
    @pytest.mark.parametrize(("donor", "kept", "reason"), [("2", "1", ""), ("1", "2", "other_way")])
    def test_is_done_when_the_pos_tells_of_it(
        self, doubled: MergingShop, donor: str, kept: str, reason: str
    ) -> None:
        step = plan(doubled)

        doubled.row(f"treez:{donor}", given_name="Nora", merged_into=kept)

        assert outcome(step) == ("seen_done", reason)

    def test_is_not_done_by_another_change(self, doubled: MergingShop) -> None:
        step = plan(doubled)

        doubled.row("treez:2", given_name="Honora")

        assert outcome(step) == ("planned", "")

    def test_is_not_possible_when_it_was_merged_into_somebody_else(
        self, doubled: MergingShop
    ) -> None:
        step = plan(doubled)
        doubled.row("treez:9", given_name="Ife")

        doubled.row("treez:2", given_name="Nora", merged_into="9")

        assert outcome(step) == ("not_possible", "elsewhere")

    def test_is_cancelled_when_a_record_is_gone_where_merges_are_told(
        self, doubled: MergingShop
    ) -> None:
        step = plan(doubled)

        with transaction.atomic():
            mark_gone(doubled.scope, [record(doubled, "treez:2").pk], now=doubled.tick())

        assert outcome(step) == ("cancelled", "gone")

    def test_is_done_when_the_record_is_gone_where_merges_are_not_told(
        self, shop: MergingShop
    ) -> None:
        flowhub = make_account(shop.scope, kind="flowhub", account_key="flowhub-list")
        shop.accounts = {**shop.accounts, "flowhub": flowhub}
        shop.row("flowhub:1", given_name="Nora")
        shop.row("flowhub:2", given_name="Nora")
        shop.merge("flowhub:1", "flowhub:2")
        (step,) = plan_pos_merge(
            shop.scope, shop.home("flowhub:1"), record(shop, "flowhub:1").pk, now=shop.tick()
        )

        with transaction.atomic():
            mark_gone(shop.scope, [record(shop, "flowhub:2").pk], now=shop.tick())

        assert outcome(step) == ("seen_done", "")


class TestUnmerging:
    def test_cancels_open_steps_with_the_reason(self, shop: MergingShop) -> None:
        for name in ("treez:1", "treez:2"):
            shop.row(name, given_name="Nora")
        merge = shop.merge("treez:1", "treez:2")
        step = plan(shop)
        change_step(shop.scope, step.pk, State.TO_DO, now=shop.tick())

        shop.undo(merge)

        assert outcome(step) == ("cancelled", "parted")

    def test_leaves_steps_whose_records_stay_together(self, doubled: MergingShop) -> None:
        doubled.row("treez:4", given_name="Nora")
        merge = doubled.merge("treez:1", "treez:4")
        step = plan_pos_merge(
            doubled.scope,
            doubled.home("treez:1"),
            record(doubled, "treez:1").pk,
            now=doubled.tick(),
        )

        doubled.undo(merge)

        ended = {one.donor.external_id: outcome(one)[0] for one in step}
        assert ended == {"2": "planned", "4": "cancelled"}

    def test_leaves_what_was_done_as_it_is(self, doubled: MergingShop) -> None:
        step = plan(doubled)
        doubled.row("treez:2", given_name="Nora", merged_into="1")
        doubled.row("treez:2", given_name="Nora", merged_into=None)

        assert outcome(step) == ("seen_done", "")

    def test_follows_the_person(self, doubled: MergingShop) -> None:
        step = plan(doubled)
        doubled.row("cova:9", given_name="Nora")
        doubled.merge("cova:9", "treez:1", survivor=doubled.home("cova:9"))

        step.refresh_from_db()
        assert step.holder.pk == doubled.person("treez:1") == doubled.home("cova:9").pk


class TestJudging:
    def test_takes_a_chain_within_the_person_for_done(self) -> None:
        donor = Seen(external_id="2", merged_into="3", is_active=False, is_gone=False)
        kept = Seen(external_id="1", merged_into=None, is_active=True, is_gone=False)

        verdict = judge(donor, kept, sign="points", together={"1", "2", "3"})

        assert verdict is not None
        assert (verdict.state, verdict.reason) == ("seen_done", "other_record")

    @pytest.mark.parametrize(("sign", "state"), [("inactive", "seen_done"), ("vanishes", None)])
    def test_takes_an_inactive_record_for_merged_only_where_that_is_the_sign(
        self, sign: str, state: str | None
    ) -> None:
        donor = Seen(external_id="2", merged_into=None, is_active=False, is_gone=False)
        kept = Seen(external_id="1", merged_into=None, is_active=True, is_gone=False)

        verdict = judge(donor, kept, sign=sign, together={"1", "2"})

        assert (verdict.state if verdict else None) == state
