from __future__ import annotations

import random

from rollcall.identity.rules.calibration import (
    Step,
    count_from,
    fit_isotonic,
    probability_at,
)


def steps(*answers: tuple[float, bool]) -> list[tuple[float, int, int]]:
    return [(one.bits, one.pairs, one.same) for one in fit_isotonic(answers)]


class TestFitIsotonic:
    def test_leaves_what_rises_alone(self) -> None:
        assert steps((1.0, False), (2.0, False), (3.0, True)) == [(1.0, 2, 0), (3.0, 1, 1)]

    def test_pools_what_falls(self) -> None:
        # 1, 0, 1, 1, 0, 1: by hand {1, 2} is 1/2, {3, 4, 5} is 2/3, {6} is 1.
        answers = [(bits, bits in (1, 3, 4, 6)) for bits in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)]
        assert steps(*answers) == [(1.0, 2, 1), (3.0, 3, 2), (6.0, 1, 1)]

    def test_pools_backwards_as_far_as_needed(self) -> None:
        # 0, 1, 0, 0: {2, 3, 4} is 1/3, which is more than 0.
        answers = [(1.0, False), (2.0, True), (3.0, False), (4.0, False)]
        assert steps(*answers) == [(1.0, 1, 0), (2.0, 3, 1)]

    def test_takes_equal_bits_together(self) -> None:
        answers = [(4.0, True), (5.0, True), (5.0, False), (5.0, True)]
        assert steps(*answers) == [(4.0, 4, 3)]

    def test_of_nothing_is_nothing(self) -> None:
        assert steps() == []

    def test_never_falls(self) -> None:
        rng = random.Random(3)
        answers = [(rng.uniform(0, 30), rng.random() < 0.5) for _ in range(500)]
        found = [one.probability for one in fit_isotonic(answers)]
        assert found == sorted(set(found))


class TestProbabilityAt:
    def test_is_that_of_the_step_below(self) -> None:
        held = [Step(bits=3.0, pairs=4, same=1), Step(bits=9.0, pairs=2, same=2)]
        assert [probability_at(held, bits) for bits in (2.9, 3.0, 8.9, 9.0, 40.0)] == [
            None,
            0.25,
            0.25,
            1.0,
            1.0,
        ]


class TestCountFrom:
    def test_counts_from_the_threshold_on(self) -> None:
        answers = [(3.0, False), (5.0, True), (5.0, False), (7.0, True)]
        assert count_from(answers, 5.0) == (3, 2)
