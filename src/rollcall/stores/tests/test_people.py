from __future__ import annotations

import pytest

from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Store, User
from rollcall.stores.operations import WeakPasswordError, save_person
from rollcall.stores.operations.saving import Action
from rollcall.stores.queries import find_memberships, find_scope_of_user

PASSWORD = "staple horse battery"
OTHER = "another long password"


class TestSavePerson:
    def test_gives_an_account_that_cannot_sign_in_yet(self, scope_a: Scope) -> None:
        saved = save_person(scope_a, email="dana@example.com", role=Role.STAFF, stores=None)

        assert saved.action is Action.CREATED
        assert not User.objects.get().has_usable_password()

    def test_keeps_a_password_that_the_person_chose(self, scope_a: Scope) -> None:
        save_person(
            scope_a, email="dana@example.com", role=Role.STAFF, stores=None, password=PASSWORD
        )
        user = User.objects.get()
        user.set_password(OTHER)
        user.save()

        saved = save_person(
            scope_a, email="dana@example.com", role=Role.STAFF, stores=None, password=PASSWORD
        )

        assert saved.action is Action.UNCHANGED
        assert User.objects.get().check_password(OTHER)

    def test_resets_a_password_when_told_to(self, scope_a: Scope) -> None:
        save_person(scope_a, email="dana@example.com", role=Role.STAFF, stores=None, password=OTHER)

        saved = save_person(
            scope_a,
            email="dana@example.com",
            role=Role.STAFF,
            stores=None,
            password=PASSWORD,
            reset_password=True,
        )

        assert saved.fields == ("password",)
        assert User.objects.get().check_password(PASSWORD)

    @pytest.mark.parametrize("password", ["horse", "password1234"])
    def test_refuses_a_weak_password_and_makes_nobody(self, scope_a: Scope, password: str) -> None:
        with pytest.raises(WeakPasswordError) as caught:
            save_person(
                scope_a, email="dana@example.com", role=Role.STAFF, stores=None, password=password
            )

        assert password not in str(caught.value)
        assert User.objects.count() == 0

    def test_knows_a_person_whatever_the_case_of_the_address(
        self, scope_a: Scope, alice: User
    ) -> None:
        save_person(scope_a, email="ALICE@example.com", role=Role.ADMIN, stores=None)

        assert User.objects.count() == 1

    def test_narrows_and_widens_the_stores(
        self, scope_a: Scope, store_a: Store, alice: User
    ) -> None:
        narrowed = save_person(scope_a, email=alice.email, role=Role.STAFF, stores=[store_a])
        scope = find_scope_of_user(alice)
        widened = save_person(scope_a, email=alice.email, role=Role.STAFF, stores=None)

        assert narrowed.fields == ("role", "stores")
        assert scope is not None
        assert scope.store_ids == frozenset({store_a.pk})
        assert widened.fields == ("stores",)

    def test_lets_a_person_work_for_two_retailers(
        self, scope_a: Scope, scope_b: Scope, alice: User
    ) -> None:
        save_person(scope_b, email=alice.email, role=Role.STAFF, stores=None)

        roles = [(one.retailer.slug, one.role) for one in find_memberships(alice)]
        assert roles == [("alder", "admin"), ("birch", "staff")]
