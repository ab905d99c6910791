"""The demo's child processes: started, watched and stopped together."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rollcall.config.lifeline import VARIABLE

_PATIENCE_S: Final = 8.0


class ChildDiedError(RuntimeError):
    """One of the processes ended by itself; the message says where its log is."""


@dataclass(kw_only=True)
class Child:
    """One process and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


@dataclass(kw_only=True)
class Children:
    """Processes that live as long as the demo."""

    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, arguments: Sequence[str], *, output: Path | None = None) -> Child:
        """Start ``rollcall ARGUMENTS``; it ends when this process does, however it ends."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("ab") as errors, (output or log).open("wb" if output else "ab") as printed:
            process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-m", "rollcall", *arguments],
                stdin=subprocess.PIPE,
                stdout=printed,
                stderr=errors,
                # Ctrl-C is for the demo alone; it stops its children in the right order.
                start_new_session=True,
                env={
                    **os.environ,
                    VARIABLE: "stdin",
                    "ROLLCALL_LOG": "json",
                    "ROLLCALL_DEMO_LOG_INS": "yes",
                },
            )
        child = Child(name=name, process=process, log=log)
        self.running.append(child)
        return child

    def check(self) -> None:
        """Notice a process that ended by itself.

        :raises ChildDiedError: which one, and the last line of its log.
        """
        for child in self.running:
            if child.process.poll() is not None:
                lines = child.log.read_text(errors="replace").strip().splitlines()
                last = lines[-1] if lines else "it said nothing"
                raise ChildDiedError(f"{child.name} ended: {last} (all of it: {child.log})")

    def stop(self) -> None:
        """Ask all to end, newest first; those that do not are killed. Idempotent."""
        for child in reversed(self.running):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + _PATIENCE_S
        for child in reversed(self.running):
            try:
                child.process.wait(timeout=max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            if child.process.stdin is not None:
                child.process.stdin.close()
        self.running.clear()
