"""Values that belong to nobody: taken back what they held together, and given back."""

from __future__ import annotations

from typing import Any, Final

import pytest

from rollcall.customers.models import Customer, PosRecord
from rollcall.identity.models import (
    Decision,
    GenericValue,
    MatchSettings,
    Merge,
    PendingMatch,
    Reopening,
    Suggestion,
)
from rollcall.identity.operations import generics, reopening
from rollcall.identity.operations.deciding import decide
from rollcall.identity.operations.generics import mark_generic, mark_own, unmark_generic
from rollcall.identity.operations.merging import undo_merge
from rollcall.identity.operations.pending import match_pending
from rollcall.identity.operations.reconsidering import reconsider
from rollcall.identity.operations.reopening import (
    NotStoppedError,
    preview_reopening,
    release_brake,
    work_off_reopenings,
)
from rollcall.identity.queries.frequencies import forget_sizes
from rollcall.identity.queries.shared_values import ValueKey, key_of
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.scope import ForbiddenError, Role, Scope

SHOPS_PHONE: Final = "+14155550101"
Source = GenericValue.Source
State = Reopening.State


@pytest.fixture(autouse=True)
def _sizes_of_this_test() -> None:
    forget_sizes()


def phone(shop: MergingShop, number: str = SHOPS_PHONE) -> ValueKey:
    return key_of(shop.scope, "phone", number)


def mark(shop: MergingShop, value: ValueKey, source: Any = Source.PERSON) -> bool:
    return mark_generic(shop.scope, value, people=7, source=source, now=shop.tick())


def in_force(shop: MergingShop) -> int:
    return Merge.objects.scoped(shop.scope).filter(undone_at__isnull=True).count()


def open_reasons(scope: Scope) -> list[list[str]]:
    held = Suggestion.objects.scoped(scope).filter(state=Suggestion.State.OPEN)
    return [one.reasons for one in held.order_by("pk")]


#: Names that nobody takes for one another.
NAMES: Final = (
    ("Ida", "Zimmermann"), ("Josefina", "Quispe"), ("Chidi", "Okafor"), ("Noah", "Lindqvist"),
    ("Mireille", "Fontaine"), ("Kenji", "Tanaka"), ("Oksana", "Petrenko"), ("Yusuf", "Haddad"),
    ("Bronwyn", "Griffiths"), ("Agnieszka", "Wozniak"), ("Tomas", "Villarreal"),
    ("Leilani", "Kahale"), ("Esther", "Goldberg"), ("Rajesh", "Subramanian"),
    ("Fergus", "MacLeod"), ("Ulrike", "Brandstetter"), ("Pilar", "Echeverria"),
)  # fmt: skip


def name_of(number: int) -> dict[str, str]:
    given, family = NAMES[number]
    return {"given_name": given, "family_name": family}


def two_alike(shop: MergingShop, number: int, **second: Any) -> None:
    """One name in both lists, a birth date in one of them, and the budtender's phone in both."""
    born_on = f"19{50 + 3 * number}-03-04"
    shop.row(f"treez:{number}", **name_of(number), born_on=born_on, phone=SHOPS_PHONE)
    shop.row(f"cova:{number}", **name_of(number), phone=SHOPS_PHONE, **second)


def with_licence(shop: MergingShop) -> None:
    """Two alike who have a licence in common, too."""
    licence = {"licence": "D7712345", "licence_state": "CA"}
    two_alike(shop, 2, **licence)
    shop.row("treez:2", **name_of(2), **licence, born_on="1956-03-04", phone=SHOPS_PHONE)


def stranger(shop: MergingShop, number: int) -> None:
    born_on = f"19{61 + 2 * number}-05-0{number + 1}"
    shop.row(f"treez:{50 + number}", **name_of(9 + number), born_on=born_on, phone=SHOPS_PHONE)


