"""The worker's loop: it goes on when the database was away, and ends on SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import DatabaseError, connection
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from rollcall.jobs import COUNTER, USUAL, stopping

log = structlog.get_logger()

#: A worker that gave no sign for so long is dead; its jobs are only wake-up calls, so they go.
_DEAD_AFTER_S = 60.0
#: Running work sees ``stopping`` and comes to its next commit within this time.
_GRACE_S = 8.0
#: Connections of the queue itself: jobs that end at the same time would wait for a single one.
_CONNECTIONS = 4
#: Jobs of the counter at a time, beside all others.
_AT_COUNTER = 4
_THREADS = "rollcall-job"


def run_worker(*, concurrency: int) -> None:
    """Work until told to stop by SIGTERM or Ctrl-C."""
    while not stopping.is_set():
        try:
            asyncio.run(_work(concurrency, _connector()))
        except (ConnectorException, DatabaseError, OSError, ExceptionGroup) as error:
            log.warning("worker.database_lost", error=type(error).__name__)
            time.sleep(1.0)


def _connector() -> PsycopgConnector:
    # Where Django's own connection is now: an embedded server may have moved to another port.
    connection.ensure_connection()
    info = connection.connection.info
    parameters = {**info.get_parameters(), "password": info.password}
    connection.close()
    return PsycopgConnector(
        json_dumps=None,
        json_loads=None,
        kwargs=parameters,
        min_size=1,
        max_size=_CONNECTIONS,
    )


async def _work(concurrency: int, connector: PsycopgConnector) -> None:
    with app.replace_connector(connector) as working:
        async with working.open_async():
            await _forget_dead_jobs(working)
            # Work runs in threads; the loop's own pool has too few of them on a small machine.
            threads = ThreadPoolExecutor(
                max_workers=concurrency + _AT_COUNTER + 2, thread_name_prefix=_THREADS
            )
            asyncio.get_running_loop().set_default_executor(threads)
            tasks = [
                asyncio.create_task(_serve(working, USUAL, concurrency)),
                asyncio.create_task(_serve(working, COUNTER, _AT_COUNTER)),
            ]
            _stop_on_signals(tasks)
            try:
                await _until_one_ends(tasks)
            finally:
                # Work comes to its next commit; threads that wait for a POS must not keep the
                # process, for their rows say where to go on.
                threads.shutdown(wait=False, cancel_futures=True)
                await asyncio.get_running_loop().run_in_executor(
                    ThreadPoolExecutor(max_workers=1), _join_work
                )
                asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))


async def _until_one_ends(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for both; if one fails, the other is told to end, too.

    :raises BaseException: what one failed with.
    """
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    if not stopping.is_set():
        for one in tasks:
            one.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, BaseException) and not isinstance(ended, asyncio.CancelledError):
            raise ended


def _join_work() -> None:
    deadline = time.monotonic() + _GRACE_S
    for thread in threading.enumerate():
        if thread.name.startswith(_THREADS):
            thread.join(timeout=max(0.0, deadline - time.monotonic()))


async def _serve(working: App, queue: str, concurrency: int) -> None:
    await working.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        delete_jobs="always",
        shutdown_graceful_timeout=_GRACE_S,
        fetch_job_polling_interval=2.0,
        install_signal_handlers=False,
    )


def _stop_on_signals(tasks: Sequence[asyncio.Task[None]]) -> None:
    def stop() -> None:
        stopping.set()
        for one in tasks:
            one.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


async def _forget_dead_jobs(working: App) -> None:
    manager: Any = working.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_S):
        await manager.finish_job(job, status=Status.FAILED, delete_job=True)
