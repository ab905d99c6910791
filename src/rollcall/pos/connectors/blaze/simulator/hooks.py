"""BLAZE's registration of webhooks, and what it calls them with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from rollcall.pos.connectors.blaze.simulator import answers, rows
from rollcall.pos.connectors.blaze.simulator.company import company, object_id
from rollcall.pos.simulator.exchange import Answer, Request, json_answer
from rollcall.pos.simulator.hooks import (
    HookCall,
    HookChange,
    HookError,
    subscribers_of,
)
from rollcall.pos.simulator.options import DEFAULT_ACCOUNT
from rollcall.pos.simulator.world import World

Values = Mapping[str, str]

#: [doc]; the last one in the newer pages only.
TYPES: Final = (
    "NEW_CONSUMER_ORDER", "NEW_CONSUMER_SIGNUP", "UPDATE_CONSUMER_ORDER", "UPDATE_CONSUMER_USER",
    "NEW_MEMBER", "UPDATE_MEMBER", "COMPLETE_TRANSACTION", "UPDATE_PRODUCT", "TRANSACTION_UPDATE",
)  # fmt: skip
#: Whether the member stands under a key of its own is not documented: some calls so, some so.
_WRAPPED_EVERY: Final = 5


def register(world: World, request: Request, _values: Values) -> Answer:
    """``POST /webHooks`` with one object [doc]."""
    return _saved(world, request.json_object(), object_id("webhook", world.now().isoformat()))


def register_many(world: World, request: Request, _values: Values) -> Answer:
    """``POST /store/webHook`` with an array [doc]."""
    try:
        contents = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        contents = None
    if not isinstance(contents, list):
        return answers.error(400, "body", "Can not deserialize the body.")
    made = []
    for number, content in enumerate(contents):
        hook_id = object_id("webhook", number, world.now().isoformat())
        answer = _saved(world, content if isinstance(content, dict) else None, hook_id)
        if answer.status != 200:
            return answer
        made.append(orjson.loads(answer.body))
    return json_answer(200, made)


def list_all(world: World, request: Request, _values: Values) -> Answer:
    """``GET /webHooks`` with ``type``, ``start``, ``limit``, ``shopId`` [doc]."""
    given = request.parameters()
    found = [
        hook
        for hook in company(world).webhooks.values()
        if given.get("type") in (None, "", hook["webHookType"])
        and given.get("shopId") in (None, "", hook["shopId"])
    ]
    start, limit = (given.get(name, usual) for name, usual in (("start", "0"), ("limit", "100")))
    if not (start.isdigit() and limit.isdigit()):
        return answers.error(400, "limit", "Invalid paging.")
    part = found[int(start) : int(start) + int(limit)]
    bodies = [orjson.dumps(hook) for hook in part]
    return answers.page(bodies, skip=int(start), limit=int(limit), total=len(found))


def one(world: World, _request: Request, values: Values) -> Answer:
    """``GET /webHooks/{id}`` [doc]."""
    hook = company(world).webhooks.get(values["hook_id"])
    return _unknown() if hook is None else json_answer(200, hook)


def change(world: World, request: Request, values: Values) -> Answer:
    """``PUT /webHooks/{id}`` [doc]."""
    if values["hook_id"] not in company(world).webhooks:
        return _unknown()
    return _saved(world, request.json_object(), values["hook_id"])


def remove(world: World, _request: Request, values: Values) -> Answer:
    """``DELETE /webHooks/{id}`` [doc]."""
    with company(world).lock:
        gone = company(world).webhooks.pop(values["hook_id"], None)
        _subscribe(world)
    return _unknown() if gone is None else json_answer(200, {"id": values["hook_id"]})


def calls(body: Mapping[str, Any], position: int, change: HookChange) -> list[HookCall]:
    """Return the call for a change; neither its type nor a signature is in it [doc, guess]."""
    name = object_id("company", DEFAULT_ACCOUNT)
    member = {**body, "companyId": name} if body.get("companyId") == rows.COMPANY else dict(body)
    topic = "NEW_MEMBER" if change is HookChange.CREATED else "UPDATE_MEMBER"
    content = {"member": member} if position % _WRAPPED_EVERY == 0 else member
    return [HookCall(topic=topic, body=content)]


def _saved(world: World, content: Mapping[str, Any] | None, hook_id: str) -> Answer:
    if content is None or content.get("webHookType") not in TYPES:
        return answers.error(400, "webHookType", "Invalid webhook type.")
    # A single url is the old form. [doc]
    urls = content.get("webHookUrls") or [content.get("url")]
    try:
        subscribers_of([{"url": url} for url in urls])
    except (HookError, TypeError):
        return answers.error(400, "webHookUrls", "Invalid url.")
    hook = {
        "id": hook_id, "webHookType": content["webHookType"], "webHookUrls": list(urls),
        "shopId": content.get("shopId"), "active": True,
    }  # fmt: skip
    with company(world).lock:
        company(world).webhooks[hook_id] = hook
        _subscribe(world)
    return json_answer(200, hook)


def _subscribe(world: World) -> None:
    """Call who is registered, and whom the control interface named."""
    remembered = company(world)
    others = [s for s in world.hooks.subscribers() if s not in remembered.subscribed]
    remembered.subscribed = tuple(subscribers_of([
        {"url": url, "topics": [hook["webHookType"]]}
        for hook in remembered.webhooks.values()
        for url in hook["webHookUrls"]
    ]))  # fmt: skip
    world.hooks.subscribe([*others, *remembered.subscribed])


def _unknown() -> Answer:
    return answers.error(404, "WebHook", "Webhook not found.")
