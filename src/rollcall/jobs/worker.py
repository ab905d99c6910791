"""The worker's loop: it goes on when the database was away, and ends on SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import time
from types import FrameType
from typing import Any

import structlog
from django.db import DatabaseError, connection
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

log = structlog.get_logger()

#: A worker that gave no sign for so long is dead; its jobs are only wake-up calls, so they go.
_DEAD_AFTER_S = 60.0


def run_worker(*, concurrency: int) -> None:
    """Work until told to stop; running work gets half a minute to come to a commit."""
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        try:
            asyncio.run(_work(concurrency, _connector()))
            stopping = True
        except KeyboardInterrupt:
            stopping = True
        except (ConnectorException, DatabaseError, OSError, ExceptionGroup) as error:
            log.warning("worker.database_lost", error=type(error).__name__)
            time.sleep(1.0)


def _connector() -> PsycopgConnector:
    # Where Django's own connection is now: an embedded server may have moved to another port.
    connection.ensure_connection()
    info = connection.connection.info
    parameters = {**info.get_parameters(), "password": info.password}
    connection.close()
    return PsycopgConnector(json_dumps=None, json_loads=None, kwargs=parameters, min_size=1)


async def _work(concurrency: int, connector: PsycopgConnector) -> None:
    with app.replace_connector(connector) as working:
        async with working.open_async():
            await _forget_dead_jobs(working)
            await working.run_worker_async(
                concurrency=concurrency,
                delete_jobs="always",
                shutdown_graceful_timeout=30.0,
                fetch_job_polling_interval=2.0,
            )


async def _forget_dead_jobs(working: App) -> None:
    manager: Any = working.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_S):
        await manager.finish_job(job, status=Status.FAILED, delete_job=True)
