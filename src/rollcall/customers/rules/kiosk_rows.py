"""A record as a kiosk sees it: the eleven keys of the original system, no more and no fewer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from rollcall.kit.fields import Fields, FieldValue

KioskRow = dict[str, FieldValue | dt.datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class KioskRecord:
    """What is shown of one PosRecord, with what is on its way to its POS.

    :param status_raw: the POS's own word.
    :param pos_updated_at: aware; None if the POS does not say.
    """

    record_id: int
    external_id: str
    status_raw: str
    pos_updated_at: dt.datetime | None
    values: Fields = field(repr=False)


def kiosk_row(record: KioskRecord) -> KioskRow:
    """The row as it is sent; what is empty is null."""
    values = record.values
    return {
        "status": record.status_raw or None,
        "customer_id": record.external_id,
        "first_name": values.get("given_name") or None,
        "last_name": values.get("family_name") or None,
        "gender": values.get("gender") or None,
        "birthday": values.get("born_on") or None,
        "email": values.get("email") or None,
        "phone": values.get("phone") or None,
        "drivers_license": values.get("licence") or None,
        "notes": values.get("notes") or None,
        "last_modified_date_utc": record.pos_updated_at,
    }
