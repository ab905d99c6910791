"""Which environment variables reach the server, and which ones must not reach the client."""

from __future__ import annotations

import os
import sys

from psycopg import pq

#: What libpq reads besides the defaults of its connection options.
_MORE_CLIENT_VARIABLES = ("PGSERVICEFILE", "PGSYSCONFDIR", "PGDATESTYLE", "PGTZ", "PGGEQO")


def server_environment() -> dict[str, str]:
    """Return the whole environment of the server: nothing of the caller's is in it.

    macOS needs a locale that it knows, else PostgreSQL refuses to start as a threaded process.
    """
    locale = "C" if sys.platform == "darwin" else "C.UTF-8"
    return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": locale}


def forget_client_environment() -> None:
    """Remove libpq's variables from this process.

    They fill in whatever a connection string leaves open: a ``PGHOSTADDR`` or ``PGSERVICE`` that
    was meant for another server would send Rollcall there. Idempotent.
    """
    names = [option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar]
    for name in (*names, *_MORE_CLIENT_VARIABLES):
        os.environ.pop(name, None)
