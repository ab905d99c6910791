"""Somebody who waits for a POS costs others nothing."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rollcall.api.turns import USUAL, in_lane
from rollcall.kit.scope import Scope
from rollcall.pos.registry import connector
from rollcall.provisioning.operations.trying import Trial, try_settings
from rollcall.provisioning.rules.trouble import Trouble
from rollcall.provisioning.tests.pos_servers import answering, silent

pytestmark = pytest.mark.django_db(transaction=True)


def attempt(scope: Scope, url: str) -> Trial:
    settings = connector("treez").settings_model.model_validate(
        {"base_url": url, "dispensary": "alderway", "api_key": "k", "client_id": "c"}
    )
    return try_settings(scope, "treez", settings, time_zone="America/Los_Angeles")


@contextlib.contextmanager
def attempts(scope: Scope, url: str, count: int) -> Iterator[list[Trial]]:
    """So many trials at a time, each in a request of its own; they have ended afterwards."""
    done: list[Trial] = []

    def answer(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        done.append(attempt(scope, url))
        return []

    request = in_lane(USUAL, answer)
    threads = [threading.Thread(target=request, args=({}, None)) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    yield done
    for thread in threads:
        thread.join()


class TestATrialThatHangs:
    def test_lets_other_requests_go_on_and_too_many_are_told_at_once(self, scope_a: Scope) -> None:
        def answer(_environ: dict[str, Any], _start: Any) -> list[bytes]:
            return [b"here"]

        with silent() as url, attempts(scope_a, url, 4) as done:
            started = time.monotonic()
            said = list(in_lane(USUAL, answer)({}, None))
            one_more = attempt(scope_a, url)
            waited = time.monotonic() - started

        assert said == [b"here"]
        assert one_more.trouble is Trouble.BUSY
        assert waited < 1.0
        assert [one.trouble for one in done] == [Trouble.SILENT] * 4

    def test_gives_its_seat_back_when_it_was_cut_off(self, scope_a: Scope) -> None:
        with answering(200, b" " * 1000, drip_s=0.3) as url:
            assert attempt(scope_a, url).trouble is Trouble.SLOW
            deadline = time.monotonic() + 3.0
            while any(one.name == "try-pos" for one in threading.enumerate()):
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def test_is_not_repeated_without_end(self, scope_a: Scope) -> None:
        url = "https://2852039166/"

        troubles = [attempt(scope_a, url).trouble for _ in range(70)]

        assert troubles.count(Trouble.INSIDE) in range(30, 61)  # a new minute may have begun
        assert troubles[0] is Trouble.INSIDE
        assert Trouble.BUSY in troubles
