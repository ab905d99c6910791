from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from rollcall.kit.scope import Role, Scope
from rollcall.notifications.models import Notice
from rollcall.notifications.operations import load_conditions, watch_retailer
from rollcall.notifications.rules.kinds import (
    Finding,
    Kind,
    Look,
    Severity,
    UnknownKindError,
    condition,
    declare,
    list_conditions,
    title_of,
    withdraw,
)
from rollcall.notifications.tasks import watch
from rollcall.notifications.tests.conftest import broken
from rollcall.stores.models import Retailer
from rollcall.testing.fixtures import NOON

WRONG: dict[str, list[Finding]] = {}


def look_at_things(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    yield from WRONG["things"]


def look_inside(scope: Scope, *, now: dt.datetime) -> Iterator[Finding]:
    yield from WRONG["inside"]
    if "crash" in WRONG:
        raise RuntimeError("ana@example.com was not expected")


@pytest.fixture(autouse=True)
def _conditions(kinds: None) -> Iterator[None]:
    WRONG.clear()
    WRONG.update(things=[], inside=[])
    condition("test.broken")(look_at_things)
    condition("test.internal", look=Look.WORKER_OR_PAGE)(look_inside)
    yield
    withdraw(look_at_things)
    withdraw(look_inside)


def open_keys(scope: Scope) -> list[str]:
    notices = Notice.objects.scoped(scope).filter(recovered_at__isnull=True)
    return sorted(notices.values_list("key", flat=True))


class TestWatch:
    def test_opens_what_is_wrong_and_closes_what_is_over(self, scope_a: Scope) -> None:
        WRONG["things"] = [broken(thing="till"), broken(thing="door")]
        watch_retailer(scope_a, now=NOON)
        assert open_keys(scope_a) == ["test.broken:thing:door", "test.broken:thing:till"]

        WRONG["things"] = [broken(thing="door")]
        watch_retailer(scope_a, now=NOON)

        assert open_keys(scope_a) == ["test.broken:thing:door"]

    def test_goes_on_when_a_condition_fails_and_leaves_its_notices_alone(
        self, scope_a: Scope, capfd: pytest.CaptureFixture[str]
    ) -> None:
        WRONG["inside"] = [Finding(kind="test.internal")]
        watch_retailer(scope_a, now=NOON)
        WRONG["inside"] = []
        WRONG["crash"] = []
        WRONG["things"] = [broken()]

        watch_retailer(scope_a, now=NOON)

        assert open_keys(scope_a) == ["test.broken:thing:till", "test.internal"]
        said = "".join(capfd.readouterr())
        assert "ana@example.com" not in said

    def test_believes_nothing_of_a_condition_that_finds_what_is_not_its_own(
        self, scope_a: Scope
    ) -> None:
        WRONG["inside"] = [Finding(kind="test.internal"), broken()]

        watch_retailer(scope_a, now=NOON)

        assert open_keys(scope_a) == []

    def test_by_a_page_evaluates_what_pages_may(self, scope_a: Scope) -> None:
        WRONG["inside"] = [Finding(kind="test.internal")]
        WRONG["things"] = [broken()]

        watch_retailer(scope_a, now=NOON, look=Look.WORKER_OR_PAGE)

        assert open_keys(scope_a) == ["test.internal"]

    def test_by_a_worker_looks_at_every_retailer(
        self, transactional_db: None, scope_a: Scope, scope_b: Scope
    ) -> None:
        WRONG["things"] = [broken()]

        watch()

        assert open_keys(scope_a) == open_keys(scope_b) == ["test.broken:thing:till"]

    def test_goes_on_after_a_retailer_whose_row_is_in_the_way(
        self, transactional_db: None, scope_a: Scope, scope_b: Scope
    ) -> None:
        WRONG["things"] = [broken(thing="x" * 300)]
        WRONG["inside"] = [Finding(kind="test.internal")]

        watch()

        assert open_keys(scope_a) == open_keys(scope_b) == ["test.internal"]
        assert Retailer.objects.count() == 2


class TestConditions:
    def test_are_found_in_every_capability(self) -> None:
        load_conditions()

        names = [one.name for one in list_conditions()]
        assert "rollcall.sync.conditions.watch_runs" in names

    def test_are_refused_for_a_kind_that_nobody_declared(self) -> None:
        with pytest.raises(UnknownKindError, match="nobody declared"):
            condition("test.unheard_of")(look_at_things)

    def test_are_refused_for_a_kind_of_another(self) -> None:
        with pytest.raises(UnknownKindError, match="belongs to"):
            condition("test.broken")(look_inside)

    def test_registered_again_are_the_same(self) -> None:
        before = len(list_conditions())

        condition("test.broken")(look_at_things)

        assert len(list_conditions()) == before


class TestWords:
    @pytest.mark.parametrize("data", [{}, {"thing": None}, {"count": "x"}])
    def test_that_cannot_be_filled_in_are_the_code_or_what_is_there(
        self, data: dict[str, str | int | None]
    ) -> None:
        declare(
            Kind(
                code="test.counted",
                severity=Severity.WARNING,
                role=Role.ADMIN,
                title="%(count)d things",
                advice="",
            )
        )

        assert title_of("test.counted", data) == "test.counted"
