from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from rollcall.audit.models import Entry
from rollcall.audit.operations import record
from rollcall.events import tasks
from rollcall.events.conditions import watch_webhooks
from rollcall.events.models import Webhook, WebhookDelivery, WebhookSecret
from rollcall.events.operations import gathering, replaying, subscribing
from rollcall.events.operations.forgetting import forget_deliveries
from rollcall.events.operations.gathering import gather
from rollcall.events.operations.sending import drain, take_webhook
from rollcall.events.queries.feed import find_latest
from rollcall.events.rules.retrying import SCHEDULE_S
from rollcall.events.tests.receiver import Receiver, Subscribed
from rollcall.events.tests.test_feed import read_all
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.stores.operations import reseal_values, rotate_data_key
from rollcall.stores.queries import forget_keys
from rollcall.sync.models import PosConnection
from rollcall.testing.fixtures import NOON

State = WebhookDelivery.State


class TestADelivery:
    def test_is_signed_and_holds_ids_and_names_of_fields(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        subscribed.put("evt_1_0", "evt_2_0")

        drain(subscribed.scope, subscribed.webhook.pk)

        first, second = receiver.calls
        assert (first.path, first.id, second.id) == ("/hook?from=rollcall", "evt_1_0", "evt_2_0")
        assert first.is_signed_with(subscribed.secret)
        assert abs(int(first.headers["webhook-timestamp"]) - utc_now().timestamp()) < 60
        assert first.headers["content-type"] == "application/json"
        assert json.loads(first.body) == {
            "type": "customer.updated",
            "timestamp": "2026-11-20T12:00:00Z",
            "data": {"customer": "evt_1_0", "fields": []},
        }
        assert subscribed.delivery("evt_1_0").state == State.DELIVERED
        assert (subscribed.now().delivered, subscribed.now().claim) == (2, None)

    def test_that_fails_is_repeated_later_the_same_and_keeps_the_others_waiting(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        subscribed.put("evt_1_0", "evt_2_0")
        receiver.answer(503)

        drain(subscribed.scope, subscribed.webhook.pk)
        drain(subscribed.scope, subscribed.webhook.pk)

        failed = subscribed.delivery("evt_1_0")
        waits_s = (failed.next_try_at - utc_now()).total_seconds()
        assert (receiver.ids, failed.state, failed.code) == (["evt_1_0"], "waiting", "http_503")
        assert 2 < waits_s <= 5
        subscribed.let_time_pass()
        drain(subscribed.scope, subscribed.webhook.pk)
        assert receiver.ids == ["evt_1_0", "evt_1_0", "evt_2_0"]
        assert receiver.calls[0].body == receiver.calls[1].body
        assert (subscribed.now().failures, subscribed.now().failing_since) == (0, None)

    def test_is_given_up_in_the_end_told_of_and_replayed_under_its_id(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        subscribed.put("evt_1_0")
        WebhookDelivery.objects.scoped(subscribed.scope).update(attempts=len(SCHEDULE_S))
        receiver.answer(302)

        drain(subscribed.scope, subscribed.webhook.pk)

        dead = subscribed.delivery("evt_1_0")
        assert (dead.state, dead.attempts, dead.code) == ("dead", 10, "http_302")
        found = list(watch_webhooks(subscribed.scope, now=utc_now()))
        assert [(one.kind, one.data) for one in found] == [
            ("events.given_up", {"webhook": "Loyalty", "deliveries": 1})
        ]
        replay = {"since": NOON, "until": NOON + dt.timedelta(seconds=1), "only_dead": True}
        pk = subscribed.webhook.pk
        assert replaying.replay_range(subscribed.scope, pk, **replay, now=utc_now()) == 1  # type: ignore[arg-type]  # keywords
        drain(subscribed.scope, pk)
        assert (receiver.ids, len(receiver.calls)) == (["evt_1_0"] * 2, 2)
        assert list(watch_webhooks(subscribed.scope, now=utc_now())) == []

    def test_is_signed_with_both_secrets_for_a_day_after_a_rotation(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        scope, pk = subscribed.scope, subscribed.webhook.pk
        now = utc_now()
        second = subscribing.rotate_secret(scope, pk, now=now)
        subscribed.put("evt_1_0")
        drain(scope, pk)
        third = subscribing.rotate_secret(scope, pk, now=now - dt.timedelta(hours=25))
        subscribed.put("evt_2_0")
        drain(scope, pk)

        both, one = receiver.calls
        texts = (subscribed.secret, second.text, third.text)
        assert [both.is_signed_with(text) for text in texts] == [True, True, False]
        assert [one.is_signed_with(text) for text in texts] == [False, False, True]
        assert len(both.headers["webhook-signature"].split(" ")) == 2
        kept = b"".join(bytes(row.sealed_secret) for row in WebhookSecret.objects.scoped(scope))
        assert third.text.encode() not in kept

    def test_is_signed_the_same_after_the_keys_that_seal_were_rotated(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        rotate_data_key(subscribed.scope, now=utc_now())
        forget_keys()  # nothing is committed in this test
        outcome = reseal_values(subscribed.scope)
        subscribed.put("evt_1_0")

        drain(subscribed.scope, subscribed.webhook.pk)

        assert (outcome.resealed, outcome.is_complete) == (1, True)
        assert receiver.calls[0].is_signed_with(subscribed.secret)

    def test_is_kept_for_a_month(self, subscribed: Subscribed) -> None:
        subscribed.put("evt_1_0", "evt_2_0", "evt_3_0")
        deliveries = WebhookDelivery.objects.scoped(subscribed.scope)
        deliveries.filter(event_id="evt_1_0").update(state=State.DELIVERED, finished_at=NOON)
        deliveries.filter(event_id="evt_2_0").update(
            state=State.DEAD, finished_at=NOON + dt.timedelta(days=2)
        )

        assert forget_deliveries(now=NOON + dt.timedelta(days=31)) == 1
        left = deliveries.order_by("pk").values_list("event_id", flat=True)
        assert list(left) == ["evt_2_0", "evt_3_0"]


class TestAWebhook:
    def test_that_answers_410_is_called_no_more_until_somebody_resumes_it(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        scope, pk = subscribed.scope, subscribed.webhook.pk
        subscribed.put("evt_1_0")
        receiver.answer(410)

        drain(scope, pk)
        subscribed.let_time_pass()
        drain(scope, pk)

        assert (subscribed.now().state, receiver.ids) == ("disabled", ["evt_1_0"])
        found = [one.kind for one in watch_webhooks(scope, now=utc_now())]
        assert found == ["events.disabled"]
        assert Entry.objects.scoped(scope).filter(action="webhook.disabled").count() == 1
        subscribing.resume_webhook(scope, pk)
        drain(scope, pk)
        assert (subscribed.now().state, receiver.ids) == ("active", ["evt_1_0"] * 2)

    def test_that_fails_for_long_is_told_of(self, subscribed: Subscribed) -> None:
        early = utc_now() - dt.timedelta(minutes=16)
        Webhook.objects.scoped(subscribed.scope).update(failing_since=early, failures=7)

        found = list(watch_webhooks(subscribed.scope, now=utc_now()))

        assert [(one.kind, one.data["webhook"]) for one in found] == [("events.failing", "Loyalty")]

    def test_that_is_paused_or_removed_while_it_is_called_is_called_no_more(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        scope, pk = subscribed.scope, subscribed.webhook.pk
        subscribed.put("evt_1_0", "evt_2_0")
        subscribing.pause_webhook(scope, pk)
        drain(scope, pk)
        assert receiver.calls == []

        subscribing.remove_webhook(scope, pk)
        drain(scope, pk)

        assert receiver.calls == []
        assert WebhookDelivery.objects.scoped(scope).count() == 0
        assert WebhookSecret.objects.scoped(scope).count() == 0

    def test_has_one_sender_at_a_time_and_the_next_when_a_claim_runs_out(
        self, subscribed: Subscribed, receiver: Receiver
    ) -> None:
        scope, pk = subscribed.scope, subscribed.webhook.pk
        subscribed.put("evt_1_0")
        now = utc_now()

        assert take_webhook(scope, pk, now=now) is not None
        assert take_webhook(scope, pk, now=now) is None
        drain(scope, pk)
        assert receiver.calls == []
        assert take_webhook(scope, pk, now=now + dt.timedelta(seconds=31)) is not None

    def test_gets_no_more_than_it_can_take(
        self, subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gathering, "MOST_WAITING", 2)
        subscribed.put("evt_1_0", "evt_2_0", "evt_2_0")

        assert not gather(subscribed.scope, subscribed.webhook.pk, now=NOON)
        assert WebhookDelivery.objects.scoped(subscribed.scope).count() == 2


#: Another process that delivers, until it is killed or done.
_SENDER = """
import os, sys
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.WEBHOOKS_TO_LOOPBACK = True
from rollcall.events.operations.sending import drain
from rollcall.kit.scope import Actor
from rollcall.stores.queries import get_system_scope
drain(get_system_scope(int(sys.argv[2]), actor=Actor(kind="system", id="worker")), int(sys.argv[3]))
"""


class TestFromTheAuditToTheReceiver:
    def test_a_killed_sender_leaves_exactly_what_was_not_delivered(
        self,
        transactional_db: None,
        scope_a: Scope,
        connection_a: PosConnection,
        receiver: Receiver,
    ) -> None:
        subscribed = Subscribed.to(scope_a, receiver.url, types=["sync.finished"])
        pk = subscribed.webhook.pk
        start = find_latest()
        for number in range(6):
            record(
                scope_a,
                "sync.finished",
                subject_kind="connection",
                subject_ids=[connection_a.pk],
                context={"sync": number},
            )
        events, _ = read_all(scope_a, start, count=6, types=["sync.finished"])
        script = [sys.executable, "-c", _SENDER, connection.settings_dict["NAME"]]
        source = str(Path(__file__).parents[3])
        sender = subprocess.Popen(
            [*script, str(scope_a.retailer_id), str(pk)],
            env={**os.environ, "PYTHONPATH": source},
        )

        def kill_at_the_third() -> None:
            if len(receiver.calls) == 3:
                os.kill(sender.pid, signal.SIGKILL)
                sender.wait(10)

        receiver.before = kill_at_the_third
        assert sender.wait(60) == -signal.SIGKILL
        wanted = [event.id for event in events]
        assert receiver.ids == wanted[:3]
        drain(scope_a, pk)
        assert len(receiver.calls) == 3
        subscribed.let_time_pass()
        drain(scope_a, pk)

        assert receiver.ids == [*wanted[:3], *wanted[2:]]
        assert receiver.calls[2].body == receiver.calls[3].body
        told = [json.loads(call.body)["data"]["sync"] for call in receiver.calls]
        assert told == [0, 1, 2, 2, 3, 4, 5]

    def test_workers_find_what_happened_and_deliver_it(
        self,
        transactional_db: None,
        scope_a: Scope,
        connection_a: PosConnection,
        receiver: Receiver,
    ) -> None:
        subscribed = Subscribed.to(scope_a, receiver.url)
        start = find_latest()
        record(scope_a, "sync.failed", subject_kind="connection", subject_ids=[connection_a.pk])
        read_all(scope_a, start, count=1)

        tasks.sweep()
        tasks.deliver(webhook_id=subscribed.webhook.pk)
        tasks.deliver(webhook_id=subscribed.webhook.pk + 1)

        told = [json.loads(call.body) for call in receiver.calls]
        assert [(one["type"], one["data"]["connection"]) for one in told] == [
            ("sync.failed", "alder-way")
        ]
        assert waking(subscribed) == ["events.deliver"]


def waking(subscribed: Subscribed) -> list[str]:
    """Jobs of a webhook that wait for a worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name from procrastinate_jobs"
            " where status = 'todo' and args ->> 'webhook_id' = %s",
            [str(subscribed.webhook.pk)],
        )
        return [row[0] for row in cursor.fetchall()]
