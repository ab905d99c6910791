"""The panel of consent on a person's page."""

from __future__ import annotations

from django.test import Client

from rollcall.consent.models import ConsentEntry
from rollcall.consent.operations.recording import Circumstances, record_consent
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.kit.clock import utc_now
from rollcall.orders.tests.order_shop import OrderShop
from rollcall.orders.tests.order_shop import quick_api as quick_api
from rollcall.orders.tests.order_shop import shop as shop
from rollcall.stores.models import User

ONE = {"purpose": "marketing", "channel": "push"}


def give(shop: OrderShop) -> None:
    record_consent(
        shop.scope, shop.ana, purpose=Purpose.MARKETING, channel=Channel.PUSH,
        circumstances=Circumstances(route=ConsentEntry.Route.STAFF), now=utc_now(),
    )  # fmt: skip


class TestThePanel:
    def test_shows_what_stands_and_takes_it_back(
        self, shop: OrderShop, client: Client, bob: User
    ) -> None:
        client.force_login(bob)
        page = f"/customers/{shop.ana.public_id}/"
        before = client.get(page).content.decode()
        give(shop)
        during = client.get(page).content.decode()

        reply = client.post(f"{page}consents/withdraw/", ONE)

        after = client.get(page).content.decode()
        assert 'aria-label="Consent"' not in before
        assert '<span class="chip good">agreed</span>' in during
        assert "Withdraw Marketing by push message" in during
        assert (reply.status_code, reply.headers["Location"]) == (302, page)
        assert '<span class="chip warn">withdrawn</span>' in after
        assert "Withdraw Marketing" not in after
        newest = ConsentEntry.objects.scoped(shop.scope).latest("pk")
        assert (newest.kind, newest.route, newest.actor) == (
            "withdrawn", "staff", f"user:{bob.pk}",
        )  # fmt: skip

    def test_is_nothing_for_others_and_for_nonsense(
        self, shop: OrderShop, client: Client, bob: User, charlie: User
    ) -> None:
        give(shop)
        address = f"/customers/{shop.ana.public_id}/consents/withdraw/"
        found = []
        for user, sent in ((charlie, ONE), (bob, {**ONE, "channel": "fax"}), (bob, {})):
            client.force_login(user)
            found.append(client.post(address, sent).status_code)

        assert found == [404, 404, 404]
        assert ConsentEntry.objects.scoped(shop.scope).count() == 1
