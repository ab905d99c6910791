"""Whether a connection may be trusted with writing: checks that a person can read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from rollcall.kit.scope import Scope
from rollcall.stores.models import Store
from rollcall.sync.models import PosConnection
from rollcall.sync.operations.connections import write_rules
from rollcall.sync.queries import ConnectionView, get_connection_view

#: A proof, or a sync, that is older says nothing about today.
_FRESH: Final = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that has to be right.

    :param words: what is looked at, and what is found, in words.
    """

    code: str
    passed: bool
    words: str


def check_readiness(scope: Scope, connection: PosConnection, *, now: dt.datetime) -> list[Check]:
    """Look at everything that has to be right before writing is switched on."""
    view = get_connection_view(scope, connection)
    return [
        _can_write(scope, connection),
        _time_zone(scope, connection),
        _answers(view, now),
        _full_pass(view),
        _proof(view, now),
        _brake(view),
    ]


def _can_write(scope: Scope, connection: PosConnection) -> Check:
    rules = write_rules(scope, connection)
    able = bool(rules.creatable or rules.updatable)
    words = "The connector can write." if able else "The connector cannot write to this POS."
    return Check(code="can_write", passed=able, words=words)


def _time_zone(scope: Scope, connection: PosConnection) -> Check:
    served = PosConnection.stores.through.objects.filter(posconnection=connection.pk)
    stores = Store.objects.scoped(scope).filter(pk__in=served.values("store_id"))
    zones = set(stores.values_list("time_zone", flat=True))
    same = zones == {connection.time_zone}
    words = (
        f"The connection's time zone is its stores': {connection.time_zone}."
        if same
        else f"The connection's time zone is {connection.time_zone}, its stores' "
        f"{', '.join(sorted(zones)) or 'unknown, for it has none'}: birth dates could move."
    )
    return Check(code="time_zone", passed=same, words=words)


def _answers(view: ConnectionView, now: dt.datetime) -> Check:
    run = view.good_run
    at = None if run is None else run.finished_at
    passed = at is not None and now - at < _FRESH
    words = (
        "A sync has come to a good end today." if passed else "No sync came to a good end today."
    )
    return Check(code="answers", passed=passed, words=words)


def _full_pass(view: ConnectionView) -> Check:
    passed = view.state is not None and view.state.full_pass_at is not None
    words = "Everybody was read once." if passed else "Not everybody was read yet: run a full sync."
    return Check(code="full_pass", passed=passed, words=words)


def _proof(view: ConnectionView, now: dt.datetime) -> Check:
    proof = view.proof
    if proof is None:
        words = "There is no proof yet that both sides hold the same: reconcile."
        return Check(code="proof", passed=False, words=words)
    differences = proof.missing + proof.extra + proof.different
    fresh = now - proof.finished_at < _FRESH
    equal = differences == 0 or proof.repaired
    if not equal:
        words = f"The last proof found differences ({differences}): repair them and reconcile."
    elif not fresh:
        words = "The last proof is older than a day: reconcile."
    else:
        words = "The last proof found both sides equal."
    return Check(code="proof", passed=equal and fresh, words=words)


def _brake(view: ConnectionView) -> Check:
    words = "The brake is pulled." if view.brake_pulled else "The brake is not pulled."
    return Check(code="brake", passed=not view.brake_pulled, words=words)
