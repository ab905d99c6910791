from __future__ import annotations

import itertools

import pytest

from rollcall.kit.scope import Actor, ForbiddenError, Role, Scope, require

ASCENDING = (Role.KIOSK, Role.STAFF, Role.MANAGER, Role.ADMIN, Role.SYSTEM)


class TestRole:
    def test_each_includes_itself_and_all_below(self) -> None:
        for low, high in itertools.combinations_with_replacement(range(len(ASCENDING)), 2):
            assert ASCENDING[high].includes(ASCENDING[low])

    def test_none_includes_one_above(self) -> None:
        for low, high in itertools.combinations(range(len(ASCENDING)), 2):
            assert not ASCENDING[low].includes(ASCENDING[high])

    def test_every_role_has_its_place(self) -> None:
        assert tuple(Role) == ASCENDING


class TestRequire:
    @pytest.mark.parametrize(
        ("has", "needs"), [(Role.KIOSK, Role.STAFF), (Role.MANAGER, Role.ADMIN)]
    )
    def test_refuses_a_role_below(self, has: Role, needs: Role) -> None:
        scope = Scope(retailer_id=1, actor=Actor(kind="user", id="12"), role=has)

        with pytest.raises(ForbiddenError, match=needs.value):
            require(scope, needs)

    def test_lets_the_role_itself_pass(self) -> None:
        require(
            Scope(retailer_id=1, actor=Actor(kind="user", id="12"), role=Role.ADMIN), Role.ADMIN
        )


class TestActor:
    def test_is_written_as_kind_and_id(self) -> None:
        assert str(Actor(kind="kiosk", id="3")) == "kiosk:3"
