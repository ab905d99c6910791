"""Reading the environment: every setting comes from there, with ``*_FILE`` for mounted secrets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

#: Where the processes behind listen; ``rollcall serve`` tells its own processes.
BEHIND: Final = "ROLLCALL_BEHIND"


class SettingError(RuntimeError):
    """A setting is missing or cannot be used; the message is one clear line without the value."""


def text(name: str, default: str = "") -> str:
    """The variable's value, trimmed."""
    return os.environ.get(name, default).strip()


def secret(name: str) -> str:
    """The variable's value, or the content of the file that ``<name>_FILE`` names; "" if neither.

    :raises SettingError: the file cannot be read, or both are given.
    """
    direct, file = text(name), text(f"{name}_FILE")
    if direct and file:
        raise SettingError(f"{name} and {name}_FILE are both set; set one of them")
    if not file:
        return direct
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name}_FILE cannot be read: {type(error).__name__}") from error


def flag(name: str, *, default: bool) -> bool:
    """A yes-or-no variable.

    :raises SettingError: neither 1/true/yes/on nor 0/false/no/off.
    """
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise SettingError(f"{name} is neither yes nor no")


def number(name: str, *, default: int, minimum: int, maximum: int) -> int:
    """A whole number within bounds.

    :raises SettingError: not a number, or out of bounds.
    """
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
        raise SettingError(f"{name} is not a whole number from {minimum} to {maximum}")
    return int(value)
