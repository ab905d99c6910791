"""Foreseen errors as one clear line, and the exit code that belongs to them."""

from __future__ import annotations

import click


def as_click_error(error: Exception) -> click.ClickException | None:
    """The line to show for an error, or None if nobody foresaw it."""
    from rollcall.config.environment import SettingError

    if isinstance(error, SettingError):
        return click.ClickException(str(error))
    return _of_embedded(error) or _of_domain(error) or _of_database(error)


def _of_embedded(error: Exception) -> click.ClickException | None:
    from rollcall.embedded.errors import EmbeddedServerError

    return click.ClickException(str(error)) if isinstance(error, EmbeddedServerError) else None


def _of_domain(error: Exception) -> click.ClickException | None:
    from rollcall.kit.crypto import UnsealError
    from rollcall.kit.normalise.search_text import SearchTextError
    from rollcall.pos.errors import PosError
    from rollcall.pos.registry import UnknownKindError
    from rollcall.pos.simulator.state import StateError

    foreseen = (SearchTextError, PosError, UnknownKindError, UnsealError, StateError)
    return click.ClickException(str(error)) if isinstance(error, foreseen) else None


def _of_database(error: Exception) -> click.ClickException | None:
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, OperationalError):
        first = (str(error).strip().splitlines() or ["no reason given"])[0]
        return click.ClickException(f"the database cannot be reached: {first}")
    if isinstance(error, ProgrammingError) and "does not exist" in str(error):
        return click.ClickException("the database is not set up yet; run: rollcall migrate")
    return None
