"""The parts that need no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.embedded.binaries import find_bundled_programs, major_of, version_in
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.embedded.log import ServerLog
from rollcall.embedded.system import find_system_programs


class TestVersion:
    @pytest.mark.parametrize(
        ("words", "version", "major"),
        [
            ("postgres (PostgreSQL) 18.6\n", "18.6", "18"),
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18", "15"),
            ("postgres (PostgreSQL) 19beta1\n", "19beta1", "19"),
        ],
    )
    def test_is_read_from_the_program_s_own_words(
        self, words: str, version: str, major: str
    ) -> None:
        assert version_in(words) == version
        assert major_of(version) == major


class TestPrograms:
    def test_come_from_the_wheel(self) -> None:
        assert (find_bundled_programs() / "initdb").is_file()

    def test_of_the_system_are_listed_by_major_version(self, tmp_path: Path) -> None:
        for major, names in (("15", ("postgres", "initdb")), ("14", ("postgres",))):
            folder = tmp_path / major / "bin"
            folder.mkdir(parents=True)
            for name in names:
                (folder / name).touch()

        assert find_system_programs(tmp_path) == {"15": tmp_path / "15" / "bin"}


class TestLog:
    def test_moves_what_is_too_much_aside_under_a_running_writer(self, tmp_path: Path) -> None:
        log = ServerLog(tmp_path / "server.log")
        with open(log.open(), "wb", buffering=0) as writer:  # noqa: PTH123 - a descriptor
            writer.write(b"old line\n" * 20)
            log.bound(limit_bytes=100)
            writer.write(b"new line\n")

        older = tmp_path / "server.log.1"
        assert log.lines_since(0) == ["new line"]
        assert older.stat().st_size == 100
        assert older.stat().st_mode & 0o777 == 0o600

    def test_is_left_alone_below_its_limit(self, tmp_path: Path) -> None:
        log = ServerLog(tmp_path / "server.log")
        log.path.write_text("one\ntwo\n")

        log.bound(limit_bytes=100)

        assert log.lines_since(4) == ["two"]


class TestError:
    def test_is_always_one_line(self) -> None:
        assert str(EmbeddedServerError("a\n  b\n")) == "a b"
