"""What shoppers are shown: a new text is a new version."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import connection, transaction

from rollcall.audit import operations as audit
from rollcall.consent.models import Wording
from rollcall.consent.rules.vocabulary import Channel, Purpose
from rollcall.kit.scope import Role, Scope, require

_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('consent.wordings', %s))"


@transaction.atomic
def save_wording(
    scope: Scope,
    *,
    purpose: Purpose,
    channel: Channel,
    language: str,
    text: str,
    now: dt.datetime,
) -> Wording:
    """Keep a text; if it is the newest version already, that is returned."""
    require(scope, Role.MANAGER)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [scope.retailer_id])
    versions = Wording.objects.scoped(scope).filter(
        purpose=purpose, channel=channel, language=language
    )
    newest = versions.order_by("-version").first()
    if newest is not None and newest.text == text:
        return newest
    made = Wording.objects.scoped(scope).create(
        purpose=purpose,
        channel=channel,
        language=language,
        version=1 if newest is None else newest.version + 1,
        text=text,
        created_at=now,
        created_by=str(scope.actor),
    )
    audit.record(
        scope, "consent.wording_added", subject_kind="consent_wording", subject_ids=[made.pk]
    )
    return made
