"""A hub that a simulated POS can call, for the length of a test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rollcall.inbox.operations.addresses import make_address
from rollcall.inbox.tests.calling import listening
from rollcall.kit.clock import utc_now
from rollcall.pos import registry
from rollcall.testing.pos_world import PosWorld

_TOKEN = "simulated-webhook-token"  # the same on both sides, for POS systems that send one


@contextlib.contextmanager
def called_back(world: PosWorld) -> Iterator[None]:
    """Let the simulator call the hub about every change."""
    found = registry.connector(world.kind)
    if "webhook_token" in found.settings_model.model_fields:
        world.settings["webhook_token"] = _TOKEN
        world.connect()
    world.sync(full=True)  # a list that only its POS can name has an account now
    topics = getattr(found.webhooks, "topics", ())
    paths = make_address(world.scope, world.connection, now=utc_now()).paths
    with listening() as origin:
        world.simulator.control.set_webhooks(
            *(
                {
                    "url": origin + path,
                    "headers": {"Authorization": f"Bearer {_TOKEN}"},
                    "topics": [topic] if topic else [],
                }
                for path, topic in zip(paths, topics or ("",), strict=True)
            )
        )
        yield
        world.simulator.control.set_webhooks()
