"""Child processes that end when their parent does, however it ends.

The parent holds the writing end of a pipe that is the child's standard input; the kernel closes
it when the parent dies, SIGKILL included.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "ROLLCALL_LIFELINE"


def follow_parent() -> None:
    """End this process (SIGTERM to itself) when its parent is gone, if that asked for it."""
    if os.environ.pop(VARIABLE, "") == "stdin":
        threading.Thread(target=_wait, name="lifeline", daemon=True).start()


def _wait() -> None:
    # Not through sys.stdin: its lock, held by this thread, would trip the interpreter at its end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
