"""What a sync hands over: one POS row, mapped but not yet normalised."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from rollcall.kit.fields import Fields


class IncomingRecord(NamedTuple):
    """One customer row of one POS account; a tuple, for there are many.

    :param status: ``active`` or ``inactive``.
    :param merged_into: external id of the survivor at the POS.
    :param updated_at: aware, POS clock; None if the POS does not say.
    :param fields: canonical fields; an absent key means that the POS did not say.
    :param raw: the wire row as JSON.
    :param content_hash: keyed hash of the raw row and the mapping's version.
    """

    external_id: str
    status: str
    status_raw: str
    merged_into: str | None
    updated_at: dt.datetime | None
    fields: Fields
    raw: bytes
    content_hash: bytes
