"""Weights learned from a retailer's own records: kept, activated, used."""

from __future__ import annotations

import dataclasses
import json
import random

import pytest

from rollcall.audit.models import Entry
from rollcall.identity.engines.train import TooFarError
from rollcall.identity.models import MatchModel, Merge, Suggestion
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.training import (
    ModelUnusableError,
    TrainedModel,
    activate_model,
    calibrate,
    deactivate_models,
    train_retailer,
)
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.models import ModelNotFoundError, list_models, model_of
from rollcall.identity.rules.model import shipped_model, write_model
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import EVIDENCE, take_in_pair
from rollcall.identity.tests.test_matching import NORA
from rollcall.kit.scope import ForbiddenError, Role, Scope


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


@pytest.fixture
def crowd(shop: MergingShop) -> MergingShop:
    """Sixty people who stand in both lists with one licence, half of them with another phone."""
    rng = random.Random(5)
    people = {}
    for number in range(60):
        person = {
            "given_name": rng.choice(("Ana", "Bob", "Zoe", "Ivy")),
            "family_name": f"Family{rng.randrange(40)}",
            "born_on": f"{rng.randrange(1950, 2000)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}",
            "licence": f"D77{10_000 + number}",
            "licence_state": "CA",
        }
        for kind in ("treez", "cova"):
            last = 2000 + number + 500 * (kind == "cova" and number % 2)
            people[f"{kind}:{number}"] = {**person, "phone": f"+1415555{last:04d}"}
    shop.rows(people)
    return shop


def train(shop: MergingShop, *, approve: bool = True, largest: float = 3.0) -> TrainedModel:
    return train_retailer(shop.scope, largest_shift=largest, approve=approve, now=shop.tick())


def kept(shop: MergingShop) -> MatchModel:
    """A version as if it had been trained: training takes seconds."""
    number = MatchModel.objects.scoped(shop.scope).count() + 1
    model = dataclasses.replace(shipped_model(), version=f"{shipped_model().version}.em{number}")
    return MatchModel.objects.scoped(shop.scope).create(
        number=number,
        document=json.loads(write_model(model)),
        trained_at=shop.tick(),
        trained_by="cli:test",
        records=120,
        largest_shift=0.5,
    )


class TestTraining:
    def test_keeps_a_version_that_is_not_used_yet(self, crowd: MergingShop) -> None:
        kept(crowd)

        row = train(crowd).row

        assert (row.number, row.records, row.is_active) == (2, 120, False)
        assert row.document["version"] == f"{shipped_model().version}.em2"
        assert model_of(crowd.scope) == shipped_model()
        document = json.dumps(row.document).lower()
        for value in ("family1", "ana", "1415555", "d7710"):
            assert value not in document

    def test_refuses_to_move_far_unless_approved(self, crowd: MergingShop) -> None:
        with pytest.raises(TooFarError):
            train(crowd, approve=False, largest=0.001)
        assert not MatchModel.objects.scoped(crowd.scope).exists()

        row = train(crowd, approve=True, largest=0.001).row

        assert (row.approved_by, row.largest_shift > 0.001) == ("cli:test", True)

    def test_is_for_administrators(self, crowd: MergingShop) -> None:
        manager = Scope(
            retailer_id=crowd.scope.retailer_id, actor=crowd.scope.actor, role=Role.MANAGER
        )
        with pytest.raises(ForbiddenError):
            train_retailer(manager, approve=True, now=crowd.tick())
        with pytest.raises(ForbiddenError):
            activate_model(manager, 1, now=crowd.tick())


class TestActivating:
    def test_has_matching_use_it_and_no_longer(self, crowd: MergingShop) -> None:
        train(crowd)
        activate_model(crowd.scope, 1, now=crowd.tick())
        activate_model(crowd.scope, 1, now=crowd.tick())
        crowd.row("treez:900", **NORA)
        crowd.row("cova:900", **NORA)
        match_pending(crowd.scope)

        made = Merge.objects.scoped(crowd.scope).order_by("-pk").values_list("evidence", flat=True)
        assert {one["model"] for one in made} == {f"model-{shipped_model().version}.em1"}
        deactivate_models(crowd.scope, now=crowd.tick())
        assert model_of(crowd.scope) == shipped_model()
        told = Entry.objects.scoped(crowd.scope).filter(action__startswith="identity.model")
        assert [one.action for one in told.order_by("pk")] == [
            "identity.model_trained",
            "identity.model_activated",
            "identity.model_deactivated",
        ]

    def test_replaces_the_one_before(self, crowd: MergingShop) -> None:
        kept(crowd)
        kept(crowd)
        for number in (1, 2):
            activate_model(crowd.scope, number, now=crowd.tick())

        found = [(one.number, one.is_active) for one in list_models(crowd.scope)]
        assert found == [(2, True), (1, False)]
        assert model_of(crowd.scope).version == f"{shipped_model().version}.em2"

    def test_is_another_retailers_matter(self, crowd: MergingShop, scope_b: Scope) -> None:
        kept(crowd)
        activate_model(crowd.scope, 1, now=crowd.tick())

        assert model_of(scope_b) == shipped_model()
        with pytest.raises(ModelNotFoundError):
            activate_model(scope_b, 1, now=crowd.tick())

    def test_refuses_one_of_another_version(self, shop: MergingShop) -> None:
        row = MatchModel.objects.scoped(shop.scope).create(
            number=1,
            document={"version": "0", "fields": {}},
            trained_at=shop.tick(),
            trained_by="cli:test",
            records=1,
            largest_shift=0.0,
        )
        with pytest.raises(ModelUnusableError):
            activate_model(shop.scope, 1, now=shop.tick())
        MatchModel.objects.scoped(shop.scope).filter(pk=row.pk).update(is_active=True)

        assert model_of(shop.scope) == shipped_model()


class TestCalibrating:
    def answered(self, shop: MergingShop, count: int) -> None:
        asked = take_in_pair(shop)
        Suggestion.objects.scoped(shop.scope).bulk_create(
            Suggestion(
                retailer_id=shop.scope.retailer_id,
                first_id=asked.first_id,
                second_id=asked.second_id,
                bits=float(number),
                reasons=["bits"],
                evidence={**EVIDENCE, "vetoes": []},
                at=asked.at,
                state=Suggestion.State.SAME if number >= 20 else Suggestion.State.DIFFERENT,
            )
            for number in range(count)
        )

    def test_says_what_answers_tell_of_the_thresholds(self, shop: MergingShop) -> None:
        self.answered(shop, 120)

        found = calibrate(shop.scope)

        assert (found.answers, found.model) == (120, shipped_model().version)
        assert [(one.bits, one.pairs, one.same) for one in found.steps] == [
            (0.0, 20, 0),
            (20.0, 100, 100),
        ]
        assert [one.name for one in found.thresholds] == ["auto", "review"]
        auto = found.thresholds[0]
        assert auto.same == min(auto.pairs, 100)

    def test_says_nothing_of_too_few(self, shop: MergingShop) -> None:
        self.answered(shop, 99)

        found = calibrate(shop.scope)

        assert (found.answers, list(found.steps)) == (99, [])
        assert {one.probability for one in found.thresholds} == {None}
