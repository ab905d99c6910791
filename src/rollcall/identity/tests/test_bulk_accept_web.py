"""The pages on which many suggestions are accepted at once."""

from __future__ import annotations

import pytest
from django.test import Client

from rollcall.audit.models import Entry
from rollcall.identity.models import BulkAccept
from rollcall.identity.operations.bulk_working import work_on
from rollcall.identity.tests.bulk_shop import merges, pair
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.test_match_settings_web import move
from rollcall.kit.scope import Role, Scope
from rollcall.stores.models import Membership, User

PAGE = "/people/review/bulk/"
FORM = {"least_bits": "10", "cap": "500", "reason": ["bits", "by_hand", "full_pass"]}


@pytest.fixture
def admin(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def run(admin: Client, shop: MergingShop) -> BulkAccept:
    """A dry run of two pairs."""
    pair(shop, 1)
    pair(shop, 2)
    assert admin.post(PAGE, FORM).status_code == 302
    return BulkAccept.objects.scoped(shop.scope).get()


def of(run: BulkAccept) -> str:
    return f"{PAGE}{run.pk}/"


def text(client: Client, address: str) -> str:
    answered = client.get(address)
    assert answered.status_code == 200
    return answered.content.decode()


def steer(client: Client, run: BulkAccept, do: str, **given: str) -> str:
    answered = client.post(f"{of(run)}steer/", {"do": do, **given}, follow=True)
    assert answered.status_code == 200
    run.refresh_from_db()
    return answered.content.decode()


class TestDryRun:
    def test_shows_counts_and_a_sample_that_is_audited(
        self, admin: Client, shop: MergingShop, run: BulkAccept
    ) -> None:
        shown = text(admin, of(run))

        assert "Type the number of pairs (2) to start" in shown
        assert "2 of them, by chance" in shown
        assert shown.count("Amara Brandt") >= 4
        assert "how often they are wrong is not known" in shown
        seen = Entry.objects.scoped(shop.scope).filter(action="customer.viewed")
        assert seen.count() == 2
        assert merges(shop) == 0

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("least_bits", "nan", "say a number of bits"),
            ("least_bits", "1e999", "say a number of bits"),
            ("least_bits", "many", "Say a number."),
            ("least_bits", "", "Say a number."),
            ("cap", "2001", "say a number from 1 to 2000"),
            ("cap", "0", "say a number from 1 to 2000"),
            ("cap", "-5", "say a number from 1 to 2000"),
            ("cap", "9" * 5000, "say a number from 1 to 2000"),
            ("cap", "٣", "say a number from 1 to 2000"),
            ("reason", "born", "choose at least one of the reasons"),
            ("reason", [], "choose at least one of the reasons"),
        ],
    )
    def test_says_what_is_wrong_at_its_field(
        self, admin: Client, shop: MergingShop, field: str, value: object, words: str
    ) -> None:
        answered = admin.post(PAGE, {**FORM, field: value})

        assert words in answered.content.decode()
        assert not BulkAccept.objects.scoped(shop.scope).exists()

    def test_says_that_nothing_fits(self, admin: Client, shop: MergingShop) -> None:
        shown = admin.post(PAGE, FORM, follow=True).content.decode()

        assert "Nothing fits." in shown

    @pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
    def test_is_for_admins(
        self, admin: Client, alice: User, run: BulkAccept, scope_a: Scope, role: Role
    ) -> None:
        Membership.objects.scoped(scope_a).filter(user=alice).update(role=role)

        for address in (PAGE, of(run), f"{of(run)}progress/"):
            assert admin.get(address).status_code == 403
        assert admin.post(PAGE, FORM).status_code == 403
        assert admin.post(f"{of(run)}steer/", {"do": "start"}).status_code == 403

    def test_is_offered_to_admins_on_the_review_page(
        self, admin: Client, alice: User, scope_a: Scope
    ) -> None:
        assert "Accept many at once" in text(admin, "/people/review/")
        Membership.objects.scoped(scope_a).filter(user=alice).update(role=Role.MANAGER)
        assert "Accept many at once" not in text(admin, "/people/review/")

    def test_is_nobody_elses(
        self, admin: Client, alice: User, run: BulkAccept, scope_b: Scope
    ) -> None:
        move(alice, scope_b)

        assert admin.get(of(run)).status_code == 404
        assert admin.get(f"{of(run)}progress/").status_code == 404
        assert admin.post(f"{of(run)}steer/", {"do": "stop"}).status_code == 404


class TestRun:
    @pytest.mark.parametrize("typed", ["", "3", "two", "2.0", "-2", "9" * 5000])
    def test_starts_only_by_the_right_number(
        self, admin: Client, run: BulkAccept, typed: str
    ) -> None:
        assert "type the number of pairs" in steer(admin, run, "start", confirmed=typed)
        assert run.state == "dry"

    def test_runs_is_paused_resumed_and_undone(
        self, admin: Client, shop: MergingShop, run: BulkAccept
    ) -> None:
        before = shop.see()
        shown = steer(admin, run, "start", confirmed="2")
        assert f'hx-get="{of(run)}progress/"' in shown
        assert "0 of 2" in shown
        assert "Go on" in steer(admin, run, "pause")
        assert "hx-get" not in text(admin, f"{of(run)}progress/")
        steer(admin, run, "resume")
        work_on(shop.scope.retailer_id, run.pk)

        shown = text(admin, of(run))
        assert "2 of 2" in shown
        assert "Undo 2 merges" in shown
        assert shown.count("Undo merge ") == 2
        steer(admin, run, "undo")
        work_on(shop.scope.retailer_id, run.pk)
        assert "Undone" in text(admin, of(run))
        assert shop.see() == before

    def test_tells_what_was_left_out(
        self, admin: Client, shop: MergingShop, run: BulkAccept
    ) -> None:
        steer(admin, run, "start", confirmed="2")
        shop.row("cova:1", given_name="Amara", family_name="Brandt", phone="+14155559999")
        work_on(shop.scope.retailer_id, run.pk)

        assert "a record or the evidence has changed since: 1" in text(admin, of(run))

    def test_tells_that_it_is_in_another_state(self, admin: Client, run: BulkAccept) -> None:
        assert "in another state meanwhile" in steer(admin, run, "pause")
        assert admin.post(f"{of(run)}steer/", {"do": "explode"}).status_code == 400

    def test_is_listed(self, admin: Client, run: BulkAccept) -> None:
        steer(admin, run, "start", confirmed="2")
        steer(admin, run, "stop")

        assert of(run) in text(admin, PAGE)