class TestBudtendersPhone:
    """Six people share nothing but a phone, and some have names alike; the seventh comes."""

    @pytest.fixture
    def six(self, shop: MergingShop) -> MergingShop:
        two_alike(shop, 1)
        with_licence(shop)
        for number in range(4):
            stranger(shop, number)
        match_pending(shop.scope)
        assert in_force(shop) == 2
        assert not GenericValue.objects.scoped(shop.scope).exists()
        return shop

    def seventh(self, shop: MergingShop) -> None:
        stranger(shop, 4)
        match_pending(shop.scope)
        assert GenericValue.objects.scoped(shop.scope).get().source == Source.LEARNED

    def test_takes_back_what_rested_on_it_and_leaves_the_rest(self, six: MergingShop) -> None:
        self.seventh(six)

        assert work_off_reopenings(six.scope) == 1

        assert six.person("treez:1") != six.person("cova:1")
        assert six.person("treez:2") == six.person("cova:2")
        undone = Merge.objects.scoped(six.scope).get(undone_at__isnull=False)
        assert undone.undo_reason == "It rested on a phone number that many share."
        row = Reopening.objects.scoped(six.scope).get()
        assert (row.state, row.would_undo, row.undone, row.left) == (State.DONE, 1, 1, 0)

    def test_asks_a_person_and_says_why(self, six: MergingShop) -> None:
        self.seventh(six)
        work_off_reopenings(six.scope)
        assert open_reasons(six.scope) == [["shared_value"]]

        match_pending(six.scope)

        assert open_reasons(six.scope) == [["shared_value", "bits"]]
        assert six.person("treez:1") != six.person("cova:1")

    def test_compares_again_when_it_is_somebodys_own(self, six: MergingShop) -> None:
        self.seventh(six)
        work_off_reopenings(six.scope)
        match_pending(six.scope)

        mark_own(six.scope, phone(six), people=7, now=six.tick())
        match_pending(six.scope)

        assert six.person("treez:1") == six.person("cova:1")
        assert not any("shared_value" in one for one in open_reasons(six.scope))

    def test_stays_somebodys_own_although_counts_say_otherwise(self, six: MergingShop) -> None:
        self.seventh(six)
        mark_own(six.scope, phone(six), people=7, now=six.tick())
        for number in (5, 6):
            stranger(six, number)
        match_pending(six.scope)
        reconsider(six.scope, now=six.tick())

        row = GenericValue.objects.scoped(six.scope).get()
        assert (row.is_own, row.source) == (True, Source.PERSON)
        assert not Reopening.objects.scoped(six.scope).exists()

    def test_is_forgotten_when_few_have_it(self, six: MergingShop) -> None:
        self.seventh(six)
        for number in range(5):
            shop_row = {"given_name": "Ida", "family_name": f"Moved{number}", "phone": None}
            six.row(f"treez:{50 + number}", **shop_row)
        match_pending(six.scope)

        reconsider(six.scope, now=six.tick())

        assert not GenericValue.objects.scoped(six.scope).exists()
        assert PendingMatch.objects.scoped(six.scope).count() == 4

    def test_is_done_once(self, six: MergingShop) -> None:
        self.seventh(six)
        work_off_reopenings(six.scope)
        assert mark(six, phone(six), Source.LEARNED) is False

        assert work_off_reopenings(six.scope) == 0
        assert Reopening.objects.scoped(six.scope).count() == 1


class TestWhatPeopleSaid:
    def test_merges_of_people_stay(self, shop: MergingShop) -> None:
        two_alike(shop, 1)
        shop.merge("treez:1", "cova:1")
        mark(shop, phone(shop))

        assert work_off_reopenings(shop.scope) == 0
        assert shop.person("treez:1") == shop.person("cova:1")

    def test_decisions_that_they_are_the_same_hold_a_merge(self, shop: MergingShop) -> None:
        two_alike(shop, 1)
        match_pending(shop.scope)
        first, second = PosRecord.objects.scoped(shop.scope).order_by("pk")
        decide(shop.scope, first, second, Decision.Kind.SAME, now=shop.tick())
        mark(shop, phone(shop))

        assert work_off_reopenings(shop.scope) == 0
        assert shop.person("treez:1") == shop.person("cova:1")


