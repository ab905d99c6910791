from __future__ import annotations

import zlib

import pytest
from django.db import connection

from rollcall.customers.models import PosAccount
from rollcall.customers.rules.sealed import pack_raw, unpack_raw
from rollcall.customers.rules.wire_sample import WIRE_SAMPLE
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import Ingest, incoming

ROW = b'{"birthday":"1990-01-01","caregiver_details":[],"customer_id":"7","first_name":"ZOE"}'


class TestPackedRows:
    def test_need_a_sample_that_never_changes(self) -> None:
        assert zlib.adler32(WIRE_SAMPLE) == 0x2A290552

    def test_say_which_sample_they_need(self) -> None:
        assert int.from_bytes(pack_raw(ROW)[2:6], "big") == zlib.adler32(WIRE_SAMPLE)

    def test_are_read_without_a_sample_too(self) -> None:
        assert unpack_raw(zlib.compress(ROW, 1)) == ROW

    def test_are_refused_when_cut_off(self) -> None:
        with pytest.raises(zlib.error, match="cut off"):
            unpack_raw(pack_raw(ROW)[:-4])

    def test_of_one_kilobyte_shrink_to_a_third(self) -> None:
        assert len(pack_raw(WIRE_SAMPLE[-1200:])) < 400


@pytest.mark.parametrize("setting", ["enable_hashjoin", "enable_mergejoin"])
def test_the_planner_may_do_again_what_it_likes_after_a_batch(
    scope_a: Scope, account_a: PosAccount, ingest: Ingest, setting: str
) -> None:
    ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Ana")])
    ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Anna")])

    with connection.cursor() as cursor:
        cursor.execute(f"show {setting}")
        assert cursor.fetchone() == ("on",)
