"""Starting Django for a command, and who acts when somebody types one."""

from __future__ import annotations

import functools
import getpass
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from rollcall.kit.scope import Actor

ParametersT = ParamSpec("ParametersT")
ResultT = TypeVar("ResultT")


def start_django() -> None:
    """Load settings and models; idempotent."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")
    import django

    django.setup()


def with_django(command: Callable[ParametersT, ResultT]) -> Callable[ParametersT, ResultT]:
    """Start Django before a command's body."""

    @functools.wraps(command)
    def started(*args: ParametersT.args, **kwargs: ParametersT.kwargs) -> ResultT:
        start_django()
        return command(*args, **kwargs)

    return started


def command_line_actor() -> Actor:
    """Whoever has an account on this machine and typed the command."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor(kind="cli", id=name)
