from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

from rollcall.config.cli.main import cli
from rollcall.events.metrics import WebhookFigures
from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.tests.receiver import Receiver, Subscribed
from rollcall.kit.scope import Scope
from rollcall.stores.models import User
from rollcall.testing.fixtures import NOON


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


class TestThePages:
    def test_show_a_new_secret_once(self, browser: Client, scope_a: Scope) -> None:
        wish = {"url": "https://hooks.example.com/", "name": "Shop", "types": ["sync.finished"]}

        answer = browser.post("/webhooks/new/", wish).content.decode()

        webhook = Webhook.objects.scoped(scope_a).get()
        assert (webhook.name, webhook.types) == ("Shop", ["sync.finished"])
        assert len(re.findall(r"whsec_[\w+/]{43}=", answer)) == 1
        for path in ("", "new/", f"{webhook.pk}/", f"{webhook.pk}/edit/"):
            assert "whsec_" not in browser.get(f"/webhooks/{path}").content.decode()
        assert "whsec_" in browser.post(f"/webhooks/{webhook.pk}/secret/").content.decode()

    def test_keep_what_was_typed_and_say_what_is_wrong(
        self, browser: Client, scope_a: Scope
    ) -> None:
        wish = {"url": "http://hooks.example.com/", "types": ["customer.merged"]}

        answer = browser.post("/webhooks/new/", wish)

        text = answer.content.decode()
        assert answer.status_code == 422
        assert "the address has to begin with https://" in text
        assert 'value="http://hooks.example.com/"' in text
        assert 'value="customer.merged" checked' in text
        assert not Webhook.objects.scoped(scope_a).exists()

    def test_pause_resume_try_change_and_remove(
        self, browser: Client, subscribed: Subscribed
    ) -> None:
        path = f"/webhooks/{subscribed.webhook.pk}/"
        states = []
        for action in ("pause", "resume", "test"):
            browser.post(f"{path}act/", {"do": action})
            states.append(subscribed.now().state)
        browser.post(f"{path}edit/", {"url": "https://new.example.com/", "name": "New"})
        assert (subscribed.now().url, subscribed.now().name) == ("https://new.example.com/", "New")
        browser.post(f"{path}act/", {"do": "remove"})

        assert states == ["paused", "active", "active"]
        assert subscribed.now().state == "removed"
        assert browser.get(path).status_code == 404
        assert browser.post(f"{path}act/", {"do": "test"}).status_code == 404

    def test_replay_one_delivery_or_those_of_some_days(
        self, browser: Client, subscribed: Subscribed
    ) -> None:
        subscribed.put("evt_1_0", "evt_2_0", "evt_3_0")
        deliveries = WebhookDelivery.objects.scoped(subscribed.scope)
        deliveries.update(state="dead", finished_at=NOON, code="http_500")
        path = f"/webhooks/{subscribed.webhook.pk}/"

        def waiting() -> int:
            return deliveries.filter(state="waiting").count()

        assert "it answered 500" in browser.get(f"{path}?state=dead").content.decode()
        browser.post(f"{path}replay/", {"delivery": subscribed.delivery("evt_2_0").pk})
        assert waiting() == 1
        day = {"since": "2026-11-19", "until": "2026-11-19", "which": "all"}
        browser.post(f"{path}replay/", day)
        assert waiting() == 1
        browser.post(f"{path}replay/", {"since": "2026-11-19", "until": "2026-11-20"})
        assert waiting() == 3
        for wrong in ({"delivery": "x"}, {"since": "2026-99-99", "until": ""}, {"delivery": "0"}):
            assert browser.post(f"{path}replay/", wrong).status_code in (400, 404)


class TestFigures:
    def test_tell_what_waits_and_what_was_delivered(self, subscribed: Subscribed) -> None:
        subscribed.put("evt_1_0", "evt_2_0")
        Webhook.objects.scoped(subscribed.scope).update(delivered=7, failed=3)
        registry = CollectorRegistry()
        registry.register(WebhookFigures())

        text = generate_latest(registry).decode()

        labels = f'{{retailer="alder",webhook="{subscribed.webhook.pk}"}}'
        assert f"rollcall_webhook_deliveries_total{labels} 7.0" in text
        assert f"rollcall_webhook_failures_total{labels} 3.0" in text
        assert f"rollcall_webhook_waiting_deliveries{labels} 2.0" in text
        assert re.search(r"rollcall_webhook_oldest_waiting_seconds\{.*\} \d", text)


class TestTheCommandLine:
    def test_lists_replays_and_tells_what_is_stuck(
        self, subscribed: Subscribed, receiver: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pk = subscribed.webhook.pk
        subscribed.put("evt_1_0")
        deliveries = WebhookDelivery.objects.scoped(subscribed.scope)
        deliveries.update(state="dead", finished_at="2999-01-01T00:00:00Z")

        cli(["webhooks", "list", "--json"], standalone_mode=False)
        cli(["check", "--json"], standalone_mode=False)
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        cli(["webhooks", "replay", str(pk), "--dead"], standalone_mode=False)

        assert told[0]["given up"] == 1
        assert {"topic": f"webhook {pk} of alder", "ok": False,
                "words": "active, 0 deliveries wait; 1 were given up"} in told  # fmt: skip
        assert deliveries.get().state == "waiting"