class TestChains:
    def test_a_link_that_stands_is_kept_where_it_led_over_one_that_falls(
        self, shop: MergingShop
    ) -> None:
        two_alike(shop, 1)
        match_pending(shop.scope)
        # Known by an id of the second record alone: the merge names the older Customer, the first.
        shop.row("cova:1", **name_of(1), phone=SHOPS_PHONE,
                 medical_id="M551234", email="jq@example.com")  # fmt: skip
        match_pending(shop.scope)
        shop.row("treez:9", **name_of(1),
                 medical_id="M551234", email="jq@example.com")  # fmt: skip
        match_pending(shop.scope)
        assert shop.person("treez:1") == shop.person("cova:1") == shop.person("treez:9")
        assert in_force(shop) == 2
        mark(shop, phone(shop))

        work_off_reopenings(shop.scope)

        assert shop.person("cova:1") == shop.person("treez:9")
        assert shop.person("treez:1") != shop.person("cova:1")


class TestPreview:
    def test_counts_and_writes_nothing(self, shop: MergingShop) -> None:
        two_alike(shop, 1)
        two_alike(shop, 2)
        match_pending(shop.scope)

        found = preview_reopening(shop.scope, phone(shop))

        assert (found.people, found.merges, found.is_whole) == (2, 2, True)
        assert in_force(shop) == 2
        assert preview_reopening(shop.scope, phone(shop), most=1).is_whole is False

    def test_is_for_managers(self, shop: MergingShop) -> None:
        staff = Scope(retailer_id=shop.scope.retailer_id, actor=shop.scope.actor, role=Role.STAFF)

        with pytest.raises(ForbiddenError):
            preview_reopening(staff, phone(shop))
        with pytest.raises(ForbiddenError):
            mark_generic(staff, phone(shop), people=1, source=Source.PERSON, now=shop.tick())
        with pytest.raises(ForbiddenError):
            mark_own(staff, phone(shop), people=1, now=shop.tick())


