"""Connections that survive a crash of the embedded server."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import psycopg
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresDatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.features import DatabaseFeatures
from django.db.backends.postgresql.introspection import DatabaseIntrospection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from rollcall.embedded.address import ServerInfo
from rollcall.embedded.errors import EmbeddedServerError
from rollcall.embedded.registry import current
from rollcall.embedded.server import EmbeddedServer

__all__ = [
    "DatabaseClient",
    "DatabaseCreation",
    "DatabaseFeatures",
    "DatabaseIntrospection",
    "DatabaseOperations",
    "DatabaseSchemaEditor",
    "DatabaseWrapper",
]

#: How long one attempt to connect may take altogether, restarts included.
_GIVE_UP_AFTER_S = 15.0
_PAUSE_S = 0.2
#: A server that is there and says one of these will take connections soon.
_PASSING = ("starting up", "shutting down", "recovery mode", "not yet accepting", "terminating")


class EmbeddedDatabaseClient(DatabaseClient):
    """``psql`` on the embedded server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Build the command line; the password stands in the environment, not on it."""
        server = current()
        if server is not None:
            info = server.hold()
            place = {"HOST": info.host, "PORT": info.port}
            settings_dict = {**settings_dict, **place, "USER": info.user, "PASSWORD": info.password}
        return super().settings_to_cmd_args_env(settings_dict, list(parameters))


class DatabaseWrapper(PostgresDatabaseWrapper):
    """PostgreSQL, but a connection that fails first makes sure that the server runs.

    The server is the one given to ``rollcall.embedded.use``; it tells host, port, user and
    password, so settings need only ``ENGINE`` and ``NAME``. Whoever connects holds it: the first
    connection starts it, and the child of a fork gets its own hold here. Without such a server
    this is Django's backend unchanged.
    """

    client_class = EmbeddedDatabaseClient

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """Connect, restarting the server for up to 15 s if it is gone.

        :raises psycopg.OperationalError: the server refused for a reason of its own.
        :raises EmbeddedServerError: it cannot be started.
        """
        server = current()
        if server is None:
            return self._connect(conn_params)
        deadline = time.monotonic() + _GIVE_UP_AFTER_S
        info = server.hold()
        while True:
            try:
                return self._connect(_sent_to(info, conn_params))
            except psycopg.OperationalError as error:
                left_s = deadline - time.monotonic()
                if left_s <= 0 or _is_refusal(error):
                    raise
                info = _revived(server, within_s=left_s)

    def _connect(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        return connection


def _sent_to(info: ServerInfo, conn_params: dict[str, Any]) -> dict[str, Any]:
    """Aim at where the server is now: after a restart the port may be another one."""
    return {"user": info.user, "password": info.password} | {
        **conn_params,
        "host": info.host,
        "port": info.port,
    }


def _revived(server: EmbeddedServer, *, within_s: float) -> ServerInfo:
    time.sleep(_PAUSE_S)
    try:
        return server.ensure_running(within_s=within_s)
    except EmbeddedServerError as error:
        # Whoever waits for a lost database waits for this one too.
        raise psycopg.OperationalError(str(error)) from error


def _is_refusal(error: psycopg.OperationalError) -> bool:
    """Tell whether a living server said no: a wrong password, no such database, too many clients.

    The server's messages are English: its settings say so.
    """
    words = str(error)
    return "FATAL:" in words and not any(passing in words for passing in _PASSING)
