from __future__ import annotations

import pytest

from rollcall.kit.scope import Scope
from rollcall.testing.merging_crowd import open_lists, run_crowd


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_lose_nothing_and_leave_every_record_with_one_person(self, scope_a: Scope) -> None:
        report = run_crowd(scope_a, open_lists(scope_a), processes=4, seconds=3)

        assert not +report.wrong, report
        assert min(report.done[one] for one in ("merged", "undone", "edited", "synced")) > 0
