"""Values that a file only refers to: environment variables and other files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rollcall.provisioning.rules.file import Reference

_MAX_BYTES: Final = 65_536


class MissingValueError(ValueError):
    """The value is not there; the message says where it was looked for."""


def resolve(reference: Reference, *, folder: Path) -> str:
    """The value, without white space around it.

    :param folder: what relative paths start from.
    """
    if reference.env is not None:
        value = os.environ.get(reference.env, "").strip()
        if not value:
            raise MissingValueError(f"the environment variable {reference.env} is not set")
        return value
    return _read(folder, reference.file or "")


def _read(folder: Path, path: str) -> str:
    try:
        with (folder / path).open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise MissingValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise MissingValueError(f"{path} is larger than {_MAX_BYTES:,} bytes")
    try:
        value = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise MissingValueError(f"{path} is not UTF-8 text") from None
    if not value:
        raise MissingValueError(f"{path} is empty")
    return value
