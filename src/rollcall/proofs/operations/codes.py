"""Codes: made as rows, sent by a worker, compared a few times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from rollcall.customers.rules.masking import mask_email
from rollcall.jobs import wake
from rollcall.kit.fields import Fields
from rollcall.kit.scope import Scope
from rollcall.proofs.models import Proof, SentCode, Tries
from rollcall.proofs.operations.tries import count_tries
from rollcall.proofs.rules.given import CONTACT_OF
from rollcall.proofs.rules.ladder import FoundRecord, Person
from rollcall.proofs.rules.limits import (
    CODE_LIFE,
    CODE_PAUSE,
    CODE_TRIES,
    CODES_AN_HOUR,
)
from rollcall.proofs.rules.tokens import code_context, mint_code
from rollcall.stores.queries import get_keys

#: How to reach somebody by a channel: the destination and how it may be shown; None if not at all.
Reach = Callable[[Fields], tuple[str, str] | None]


def _by_email(values: Fields) -> tuple[str, str] | None:
    address = str(values.get("email") or "")
    if settings.MAIL_SERVER is None or "@" not in address:
        return None
    return address, mask_email(address)


#: The port for senders: a channel that is not here is answered as unsupported.
CHANNELS: Final[dict[str, Reach]] = {"email": _by_email}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What a kiosk may say about a code.

    :param to: where it goes, masked; "" if it does not go.
    """

    channel: str
    is_sent: bool
    to: str = ""


def request_code(
    scope: Scope,
    person: Person,
    *,
    channel: str,
    kiosk_id: int,
    store_id: int,
    now: dt.datetime,
) -> Sending:
    """Have a code sent to what is on file; within a minute the last one counts.

    In the caller's transaction; a worker sends it after that.

    :raises TooManyTriesError: they were sent enough of them this hour.
    """
    reached = _reach(person.records, channel)
    if reached is None:
        return Sending(channel=channel, is_sent=False)
    record, shown = reached
    if not _newest(scope, person, kiosk_id, now=now, made_after=now - CODE_PAUSE):
        count_tries(scope, Tries.Kind.CODE, [person.customer_id], most=CODES_AN_HOUR, now=now)
        _make(scope, record, channel=channel, kiosk_id=kiosk_id, store_id=store_id, now=now)
    return Sending(channel=channel, is_sent=True, to=shown)


def check_code(
    scope: Scope, people: Sequence[Person], code: str, *, kiosk_id: int, now: dt.datetime
) -> SentCode | None:
    """Compare a code with the last one that was sent from this kiosk; it is used up if it is right.

    Each comparison counts; after some the code is worth nothing.

    :return: the code with the record and the contact that it proves; None if it is wrong.
    """
    if len(people) != 1:
        return None
    held = _newest(scope, people[0], kiosk_id, now=now, made_after=now - CODE_LIFE)
    if held is None or held.tries >= CODE_TRIES:
        return None
    held.tries += 1
    is_right = held.code_hash == _hash(scope, held, code)
    held.used_at = now if is_right else None
    held.save(update_fields=["tries", "used_at"])
    return held if is_right else None


def can_be_sent(people: Sequence[Person]) -> bool:
    """Whether a code could tell who it is, and would arrive: of several it would tell nothing."""
    return len(people) == 1 and any(_reach(people[0].records, one) for one in CHANNELS)


def _reach(records: Sequence[FoundRecord], channel: str) -> tuple[FoundRecord, str] | None:
    reach = CHANNELS.get(channel)
    for record in records:
        found = reach(record.values) if reach else None
        if found is not None:
            return record, found[1]
    return None


def _newest(
    scope: Scope, person: Person, kiosk_id: int, *, now: dt.datetime, made_after: dt.datetime
) -> SentCode | None:
    codes = (
        SentCode.objects.scoped(scope)
        .select_for_update()
        .filter(
            record__in=[one.record_id for one in person.records],
            kiosk=kiosk_id,
            made_at__gt=made_after,
            expires_at__gt=now,
        )
    )
    newest = codes.order_by("-id").first()
    return newest if newest is not None and newest.used_at is None else None


def _make(
    scope: Scope,
    record: FoundRecord,
    *,
    channel: str,
    kiosk_id: int,
    store_id: int,
    now: dt.datetime,
) -> None:
    code = mint_code()
    row = SentCode(
        retailer_id=scope.retailer_id,
        record_id=record.record_id,
        kiosk_id=kiosk_id,
        store_id=store_id,
        channel=channel,
        contact_key=contact_key(scope, record.values, channel),
        made_at=now,
        expires_at=now + CODE_LIFE,
        next_try_at=now,
    )
    row.code_hash = _hash(scope, row, code)
    context = code_context(str(row.message_id))
    row.sealed_code = get_keys(scope).seal(code.encode(), context=context)
    row.save(force_insert=True)
    wake("proofs.send")


def contact_key(scope: Scope, values: Fields, channel: str) -> int | None:
    """The blind index of where a channel reaches somebody, as records have it; None: nowhere."""
    field = CONTACT_OF.get(channel, "")
    value = str(values.get(field) or "")
    return get_keys(scope).blind(field, value) if value else None


def _hash(scope: Scope, row: SentCode, code: str) -> int:
    return get_keys(scope).blind("proof code", f"{row.message_id} {code}")


def forget_expired(*, now: dt.datetime, kept: dt.timedelta) -> None:
    """Delete what means nothing any more, of all retailers."""
    reason = "the worker tidies up for all retailers"
    with transaction.atomic():
        SentCode.objects.across_retailers(reason=reason).filter(expires_at__lt=now - kept).delete()
        Proof.objects.across_retailers(reason=reason).filter(expires_at__lt=now - kept).delete()
        Tries.objects.across_retailers(reason=reason).filter(opened_at__lt=now - kept).delete()
