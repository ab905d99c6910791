from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from rollcall.customers.models import PosAccount
from rollcall.customers.rules.packing import PackedRowError, pack_raw, unpack_raw
from rollcall.customers.rules.wire_sample import MORE_SAMPLES, WIRE_SAMPLE
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import Ingest, incoming

ROW = b'{"birthday":"1990-01-01","caregiver_details":[],"customer_id":"7","first_name":"ZOE"}'


class TestPackedRows:
    def test_need_samples_that_never_change(self) -> None:
        assert zlib.adler32(WIRE_SAMPLE) == 0x2A290552
        assert zlib.adler32(MORE_SAMPLES) == 0x92EB5998

    def test_of_earlier_times_are_read(self) -> None:
        packer = zlib.compressobj(3, zlib.DEFLATED, 12, 5, zlib.Z_DEFAULT_STRATEGY, WIRE_SAMPLE)

        assert unpack_raw(packer.compress(ROW) + packer.flush()) == ROW
        assert unpack_raw(zlib.compress(ROW, 1)) == ROW

    @pytest.mark.parametrize(
        "packed", [b"", b"\x01", b"\x01junk", b"junk", zlib.compress(ROW)[:-4]]
    )
    def test_are_refused_when_they_are_none(self, packed: bytes) -> None:
        with pytest.raises(PackedRowError):
            unpack_raw(packed)

    def test_are_refused_when_cut_off(self) -> None:
        with pytest.raises(PackedRowError):
            unpack_raw(pack_raw(ROW)[:-4])

    @pytest.mark.parametrize("sample", [WIRE_SAMPLE[-1200:], MORE_SAMPLES])
    def test_of_one_kilobyte_shrink_to_a_quarter(self, sample: bytes) -> None:
        assert len(pack_raw(sample)) < len(sample) / 4

    def test_are_packed_by_several_threads_at_once(self) -> None:
        with ThreadPoolExecutor(4) as threads:
            packed = list(threads.map(pack_raw, [ROW * n for n in range(1, 200)]))

        assert [unpack_raw(one) for one in packed] == [ROW * n for n in range(1, 200)]


@pytest.mark.parametrize("setting", ["enable_hashjoin", "enable_mergejoin"])
def test_the_planner_may_do_again_what_it_likes_after_a_batch(
    scope_a: Scope, account_a: PosAccount, ingest: Ingest, setting: str
) -> None:
    ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Ana")])
    ingest(scope_a, account_a, [incoming(scope_a, "1", given_name="Anna")])

    with connection.cursor() as cursor:
        cursor.execute(f"show {setting}")
        assert cursor.fetchone() == ("on",)
