from __future__ import annotations

from typing import Any

from rollcall.events.models import WebhookDelivery, WebhookSecret
from rollcall.events.operations.sending import drain
from rollcall.events.operations.subscribing import MOST, create_webhook
from rollcall.events.tests.receiver import Receiver
from rollcall.kit.scope import Grant, Role, Scope
from rollcall.stores.models import Store
from rollcall.testing.fixtures import NOON
from rollcall.testing.platform_client import PlatformClient

URL = "https://loyalty.example.com/rollcall"


def open_api(scope: Scope, **options: Any) -> PlatformClient:
    return PlatformClient.of(scope, role=Role.ADMIN, grants=[Grant.WRITE_WEBHOOKS], **options)


class TestAWebhookOfAProgram:
    def test_is_made_once_with_its_secret_and_read_without(
        self, fresh_api: None, scope_a: Scope
    ) -> None:
        api = open_api(scope_a)
        wish = {"url": URL, "types": ["customer.merged", "customer.merged"]}

        made = api.post("/webhooks", wish, once="first")
        again = api.post("/webhooks", wish, once="first")
        read = api.get(f"/webhooks/{made.json['id']}")

        assert (made.status, made.body) == (201, again.body)
        assert made.json["secret"].startswith("whsec_")
        assert made.json["types"] == ["customer.merged"]
        assert (read.json["name"], "secret" in read.json) == ("loyalty.example.com", False)
        assert len(api.get("/webhooks").json["items"]) == 1
        assert made.json["secret"] not in api.get("/webhooks").body.decode()

    def test_is_refused_with_a_reason_for_each_member(
        self, fresh_api: None, scope_a: Scope
    ) -> None:
        api = open_api(scope_a)

        found = [
            api.post("/webhooks", {"url": "http://example.com/"}),
            api.post("/webhooks", {"url": "https://10.0.0.1/"}),
            api.post("/webhooks", {"url": URL, "types": ["customer.lost"]}),
            api.post("/webhooks", {"url": URL, "name": "x" * 101}),
        ]

        assert [(one.status, one.json["errors"]) for one in found] == [
            (422, {"url": ["the address has to begin with https://"]}),
            (422, {"url": ["the address leads into a private network"]}),
            (422, {"types": ["there is no such type of event"]}),
            (422, {"name": ["a name has at most 100 characters of one line"]}),
        ]
        for _ in range(MOST):
            create_webhook(scope_a, url=URL, now=NOON)
        assert api.post("/webhooks", {"url": URL}).code == "too_many_webhooks"

    def test_is_changed_rotated_and_removed(self, fresh_api: None, scope_a: Scope) -> None:
        api = open_api(scope_a)
        made = api.post("/webhooks", {"url": URL}).json
        path = f"/webhooks/{made['id']}"

        changed = api.send("PATCH", path, {"name": "Loyalty", "state": "paused"}).json
        rotated = api.post(f"{path}/rotate-secret").json
        again = api.post(f"{path}/rotate-secret", once="x").json

        assert (changed["name"], changed["state"], changed["url"]) == ("Loyalty", "paused", URL)
        assert len({made["secret"], rotated["secret"], again["secret"]}) == 3
        assert WebhookSecret.objects.scoped(scope_a).count() == 2
        assert api.post(f"{path}/rotate-secret", once="x").json == again
        assert api.post(f"{path}/remove").json == {"items": []}
        assert api.get(path).status == 404
        assert api.post(f"{path}/rotate-secret", once="x").json == again
        assert api.post(f"{path}/rotate-secret", once="y").status == 404

    def test_is_tried_and_replayed(
        self, fresh_api: None, scope_a: Scope, receiver: Receiver
    ) -> None:
        api = open_api(scope_a)
        webhook_id = api.post("/webhooks", {"url": receiver.url}).json["id"]
        path = f"/webhooks/{webhook_id}"

        sent = api.post(f"{path}/test").json
        drain(scope_a, webhook_id)
        api.post(f"{path}/test")
        drain(scope_a, webhook_id)
        page = api.get(f"{path}/deliveries?limit=1").json
        rest = api.get(f"{path}/deliveries?limit=1&cursor={page['next']}").json
        replayed = api.post(f"{path}/replay", {"deliveries": [sent["id"]]}).json
        drain(scope_a, webhook_id)

        assert (sent["type"], sent["state"]) == ("webhook.test", "waiting")
        assert [one["event"] for one in page["items"] + rest["items"]] == receiver.ids[1::-1]
        assert rest["items"][0]["state"] == "delivered"
        assert replayed == {"deliveries": 1}
        assert receiver.ids[2] == sent["event"]
        everything = {"since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-14:00"}
        assert api.post(f"{path}/replay", everything).json == {"deliveries": 2}
        for wrong in ({}, {"deliveries": [1], "since": "2020-01-01T00:00:00Z"},
                      {"since": "2020-13-01T00:00:00Z"}, {"deliveries": [2**63]}):  # fmt: skip
            assert api.post(f"{path}/replay", wrong).code == "invalid"

    def test_tells_of_the_stores_that_its_maker_saw_and_is_seen_by_those(
        self, fresh_api: None, scope_a: Scope, store_a: Store
    ) -> None:
        other = Store.objects.scoped(scope_a).create(
            slug="birch", name="Birch", time_zone="America/Denver", jurisdiction="US-CO"
        )
        mine, others, everywhere = (
            open_api(scope_a, stores=[store_a]), open_api(scope_a, stores=[other]),
            open_api(scope_a),
        )  # fmt: skip

        made = mine.post("/webhooks", {"url": URL}).json
        everywhere.post("/webhooks", {"url": URL})

        assert [one["id"] for one in mine.get("/webhooks").json["items"]] == [made["id"]]
        assert others.get(f"/webhooks/{made['id']}").status == 404
        assert others.post(f"/webhooks/{made['id']}/test").status == 404
        assert len(everywhere.get("/webhooks").json["items"]) == 2
        assert WebhookDelivery.objects.scoped(scope_a).count() == 0
