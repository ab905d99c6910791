"""Evaluating all conditions of a retailer; one that fails does not stop the others."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.module_loading import autodiscover_modules

from rollcall.kit.scope import Scope
from rollcall.notifications import queries
from rollcall.notifications.operations.noticing import recover, report
from rollcall.notifications.rules.kinds import Condition, Look, list_conditions, read_findings

log = structlog.get_logger()


def load_conditions() -> None:
    """Import every capability's ``conditions.py``, so that kinds have words and are watched."""
    autodiscover_modules("conditions")


def watch_retailer(scope: Scope, *, now: dt.datetime, look: Look = Look.WORKER) -> None:
    """Open notices of what is wrong at the scope's retailer, and close those of what is over.

    :param look: ``WORKER_OR_PAGE`` evaluates only the conditions that pages may evaluate.
    :raises OperationalError: the database went away; the next round finds the same.
    """
    for one in list_conditions():
        if look is Look.WORKER or one.look is look:
            _watch(scope, one, now=now)


def _watch(scope: Scope, one: Condition, *, now: dt.datetime) -> None:
    try:
        findings = read_findings(one, scope, now=now)
        for finding in findings:
            report(scope, finding, now=now)
        wrong = {finding.key for finding in findings}
        for notice in queries.list_open_of_kinds(scope, one.kinds):
            if notice.key not in wrong:
                recover(scope, notice.key, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("notice.condition_failed", condition=one.name)