class TestKilledInTheMiddle:
    def test_goes_on_where_it_stopped(
        self, shop: MergingShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in (1, 2, 3):
            two_alike(shop, number)
        match_pending(shop.scope)
        mark(shop, phone(shop))
        calls: list[Any] = []

        def dies_at_the_second(*args: Any, **options: Any) -> Merge:
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return undo_merge(*args, **options)

        monkeypatch.setattr(f"{reopening.__name__}.undo_merge", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            work_off_reopenings(shop.scope)
        row = Reopening.objects.scoped(shop.scope).get()
        assert (row.state, row.undone, in_force(shop)) == (State.UNDOING, 1, 2)

        assert work_off_reopenings(shop.scope) == 2

        row.refresh_from_db()
        assert (row.state, row.undone, row.would_undo) == (State.DONE, 3, 3)

    def test_somebody_who_cannot_be_read_holds_up_nobody_else(self, shop: MergingShop) -> None:
        two_alike(shop, 1)
        two_alike(shop, 2)
        match_pending(shop.scope)
        mark(shop, phone(shop))
        broken = PosRecord.objects.scoped(shop.scope).order_by("pk").first()
        assert broken is not None
        PosRecord.objects.scoped(shop.scope).filter(pk=broken.pk).update(sealed_fields=b"broken")

        assert work_off_reopenings(shop.scope) == 1

        row = Reopening.objects.scoped(shop.scope).get()
        assert (row.state, row.undone, row.left) == (State.DONE, 1, 1)


class TestBrake:
    @pytest.fixture
    def stopped(self, shop: MergingShop, monkeypatch: pytest.MonkeyPatch) -> Reopening:
        monkeypatch.setattr(reopening, "ALWAYS_ALLOWED", 1)
        two_alike(shop, 1)
        two_alike(shop, 2)
        match_pending(shop.scope)
        mark(shop, phone(shop))
        assert work_off_reopenings(shop.scope) == 0
        return Reopening.objects.scoped(shop.scope).get()

    def test_stops_before_anything_is_taken_back(
        self, shop: MergingShop, stopped: Reopening
    ) -> None:
        assert (stopped.state, stopped.would_undo) == (State.STOPPED, 2)
        assert in_force(shop) == 2
        assert work_off_reopenings(shop.scope) == 0

    def test_is_released_once_by_an_administrator(
        self, shop: MergingShop, stopped: Reopening
    ) -> None:
        release_brake(shop.scope, stopped.pk, now=shop.tick())
        with pytest.raises(NotStoppedError):
            release_brake(shop.scope, stopped.pk, now=shop.tick())

        assert work_off_reopenings(shop.scope) == 2
        stopped.refresh_from_db()
        assert (stopped.state, stopped.released_by) == (State.DONE, "cli:test")

    def test_is_not_released_by_a_manager(self, shop: MergingShop, stopped: Reopening) -> None:
        manager = Scope(
            retailer_id=shop.scope.retailer_id, actor=shop.scope.actor, role=Role.MANAGER
        )
        with pytest.raises(ForbiddenError):
            release_brake(manager, stopped.pk, now=shop.tick())

    def test_is_not_released_by_another_retailer(
        self, scope_b: Scope, shop: MergingShop, stopped: Reopening
    ) -> None:
        with pytest.raises(NotStoppedError):
            release_brake(scope_b, stopped.pk, now=shop.tick())

    def test_goes_when_it_is_somebodys_own_after_all(
        self, shop: MergingShop, stopped: Reopening
    ) -> None:
        mark_own(shop.scope, phone(shop), people=2, now=shop.tick())

        assert not Reopening.objects.scoped(shop.scope).exists()
        assert in_force(shop) == 2

    @pytest.mark.parametrize(("people", "allowed"), [(0, 200), (10_000, 200), (10_050, 201)])
    def test_allows_a_share_or_a_few(self, people: int, allowed: int) -> None:
        assert reopening.most_allowed(people) == allowed


class TestStricterSettings:
    def test_take_nothing_back(self, shop: MergingShop) -> None:
        with_licence(shop)
        match_pending(shop.scope)
        MatchSettings.objects.scoped(shop.scope).create(
            links=False, link_bits=20.0, review_bits=0.0, at=shop.tick(), from_at=shop.tick(),
            actor="cli:test", reason="Careful.",
        )  # fmt: skip

        assert preview_reopening(shop.scope, phone(shop)).merges == 0


class TestManyHolders:
    def test_are_noted_by_the_job_where_one_transaction_would_be_long(
        self, shop: MergingShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in (1, 2, 3):
            two_alike(shop, number)
        match_pending(shop.scope)
        monkeypatch.setattr(generics, "MOST_NOTED", 2)
        monkeypatch.setattr(reopening, "_RECORDS_AT_ONCE", 2)

        mark(shop, phone(shop))
        assert PendingMatch.objects.scoped(shop.scope).count() == 2
        work_off_reopenings(shop.scope)
        assert PendingMatch.objects.scoped(shop.scope).count() == 6
        match_pending(shop.scope)

        mark_own(shop.scope, phone(shop), people=3, now=shop.tick())
        assert Reopening.objects.scoped(shop.scope).latest("pk").state == State.NOTING
        work_off_reopenings(shop.scope)
        match_pending(shop.scope)
        assert in_force(shop) == 3


class TestOtherRetailer:
    def test_is_told_nothing(self, shop: MergingShop, scope_b: Scope) -> None:
        two_alike(shop, 1)
        match_pending(shop.scope)
        value = phone(shop)

        mark_generic(scope_b, value, people=7, source=Source.PERSON, now=shop.tick())
        work_off_reopenings(scope_b)

        assert in_force(shop) == 1
        assert not GenericValue.objects.scoped(shop.scope).exists()
        assert key_of(scope_b, "phone", SHOPS_PHONE) != value


class TestUnmark:
    def test_lets_counts_decide_again(self, shop: MergingShop) -> None:
        two_alike(shop, 1)
        mark(shop, phone(shop))
        match_pending(shop.scope)
        assert Customer.objects.scoped(shop.scope).filter(merged_into=None).count() == 2

        unmark_generic(shop.scope, phone(shop), now=shop.tick())
        unmark_generic(shop.scope, phone(shop), now=shop.tick())
        match_pending(shop.scope)

        assert Customer.objects.scoped(shop.scope).filter(merged_into=None).count() == 1
