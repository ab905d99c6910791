"""Child processes that end when their parent does, however it ends.

The parent holds the writing end of a pipe that is the child's standard input; the kernel closes
it when the parent dies, SIGKILL included.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Final

_LOOK_EVERY_S: Final = 1.0
#: Then the kernel ends it, whatever it is doing: nobody is left who would.
_PATIENCE_S: Final = 60
_STARTER: Final = "ROLLCALL_STARTER"

VARIABLE = "ROLLCALL_LIFELINE"


def follow_parent() -> None:
    """End this process (SIGTERM to itself) when its parent is gone, if that asked for it."""
    if os.environ.pop(VARIABLE, "") == "stdin":
        threading.Thread(target=_wait, name="lifeline", daemon=True).start()


def lead() -> None:
    """Have processes that a library starts from here follow this one: nobody gives them a pipe."""
    os.environ[_STARTER] = str(os.getpid())


def follow_starter() -> None:
    """End this process (SIGTERM to itself) within a second of the one that leads it, if any."""
    if not os.environ.get(_STARTER):
        return
    # Not who is the parent now: they may have ended while this process was still starting.
    starter = int(os.environ[_STARTER])
    threading.Thread(target=_watch, args=(starter,), name="lifeline", daemon=True).start()


def _watch(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(_LOOK_EVERY_S)
    signal.alarm(_PATIENCE_S)
    while True:
        # Again and again: one that is still starting has its starter's handlers, and would go on.
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_LOOK_EVERY_S)


def _wait() -> None:
    # Not through sys.stdin: its lock, held by this thread, would trip the interpreter at its end.
    while os.read(0, 1024):
        pass
    signal.alarm(_PATIENCE_S)
    os.kill(os.getpid(), signal.SIGTERM)
