"""A record as a kiosk sees it: whole, masked, proven, or as kiosks of the system before need it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from rollcall.customers.rules.masking import mask_email, mask_name, mask_phone
from rollcall.kit.fields import Fields, FieldValue
from rollcall.kit.kiosk_profiles import KeyProfile

#: Nobody needs these to order, and a screen that nobody watches must not show them.
_NEVER_UNWATCHED: Final = frozenset({"drivers_license", "notes"})
_HIDDEN: Final = frozenset({"gender", "birthday"}) | _NEVER_UNWATCHED
_US: Final = "+1"
_US_DIGITS: Final = 12
#: More would not be shown by kiosks of the system before, and must not be searched by them.
MOST_LEGACY_ROWS: Final = 5

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


def row_for(profile: KeyProfile, record: KioskRecord, *, is_proven: bool) -> KioskRow:
    """The row as a key with a profile sees it.

    :param is_proven: the shopper proved at this kiosk that it is theirs.
    """
    match profile:
        case KeyProfile.ATTENDED:
            return kiosk_row(record)
        case KeyProfile.LEGACY:
            return legacy_row(record)
        case KeyProfile.STRICT:
            return proven_row(record) if is_proven else masked_row(record)


def proven_row(record: KioskRecord) -> KioskRow:
    """What a shopper who proved who they are may see at a kiosk that nobody watches."""
    return {
        key: None if key in _NEVER_UNWATCHED else value for key, value in kiosk_row(record).items()
    }


def masked_row(record: KioskRecord) -> KioskRow:
    """Enough for whoever knows the person; days, numbers of documents and notes are left out."""
    row: KioskRow = {
        key: None if key in _HIDDEN else value for key, value in kiosk_row(record).items()
    }
    values = record.values
    return row | {
        "first_name": mask_name(str(values.get("given_name") or "")) or None,
        "last_name": mask_name(str(values.get("family_name") or "")) or None,
        "email": mask_email(str(values.get("email") or "")) or None,
        "phone": mask_phone(str(values.get("phone") or "")) or None,
    }


def legacy_row(record: KioskRecord) -> KioskRow:
    """The keys that kiosks of the system before read, and no others.

    Their code compares ten digits and an ISO date as texts, and reads ``customer_id`` or, with one
    POS, ``id``. [doc]
    """
    row = kiosk_row(record)
    kept = ("customer_id", "first_name", "last_name", "birthday", "email")
    phone = str(row["phone"] or "")
    ten_digits = phone.startswith(_US) and len(phone) == _US_DIGITS
    return {
        "id": record.external_id,
        **{key: row[key] for key in kept},
        "phone": (phone.removeprefix(_US) if ten_digits else phone) or None,
    }
