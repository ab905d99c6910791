"""Several processes that merge, part, edit and sync the same few people at once, and the proof.

Whoever imports this has Django set up. The processes are forks: each opens a connection of its own.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from django.db import OperationalError, connection, transaction

from rollcall.customers.models import Customer, FieldEdit, Link, PosAccount
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.operations.ingest import take_over
from rollcall.customers.queries.people import find_kin
from rollcall.customers.queries.profile import get_profile, resolve
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import (
    AlreadyOneError,
    AlreadyUndoneError,
    merge_people,
    undo_merge,
)
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.sync.models import AccountState
from rollcall.testing.fixtures import incoming, make_account

#: People of each of the two lists.
PEOPLE = 20


@dataclass(kw_only=True)
class CrowdReport:
    """What was done, and what is wrong afterwards; everything in ``wrong`` has to be zero."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    slowest_s: Counter[str] = field(default_factory=Counter)


def open_lists(scope: Scope) -> list[PosAccount]:
    """Make two lists with their people."""
    accounts = [
        make_account(scope, kind=kind, account_key=f"{kind}-list") for kind in ("treez", "cova")
    ]
    for account in accounts:
        rows = [incoming(scope, str(number), nickname="a") for number in range(PEOPLE)]
        with transaction.atomic():
            take_over(scope, account, rows, now=utc_now(), sync_id=None)
    return accounts


def run_crowd(
    scope: Scope, accounts: list[PosAccount], *, processes: int, seconds: float, seed: int = 1
) -> CrowdReport:
    """Let the processes work for some seconds, then compare with what the evidence says."""
    connection.close()
    context = multiprocessing.get_context("fork")
    workers = []
    for number in range(processes):
        mine, theirs = context.Pipe(duplex=False)
        worker = context.Process(
            target=_work, args=(scope, accounts, seed * 1000 + number, seconds, theirs)
        )
        worker.start()
        workers.append((worker, mine))
    report = CrowdReport()
    for worker, mine in workers:
        if mine.poll(seconds + 60):
            done, slowest = mine.recv()
            report.done.update(done)
            report.slowest_s |= slowest
        else:
            report.wrong["hung"] += 1
            worker.kill()
        worker.join()
    report.wrong["deadlock"] = report.done.pop("deadlock", 0)
    report.wrong["crashed"] = report.done.pop("crashed", 0)
    _prove(scope, report)
    return report


def _work(
    scope: Scope, accounts: list[PosAccount], seed: int, seconds: float, told: Connection
) -> None:
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    done: Counter[str] = Counter()
    slowest: Counter[str] = Counter()
    steps: list[Callable[[Scope, list[PosAccount], random.Random], str]] = [
        _merge, _merge, _undo, _edit, _sync, _read,
    ]  # fmt: skip
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        step = chance.choice(steps)
        began = time.monotonic()
        try:
            what = step(scope, accounts, chance)
        except OperationalError:
            what = "deadlock"
        except Exception:  # noqa: BLE001  # counted, and the proof fails
            what = "crashed"
        done[what] += 1
        slowest |= Counter({what: time.monotonic() - began})
    connection.close()
    told.send((done, slowest))


def _somebody(scope: Scope, chance: random.Random) -> Customer:
    people = list(Customer.objects.scoped(scope).order_by("pk")[: 2 * PEOPLE])
    return chance.choice(people)


def _merge(scope: Scope, _: list[PosAccount], chance: random.Random) -> str:
    first, second = _somebody(scope, chance), _somebody(scope, chance)
    if first == second:
        return "nothing"
    survivor = chance.choice([None, first])
    try:
        merge_people(
            scope, first, second, survivor=survivor, reason=Merge.Reason.AUTOMATIC, now=utc_now()
        )
    except AlreadyOneError:
        return "already one"
    return "merged"


def _undo(scope: Scope, _: list[PosAccount], chance: random.Random) -> str:
    left = list(Merge.objects.scoped(scope).filter(undone_at__isnull=True).values_list("pk"))
    if not left:
        return "nothing"
    try:
        undo_merge(scope, chance.choice(left)[0], now=utc_now())
    except AlreadyUndoneError:
        return "already undone"
    return "undone"


def _edit(scope: Scope, _: list[PosAccount], chance: random.Random) -> str:
    field_name = chance.choice(("city", "email", "sms_opt_in"))
    value = chance.random() < 0.5 if field_name == "sms_opt_in" else chance.choice("abc")
    with transaction.atomic():
        edit_field(scope, _somebody(scope, chance), field_name, value, now=utc_now())
    return "edited"


def _sync(scope: Scope, accounts: list[PosAccount], chance: random.Random) -> str:
    account = chance.choice(accounts)
    names = chance.sample(range(PEOPLE), 3)
    with transaction.atomic():
        # As every reader of a list does.
        AccountState.objects.scoped(scope).select_for_update().get(account=account)
        rows = [
            incoming(
                scope,
                str(name),
                nickname=chance.choice("abcdef"),
                merged_into=chance.choice((None, None, str(chance.randrange(PEOPLE)))),
                updated_at=utc_now(),
            )
            for name in names
        ]
        take_over(scope, account, rows, now=utc_now(), sync_id=None)
    return "synced"


def _read(scope: Scope, _: list[PosAccount], chance: random.Random) -> str:
    person = resolve(scope, str(_somebody(scope, chance).public_id))
    get_profile(scope, person)
    return "read"


def _prove(scope: Scope, report: CrowdReport) -> None:
    merges = Merge.objects.scoped(scope)
    report.wrong["lost merges"] = report.done["merged"] - merges.count()
    undone = merges.filter(undone_at__isnull=False).count()
    report.wrong["lost undoings"] = report.done["undone"] - undone
    people = dict(Customer.objects.scoped(scope).values_list("pk", "merged_into"))
    told = find_kin(scope, people.keys()).representatives()
    report.wrong["people"] = sum((into or pk) != told[pk] for pk, into in people.items())
    links = list(Link.objects.scoped(scope))
    report.wrong["records"] = sum(link.customer_id != told[link.base_id] for link in links)
    report.wrong["records without a link"] = 2 * PEOPLE - len(links)
    edits = FieldEdit.objects.scoped(scope).values_list("customer", "holder")
    report.wrong["edits"] = sum(holder != told[customer] for customer, holder in edits)
