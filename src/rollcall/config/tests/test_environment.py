from __future__ import annotations

from pathlib import Path

import pytest

from rollcall.config import environment
from rollcall.config.environment import SettingError

NAME = "ROLLCALL_OF_A_TEST"
VALUE = "t0psecret"


class TestText:
    def test_is_trimmed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(NAME, "  x y \n")

        assert environment.text(NAME) == "x y"

    def test_that_is_missing_is_the_default(self) -> None:
        assert (environment.text(NAME), environment.text(NAME, "d")) == ("", "d")


class TestSecret:
    def test_comes_from_the_variable_or_its_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        assert environment.secret(NAME) == ""

        (tmp_path / "secret").write_text(f"{VALUE}\n")
        monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
        assert environment.secret(NAME) == VALUE

        monkeypatch.delenv(f"{NAME}_FILE")
        monkeypatch.setenv(NAME, VALUE)
        assert environment.secret(NAME) == VALUE

    def test_that_is_given_twice_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv(NAME, VALUE)
        monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))

        with pytest.raises(SettingError, match=f"^{NAME} and {NAME}_FILE are both set"):
            environment.secret(NAME)

    @pytest.mark.parametrize("content", [None, b"\xff\xfe"])
    def test_whose_file_cannot_be_read_is_refused_without_its_content(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
    ) -> None:
        path = tmp_path / "secret"
        if content is not None:
            path.write_bytes(content)
        monkeypatch.setenv(f"{NAME}_FILE", str(path))

        with pytest.raises(SettingError, match=f"^{NAME}_FILE cannot be read: [A-Za-z]+$"):
            environment.secret(NAME)


class TestFlag:
    @pytest.mark.parametrize("default", [True, False])
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            *((word, True) for word in ("1", "true", "YES", " on ")),
            *((word, False) for word in ("0", "False", "no", "OFF")),
        ],
    )
    def test_is_yes_or_no(
        self, monkeypatch: pytest.MonkeyPatch, written: str, meant: bool, default: bool
    ) -> None:
        monkeypatch.setenv(NAME, written)

        assert environment.flag(NAME, default=default) is meant

    def test_that_is_missing_is_the_default(self) -> None:
        assert environment.flag(NAME, default=True) is True
        assert environment.flag(NAME, default=False) is False

    def test_that_is_neither_is_refused_without_the_value(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(NAME, VALUE)

        with pytest.raises(SettingError, match=f"^{NAME} is neither yes nor no$"):
            environment.flag(NAME, default=True)


class TestNumber:
    @pytest.mark.parametrize(("written", "meant"), [("", 7), ("1", 1), (" 10 ", 10), ("007", 7)])
    def test_is_within_its_bounds(
        self, monkeypatch: pytest.MonkeyPatch, written: str, meant: int
    ) -> None:
        monkeypatch.setenv(NAME, written)

        assert environment.number(NAME, default=7, minimum=1, maximum=10) == meant

    @pytest.mark.parametrize("written", ["0", "11", "-1", "1.5", "1e1", "²", "٣", "x", "9" * 50])
    def test_that_is_none_or_outside_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, written: str
    ) -> None:
        monkeypatch.setenv(NAME, written)

        with pytest.raises(SettingError, match=f"^{NAME} is not a whole number from 1 to 10$"):
            environment.number(NAME, default=7, minimum=1, maximum=10)
