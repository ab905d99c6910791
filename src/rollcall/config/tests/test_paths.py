from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rollcall.config import paths


class TestDataDir:
    def test_is_the_chosen_one(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("ROLLCALL_DATA_DIR", str(tmp_path / "not-there-yet"))

        assert paths.data_dir() == tmp_path / "not-there-yet"

    def test_is_absolute_wherever_it_was_named(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("ROLLCALL_DATA_DIR", "here")
        assert paths.data_dir() == tmp_path / "here"

        monkeypatch.setenv("ROLLCALL_DATA_DIR", "~/there")
        assert paths.data_dir() == tmp_path / "home" / "there"

    def test_is_beside_the_code_of_a_checkout(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ROLLCALL_DATA_DIR", raising=False)

        folder = paths.data_dir()

        assert folder.name == ".rollcall"
        assert (folder.parent / "pyproject.toml").is_file()

    @pytest.mark.parametrize(
        ("uid", "xdg", "expected"),
        [
            (0, "", "/var/lib/rollcall"),
            (1000, "/data", "/data/rollcall"),
            (1000, "", "/people/ana/.local/share/rollcall"),
        ],
    )
    def test_of_an_installed_package_depends_on_the_user(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uid: int, xdg: str, expected: str
    ) -> None:
        monkeypatch.delenv("ROLLCALL_DATA_DIR", raising=False)
        monkeypatch.setenv("XDG_DATA_HOME", xdg)
        monkeypatch.setenv("HOME", "/people/ana")
        monkeypatch.setattr(os, "geteuid", lambda: uid)
        monkeypatch.setattr(paths, "__file__", str(tmp_path / "a/b/c/d/e/paths.py"))

        assert paths.data_dir() == Path(expected)


class TestWriteSecret:
    def test_keeps_it_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "master.key"

        kept = paths.write_secret(path, "first")

        assert (kept, path.read_text()) == ("first", "first\n")
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(path.parent.iterdir()) == [path]

    def test_leaves_one_that_is_there(self, tmp_path: Path) -> None:
        path = tmp_path / "master.key"
        paths.write_secret(path, "first")

        assert paths.write_secret(path, "second") == "first"
        assert path.read_text() == "first\n"
        assert list(tmp_path.iterdir()) == [path]

    def test_gives_everybody_the_same_when_many_processes_write_at_once(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "master.key"
        program = (
            "import os, sys; from pathlib import Path;"
            "from rollcall.config.paths import write_secret;"
            "sys.stdin.read();"
            "print(write_secret(Path(sys.argv[1]), str(os.getpid()) * 100))"
        )
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]

        kept = {writer.communicate(timeout=30)[0].strip() for writer in writers}

        assert kept == {path.read_text().strip()}
        assert list(tmp_path.iterdir()) == [path]
