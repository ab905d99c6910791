from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from rollcall.identity.engines.train import TooFarError, train_model
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.model import Model, shipped_model


@pytest.fixture(scope="module")
def records() -> Sequence[Evidence]:
    """Two records of each person; every other person has moved, and so has another phone."""
    rng = random.Random(4)
    found = []
    for number in range(500):
        given, family = rng.choice(("ana", "bob", "zoe", "ivy")), f"family{rng.randrange(300)}"
        born = f"{rng.randrange(1940, 2004)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        for again in range(2):
            phone = number if number % 2 else number + again * 5_000
            found.append(
                Evidence(
                    given=given,
                    family=family,
                    family_parts=family,
                    born=born,
                    phone=f"+1415{7_000_000 + phone * 37}",
                    licence=f"D{1_000_000 + number}",
                )
            )
    return found


def bits(model: Model, field: str, level: str) -> float:
    return next(odds.bits for odds in model.fields[field] if odds.name == level)


class TestTrainModel:
    def test_learns_that_phones_change(self, records: Sequence[Evidence]) -> None:
        trained = train_model(records, shipped_model(), largest_shift=None, strangers=20_000)
        before = bits(shipped_model(), "phone", "different")
        assert bits(trained.model, "phone", "different") > before + 0.5

    def test_refuses_a_leap(self, records: Sequence[Evidence]) -> None:
        with pytest.raises(TooFarError, match=r"moved by more than 0\.1 bits"):
            train_model(records, shipped_model(), largest_shift=0.1, strangers=20_000)

    def test_leaves_the_model_alone_without_pairs(self) -> None:
        trained = train_model([Evidence(given="ana")] * 3, shipped_model())
        assert max(abs(shift.after - shift.before) for shift in trained.shifts) < 0.05
