"""Changing how careful matching is: a new version each time, from a moment on, with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import connection, transaction

from rollcall.audit import operations as audit
from rollcall.identity.models import MatchSettings
from rollcall.identity.queries.match_settings import newest_settings
from rollcall.identity.rules.caution import Caution, check_caution
from rollcall.identity.rules.model import shipped_model
from rollcall.kit.scope import Role, Scope, require

LONGEST_REASON: Final = 500
#: Settings may be made for so long before they count.
_LONGEST_AHEAD: Final = dt.timedelta(days=366)
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('identity.match_settings', %s))"


class ReasonMissingError(ValueError):
    """Nobody said why."""


class TimeInvalidError(ValueError):
    """They were to count from a moment that is over, or more than a year away."""


class ChangedMeanwhileError(RuntimeError):
    """Somebody else has changed them since they were looked at; nothing was written."""


@transaction.atomic
def set_match_settings(
    scope: Scope,
    caution: Caution,
    *,
    reason: str,
    seen: int | None,
    from_at: dt.datetime | None = None,
    now: dt.datetime,
) -> MatchSettings:
    """Make new settings; they replace what is in force and what was still to come.

    No merge is made, undone or asked about by it: what is compared from then on obeys them.

    :param seen: id of the newest settings that were looked at; None: there were none.
    :param from_at: when they begin to count; None: now.
    :raises CautionError: the settings make no sense.
    :raises ReasonMissingError: the reason is empty.
    :raises TimeInvalidError: ``from_at`` is over or too far away.
    :raises ChangedMeanwhileError: there are newer ones than those that were looked at.
    """
    require(scope, Role.ADMIN)
    caution = check_caution(caution, shipped_model().thresholds)
    reason = reason.replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        raise ReasonMissingError("say why")
    begins = from_at or now
    if not now <= begins <= now + _LONGEST_AHEAD:
        raise TimeInvalidError("say a moment to come, within a year")
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [scope.retailer_id])
    newest = newest_settings(scope)
    if (newest.pk if newest else None) != seen:
        raise ChangedMeanwhileError
    made = MatchSettings.objects.scoped(scope).create(
        links=caution.links,
        link_bits=caution.link_bits,
        review_bits=caution.review_bits,
        at=now,
        from_at=begins,
        actor=str(scope.actor),
        reason=reason,
    )
    _tell(scope, made)
    return made


def _tell(scope: Scope, made: MatchSettings) -> None:
    audit.record(
        scope,
        "matching.changed",
        subject_kind="retailer",
        subject_ids=[scope.retailer_id],
        context={
            "settings": made.pk,
            "links": made.links,
            "link_bits": made.link_bits,
            "review_bits": made.review_bits,
            "from": made.from_at.isoformat(),
        },
    )
