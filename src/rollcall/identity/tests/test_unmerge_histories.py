from __future__ import annotations

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollcall.identity.tests.histories import KINDS, Play, Step, random_steps
from rollcall.identity.tests.merging_shop import open_shop
from rollcall.kit.scope import Scope
from rollcall.testing.thorough import times

_NUMBERS = st.integers(min_value=0, max_value=63)
_STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), _NUMBERS, _NUMBERS, _NUMBERS), min_size=4, max_size=16
)
#: Short histories that a run tries, and the length of one long history: more may be asked for.
_EXAMPLES = int(os.environ.get("ROLLCALL_TEST_HISTORIES", times(12, 40)))
_LONG = int(os.environ.get("ROLLCALL_TEST_HISTORY_STEPS", times(60, 120)))


def check(scope_a: Scope, scope_b: Scope, steps: list[Step], *, size: int) -> None:
    """Compare a history with the same one without what was undone in it."""
    with transaction.atomic():
        played = Play(shop=open_shop(scope_a), size=size)
        played.begin()
        played.run(steps)

        without = played.again(open_shop(scope_b), steps)

        assert played.state() == without.state()
        transaction.set_rollback(True)


class TestUndoing:
    @settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=_STEPS)
    def test_leaves_everybody_as_if_the_merge_had_never_been(
        self, scope_a: Scope, scope_b: Scope, steps: list[Step]
    ) -> None:
        check(scope_a, scope_b, steps, size=3)

    @pytest.mark.parametrize("seed", range(3))
    def test_does_so_in_long_histories(self, scope_a: Scope, scope_b: Scope, seed: int) -> None:
        check(scope_a, scope_b, random_steps(seed, _LONG), size=6)
