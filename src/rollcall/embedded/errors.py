"""The one error of this package: every message is one line that says what to do."""

from __future__ import annotations

ANOTHER_WAY = (
    "set DATABASE_URL, choose a ROLLCALL_DATA_DIR elsewhere, or run Rollcall as an ordinary user"
)


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot be used; the message is one line for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def cannot_use(folder: object, error: OSError) -> EmbeddedServerError:
    """Say in one line what the operating system refused for the data folder ``folder``."""
    reason = error.strerror or str(error)
    at_fault = f" ({error.filename})" if error.filename else ""
    return EmbeddedServerError(
        f"The database folder {folder} cannot be used: {reason}{at_fault}. "
        "Set DATABASE_URL or choose a ROLLCALL_DATA_DIR elsewhere."
    )
