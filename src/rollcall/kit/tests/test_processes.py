from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from rollcall.kit.processes import is_gone, process_name

_NAME_OF_A_CHILD = """
import sys
from rollcall.kit.processes import process_name
print(process_name(), flush=True)
sys.stdin.read()
"""


def start_child() -> tuple[subprocess.Popen[str], str]:
    """A living child and the name that it gives itself."""
    child = subprocess.Popen(
        [sys.executable, "-c", _NAME_OF_A_CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate(timeout=10)


class TestProcessName:
    def test_stays_the_same(self) -> None:
        assert process_name() == process_name()

    def test_holds_the_process_id(self) -> None:
        assert process_name().split("/")[1] == str(os.getpid())


class TestIsGone:
    def test_says_no_of_itself(self) -> None:
        assert is_gone(process_name()) is False

    def test_says_no_of_a_living_child(self) -> None:
        child, name = start_child()
        try:
            assert is_gone(name) is False
        finally:
            end(child)

    def test_says_yes_of_a_killed_child_that_nobody_has_waited_for(self) -> None:
        child, name = start_child()
        try:
            child.send_signal(signal.SIGKILL)
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

            assert is_gone(name) is True
        finally:
            end(child)

    def test_says_yes_of_a_killed_child(self) -> None:
        child, name = start_child()

        end(child)

        assert is_gone(name) is True

    def test_says_yes_of_an_earlier_process_with_the_same_id(self) -> None:
        place, pid, _start = process_name().split("/")

        assert is_gone(f"{place}/{pid}/1") is True

    def test_says_no_of_a_process_elsewhere(self) -> None:
        _place, pid, start = process_name().split("/")

        assert is_gone(f"another-boot:1/{pid}/{start}") is False

    @pytest.mark.parametrize("rest", ["", "/", "//", "/²/5", "/-1/5", "/x/5", "/ 1/5", "/1", "/1/"])
    @pytest.mark.parametrize("place", ["", "nonsense", None])
    def test_says_no_of_nonsense(self, place: str | None, rest: str) -> None:
        here = process_name().split("/")[0] if place is None else place

        assert is_gone(here + rest) is False

    def test_says_no_of_a_process_that_it_may_not_look_at(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = process_name()
        monkeypatch.setattr("rollcall.kit.processes._start", lambda _pid: None)

        assert is_gone(name) is False
