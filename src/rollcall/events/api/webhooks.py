"""Webhooks for programs: making, changing, trying and replaying them. For administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from rollcall.api import idempotency, problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.bodies import (
    Nothing,
    invalid,
    read_body,
    read_id_cursor,
    read_limit,
    read_number,
    write_cursor,
)
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.platform import do_once
from rollcall.api.problems import ProblemError
from rollcall.events.api import shapes
from rollcall.events.models import Webhook, WebhookDelivery
from rollcall.events.operations import replaying, subscribing
from rollcall.events.presentation import words_of
from rollcall.events.queries.webhooks import (
    WebhookNotFoundError,
    get_webhook,
    list_deliveries,
    list_webhooks,
    read_secret,
)
from rollcall.kit.scope import Grant, Role

router = Router(tags=["webhooks"])
WRITE: Final = Right(grant=Grant.WRITE_WEBHOOKS, role=Role.ADMIN)
_LARGEST_ID: Final = 2**63 - 1
_BEGINNING: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@router.get("/webhooks", operation_id="listWebhooks", **shapes.LIST.declared(shapes.Webhooks))
def list_all(request: HttpRequest) -> HttpResponse:
    """List the webhooks."""
    return answer(request, WRITE, _list)


@router.post(
    "/webhooks",
    operation_id="createWebhook",
    **shapes.MAKE.declared(shapes.WebhookMade, status=201),
)
def create(request: HttpRequest) -> HttpResponse:
    """Have an address called with what happens from now on. The secret is shown this once."""
    return answer(request, WRITE, _create)


@router.get(
    "/webhooks/{webhook_id}",
    operation_id="getWebhook",
    **shapes.READ.declared(shapes.WebhookTold),
)
def read(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Read one webhook."""
    return answer(request, WRITE, lambda asked: _told(asked, _id(webhook_id)))


