"""What workers do to find out who is who."""

from __future__ import annotations

from rollcall.identity.operations.bulk_working import runs_under_way, work_on
from rollcall.identity.operations.pending import match_pending, retailers_with_pending
from rollcall.identity.operations.reconsidering import is_due, reconsider, sync_contacts
from rollcall.identity.operations.reopening import retailers_to_reopen, work_off_reopenings
from rollcall.jobs import every, task, wake
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor
from rollcall.stores.queries import get_system_scope, list_retailers

ACTOR = Actor(kind="system", id="matching")


@task("identity.match")
def match(*, retailer_id: int, **_later: int) -> None:
    """Compare what is new or has changed; two workers at a time for a retailer."""
    match_pending(get_system_scope(retailer_id, actor=ACTOR))


@task("identity.reopen")
def reopen(*, retailer_id: int, **_later: int) -> None:
    """Take back what generic values held together; one worker at a time for a retailer."""
    work_off_reopenings(get_system_scope(retailer_id, actor=ACTOR))


@task("identity.reconsider")
def count_again(*, retailer_id: int, **_later: int) -> None:
    """Count again which values belong to nobody."""
    reconsider(get_system_scope(retailer_id, actor=ACTOR), now=utc_now())


@every(5, "identity.sweep")
def sweep() -> None:
    """Wake a worker for records that wait, or whose worker died."""
    for retailer_id in retailers_with_pending():
        wake("identity.match", retailer_id=retailer_id)


@every(30, "identity.reopen_sweep")
def sweep_reopenings() -> None:
    """Wake a worker for values that are to be re-opened, or whose worker died."""
    for retailer_id in retailers_to_reopen():
        wake("identity.reopen", retailer_id=retailer_id)


@every(60, "identity.shared_values")
def sweep_shared_values() -> None:
    """Keep stores' and users' contacts known, and have values counted again once an hour."""
    now = utc_now()
    for retailer in list_retailers():
        scope = get_system_scope(retailer.pk, actor=ACTOR)
        sync_contacts(scope, now=now)
        if is_due(scope, now=now):
            wake("identity.reconsider", retailer_id=retailer.pk)


@task("identity.bulk")
def accept_in_bulk(*, retailer_id: int, run_id: int, **_later: int) -> None:
    """Go on with a bulk accept, or with undoing it."""
    work_on(retailer_id, run_id)


@every(5, "identity.bulk_sweep")
def sweep_bulk() -> None:
    """Wake a worker for bulk accepts whose worker died."""
    for retailer_id, run_id in runs_under_way():
        wake("identity.bulk", retailer_id=retailer_id, run_id=run_id)
