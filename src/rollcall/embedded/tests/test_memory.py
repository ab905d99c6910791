"""The server's cache follows the machine's memory, or the container's."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.embedded import memory
from rollcall.embedded.address import Address
from rollcall.embedded.settings import options_for

GB = 1024**3


@pytest.mark.parametrize(
    ("usable", "cache"),
    [(0, 128), (GB // 2, 128), (2 * GB, 128), (4 * GB, 256), (8 * GB, 512), (64 * GB, 1024)],
)
def test_is_a_sixteenth_within_limits(
    monkeypatch: pytest.MonkeyPatch, usable: int, cache: int
) -> None:
    monkeypatch.setattr(memory, "usable_bytes", lambda: usable)

    assert memory.cache_mb() == cache


@pytest.mark.parametrize(
    ("said", "counts"),
    [("1073741824\n", True), ("max\n", False), ("", False), ("9223372036854771712", False)],
)
def test_a_container_s_limit_counts_if_it_is_less(tmp_path: Path, said: str, counts: bool) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(said)
    nowhere = tmp_path / "nothing"

    of_the_machine = memory.usable_bytes((nowhere,))

    assert memory.usable_bytes((nowhere, limit)) == (GB if counts else of_the_machine)
    assert of_the_machine > 0


def test_stands_on_the_command_line() -> None:
    options = options_for(Address(host="127.0.0.1", port=5555))

    assert f"shared_buffers={memory.cache_mb()}MB" in options
