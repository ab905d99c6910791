"""Waiting for rows that somebody else finishes."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection as database

from rollcall.api import database as api_database
from rollcall.api.looking import Looker

_ALL: str = "select json_array_elements_text(%(ids)s::json)::bigint"
_NONE: str = f"{_ALL} limit 0"


@pytest.fixture(autouse=True)
def _tables(transactional_db: None) -> None:
    """A database to look into; every thread has a connection of its own."""


def test_waiting_ends_when_the_rows_have_told() -> None:
    began = time.monotonic()

    Looker(_ALL, name="told").wait({1, 2}, timeout_s=5)

    assert time.monotonic() - began < 2
    api_database.close()


def test_waiting_ends_when_time_is_up() -> None:
    began = time.monotonic()

    Looker(_NONE, name="untold").wait({1}, timeout_s=0.15)

    assert 0.1 < time.monotonic() - began < 2


def test_whoever_finds_no_place_does_not_wait() -> None:
    looker = Looker(_NONE, name="full", most=1)
    waiting = threading.Thread(target=looker.wait, args=({1},), kwargs={"timeout_s": 0.4})
    waiting.start()
    time.sleep(0.05)
    began = time.monotonic()

    looker.wait({2}, timeout_s=5)

    assert time.monotonic() - began < 0.3
    waiting.join()
    database.close()


def test_nothing_to_wait_for_takes_no_place() -> None:
    Looker(_NONE, name="idle", most=1).wait(set(), timeout_s=5)
