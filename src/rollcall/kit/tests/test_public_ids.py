from __future__ import annotations

import time
import uuid

from rollcall.kit.ids import new_public_id


class TestNewPublicId:
    def test_is_a_uuid_of_version_7(self) -> None:
        for _ in range(200):
            made = new_public_id()
            assert (made.version, made.variant) == (7, uuid.RFC_4122)

    def test_begins_with_the_time_in_milliseconds(self) -> None:
        before = time.time_ns() // 1_000_000

        made = new_public_id()

        assert before <= made.int >> 80 <= time.time_ns() // 1_000_000

    def test_comes_only_once(self) -> None:
        assert len({new_public_id() for _ in range(20_000)}) == 20_000

    def test_sorts_by_time_of_making(self) -> None:
        first = new_public_id()
        time.sleep(0.002)

        assert first < new_public_id()