@router.patch(
    "/webhooks/{webhook_id}",
    operation_id="changeWebhook",
    **shapes.CHANGE.declared(shapes.WebhookTold),
)
def change(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Change what is named. `active` also resumes a webhook that its receiver switched off."""
    return answer(request, WRITE, lambda asked: _change(asked, _id(webhook_id)))


@router.post(
    "/webhooks/{webhook_id}/remove",
    operation_id="removeWebhook",
    **shapes.ACT.declared(shapes.Webhooks),
)
def remove(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Never call the address again; answers with the webhooks that are left."""
    return answer(request, WRITE, lambda asked: _remove(asked, _id(webhook_id)))


@router.post(
    "/webhooks/{webhook_id}/rotate-secret",
    operation_id="rotateWebhookSecret",
    **shapes.ACT.declared(shapes.SecretTold),
)
def rotate(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Make a new secret, shown this once; the one before it signs as well for a day."""
    return answer(request, WRITE, lambda asked: _rotate(asked, _id(webhook_id)))


@router.post(
    "/webhooks/{webhook_id}/test",
    operation_id="testWebhook",
    **shapes.ACT.declared(shapes.DeliveryTold, status=201),
)
def send_test(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Have an event of the type `webhook.test` delivered."""
    return answer(request, WRITE, lambda asked: _test(asked, _id(webhook_id)))


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    operation_id="listWebhookDeliveries",
    **shapes.DELIVERIES.declared(shapes.Deliveries),
)
def deliveries(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """List what was and what is to be delivered, the newest first."""
    return answer(request, WRITE, lambda asked: _deliveries(asked, _id(webhook_id)))


@router.post(
    "/webhooks/{webhook_id}/replay",
    operation_id="replayWebhook",
    **shapes.REPLAY.declared(shapes.Replayed),
)
def replay(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Deliver events once more, under the ids that they had: some, or a range of time."""
    return answer(request, WRITE, lambda asked: _replay(asked, _id(webhook_id)))


def _list(asked: Asked) -> Answer:
    return json_answer({"items": [_row(one) for one in list_webhooks(asked.scope)]})


def _create(asked: Asked) -> Answer:
    sent = read_body(shapes.NewWebhook, asked.http.body)

    def act() -> dict[str, Any]:
        made = subscribing.create_webhook(
            asked.scope, url=sent.url, name=sent.name, types=sent.types, now=asked.now
        )
        return {"webhook": made.webhook.pk, "secret": made.secret_id}

    outcome = _once(asked, act)
    with _in_problems():
        row = _row(get_webhook(asked.scope, outcome["webhook"]))
        secret = read_secret(asked.scope, outcome["secret"])
    return json_answer({**row, "secret": secret}, status=201)


def _told(asked: Asked, webhook_id: int) -> Answer:
    with _in_problems():
        return json_answer(_row(get_webhook(asked.scope, webhook_id)))


def _change(asked: Asked, webhook_id: int) -> Answer:
    sent = read_body(shapes.WebhookChange, asked.http.body)
    states = {"active": subscribing.resume_webhook, "paused": subscribing.pause_webhook}

    def act() -> dict[str, Any]:
        subscribing.change_webhook(
            asked.scope, webhook_id, url=sent.url, name=sent.name, types=sent.types
        )
        if sent.state is not None:
            states[sent.state](asked.scope, webhook_id)
        return {}

    _once(asked, act)
    return _told(asked, webhook_id)


def _remove(asked: Asked, webhook_id: int) -> Answer:
    read_body(Nothing, asked.http.body)

    def act() -> dict[str, Any]:
        subscribing.remove_webhook(asked.scope, webhook_id)
        return {}

    _once(asked, act)
    return _list(asked)


def _rotate(asked: Asked, webhook_id: int) -> Answer:
    read_body(Nothing, asked.http.body)

    def act() -> dict[str, Any]:
        made = subscribing.rotate_secret(asked.scope, webhook_id, now=asked.now)
        until = asked.now + subscribing.OVERLAP
        return {"secret": made.secret_id, "until": _moment(until)}

    outcome = _once(asked, act)
    with _in_problems():
        secret = read_secret(asked.scope, outcome["secret"])
    return json_answer({"secret": secret, "overlaps_until": outcome["until"]})


def _test(asked: Asked, webhook_id: int) -> Answer:
    read_body(Nothing, asked.http.body)

    def act() -> dict[str, Any]:
        sent = replaying.send_test(asked.scope, webhook_id, now=asked.now)
        return {"delivery": sent.pk}

    outcome = _once(asked, act)
    found = WebhookDelivery.objects.scoped(asked.scope).filter(pk=outcome["delivery"]).first()
    if found is None:
        raise _missing()
    return json_answer(_delivery(found), status=201)


def _deliveries(asked: Asked, webhook_id: int) -> Answer:
    limit, before = read_limit(asked.http), read_id_cursor(asked.http)
    with _in_problems():
        webhook = get_webhook(asked.scope, webhook_id)
    found = list_deliveries(asked.scope, webhook, before=before, limit=limit)
    is_full = len(found) == limit
    return json_answer(
        {
            "items": [_delivery(one) for one in found],
            "next": write_cursor(found[-1].pk) if is_full else None,
        }
    )


def _replay(asked: Asked, webhook_id: int) -> Answer:
    sent = read_body(shapes.WebhookReplay, asked.http.body)
    has_range = sent.since is not None or sent.until is not None
    if bool(sent.deliveries) == has_range or (sent.deliveries and sent.only_given_up):
        raise invalid({"deliveries": ["name either deliveries or a range of time"]})
    if any(not 0 < one <= _LARGEST_ID for one in sent.deliveries) or len(sent.deliveries) > 1_000:
        raise invalid({"deliveries": ["are not ids of ours, at most a thousand"]})
    since, until = _instant("since", sent.since), _instant("until", sent.until)

    def act() -> dict[str, Any]:
        if sent.deliveries:
            count = replaying.replay_deliveries(
                asked.scope, webhook_id, sent.deliveries, now=asked.now
            )
        else:
            count = replaying.replay_range(
                asked.scope,
                webhook_id,
                since=since or _BEGINNING,
                until=until or asked.now,
                only_dead=sent.only_given_up,
                now=asked.now,
            )
        return {"deliveries": count}

    return json_answer({"deliveries": _once(asked, act)["deliveries"]})


def _once(asked: Asked, act: Callable[[], dict[str, Any]]) -> idempotency.Outcome:
    with _in_problems():
        return do_once(asked, act)


@contextmanager
def _in_problems() -> Iterator[None]:
    try:
        yield
    except WebhookNotFoundError:
        raise _missing() from None
    except subscribing.WebhookInvalidError as error:
        raise invalid({error.member: [words_of(error.code)]}) from None
    except subscribing.TooManyWebhooksError as error:
        raise ProblemError(problems.TOO_MANY_WEBHOOKS, f"{error}.".capitalize()) from None


def _missing() -> ProblemError:
    return ProblemError(problems.NOT_FOUND, "There is no such webhook.")


def _id(text: str) -> int:
    return read_number(text, _missing())


def _instant(member: str, text: str | None) -> dt.datetime | None:
    try:
        return None if text is None else dt.datetime.fromisoformat(text)
    except ValueError:
        raise invalid({member: ["is not an instant"]}) from None


def _row(one: Webhook) -> shapes.Told:
    return {
        "id": one.pk,
        "name": one.name,
        "url": one.url,
        "types": list(one.types),
        "state": one.state,
        "created_at": _moment(one.created_at),
        "failing_since": _moment(one.failing_since),
        "last_delivered_at": _moment(one.last_delivered_at),
        "last_code": one.last_code,
    }


def _delivery(one: WebhookDelivery) -> shapes.Told:
    is_waiting = one.state == WebhookDelivery.State.WAITING
    return {
        "id": one.pk,
        "event": one.event_id,
        "type": one.type,
        "occurred_at": _moment(one.occurred_at),
        "state": one.state,
        "attempts": one.attempts,
        "next_try_at": _moment(one.next_try_at) if is_waiting else None,
        "finished_at": _moment(one.finished_at),
        "code": one.code,
    }


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
