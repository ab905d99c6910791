"""What others do to a hub: hold its accounts, cut its connections, fill its queue."""

from __future__ import annotations

import json
import threading

from django.db import connection

from rollcall.customers.models import PosAccount

#: A process on a machine that nobody here can look at.
ELSEWHERE = "another-machine:1/5/5"


def held_by(account: PosAccount, owner: str, *, seconds: float) -> None:
    """Write the lease down as somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update sync_accountstate set lease_owner = %s, lease_epoch = lease_epoch + 1,"
            " lease_until = now() + %s * interval '1 second' where account_id = %s",
            [owner, seconds, account.pk],
        )


def cut_all_connections() -> None:
    """Kill every server process of this database, as a crash does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and backend_type = 'client backend'"
            " and pid <> pg_backend_pid()"
        )
        cursor.execute("select pg_backend_pid()")
        (own,) = cursor.fetchone()

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", [own])
        connection.close()

    thread = threading.Thread(target=kill)
    thread.start()
    thread.join()


def jobs() -> list[tuple[str, dict[str, int]]]:
    """What waits in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, args::text from procrastinate_jobs"
            " where status = 'todo' and task_name <> 'sync.sweep' order by id"
        )
        return [(name, json.loads(args)) for name, args in cursor.fetchall()]


def empty_queue() -> None:
    """Forget all jobs: tests flush the tables of Django's own models only."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
