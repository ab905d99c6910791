"""One process that uses an embedded server: reads commands, prints one JSON line for each.

Run as a program: ``user.py DATA_DIR [BIN_DIR]``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from rollcall.embedded import EmbeddedServer, EmbeddedServerError, ServerInfo


def main() -> None:
    """Obey until the input ends; then end as an ordinary program does."""
    bin_dir = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    server = EmbeddedServer(Path(sys.argv[1]), bin_dir=bin_dir)
    commands: dict[str, Callable[[], object]] = {
        "acquire": lambda: _shown(server.acquire()),
        "release": server.release,
        "ensure": lambda: _shown(server.ensure_running()),
        "stop_if_unused": server.stop_if_unused,
        "status": lambda: str(server.status()),
        "count": lambda: _count(server.hold()),
        "fork": lambda: _fork(server),
        "uid": os.geteuid,
    }
    for line in sys.stdin:
        try:
            answer: object = {"ok": commands[line.strip()]()}
        except EmbeddedServerError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _shown(info: ServerInfo) -> dict[str, object]:
    return {"host": info.host, "port": info.port, "url": info.url}


def _count(info: ServerInfo) -> int:
    """Add a row and return how many there are by now."""
    with psycopg.connect(info.url) as connection:
        # Two who create a table at once collide, in spite of IF NOT EXISTS.
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        connection.execute("CREATE TABLE IF NOT EXISTS seen (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO seen DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM seen").fetchone()
    return int(row[0]) if row else 0


def _fork(server: EmbeddedServer) -> dict[str, bool]:
    """Let a forked child release what it has not got, then say what parent and child hold."""
    child = os.fork()
    if child == 0:
        server.release()
        os._exit(1 if server._users.is_held else 0)
    child_held = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    return {"child": child_held, "parent": server._users.is_held}


if __name__ == "__main__":
    main()
