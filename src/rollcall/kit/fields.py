"""The canonical vocabulary: which fields of a shopper's record travel between POS and hub.

One table for everybody: connectors map wire fields to these names, the hub stores, diffs, shows and
searches them, simulators tell their truth in them. Values are JSON-ready:

* ``DATE``     ``"YYYY-MM-DD"``, a day without a zone;
* ``INSTANT``  ISO 8601 in UTC with a trailing ``Z``, second resolution: ``"2026-11-18T17:05:40Z"``;
* ``FLAG``     ``True``, ``False`` or ``None`` (never asked; never the same as ``False``);
* ``WORDS``    list of strings, order kept;
* ``None``     the POS says "empty". A key that is *absent* means "the POS did not say".
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FieldValue = str | int | bool | list[str] | None
Fields = Mapping[str, FieldValue]


class FieldType(enum.StrEnum):
    """How a canonical field's value is written (see the module's docstring)."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    FLAG = "flag"
    NUMBER = "number"
    WORDS = "words"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """One canonical field.

    :param label: what people read on a page.
    :param clear: True if it may be stored unencrypted (names only: they are searched with typos).
    """

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    clear: bool = False


FIELDS: Final[Mapping[str, FieldSpec]] = {
    spec.name: spec
    for spec in (
        FieldSpec(name="given_name", label="Given name", clear=True),
        FieldSpec(name="middle_name", label="Middle name", clear=True),
        FieldSpec(name="family_name", label="Family name", clear=True),
        FieldSpec(name="nickname", label="Nickname", clear=True),
        FieldSpec(name="born_on", label="Born on", type=FieldType.DATE),
        FieldSpec(name="gender", label="Gender"),  # female | male | nonbinary | unspecified
        FieldSpec(name="phone", label="Phone"),  # E.164 when it is a possible number, else as given
        FieldSpec(name="email", label="E-mail"),
        FieldSpec(name="licence", label="Licence"),
        FieldSpec(name="licence_state", label="Licence state"),
        FieldSpec(name="licence_expires_on", label="Licence expires on", type=FieldType.DATE),
        FieldSpec(name="medical_id", label="Medical id"),
        FieldSpec(name="medical_expires_on", label="Medical id expires on", type=FieldType.DATE),
        FieldSpec(name="street", label="Street"),
        FieldSpec(name="city", label="City"),
        FieldSpec(name="state", label="State"),
        FieldSpec(name="zip", label="Zip"),
        FieldSpec(name="customer_type", label="Customer type"),  # adult | medical | caregiver
        FieldSpec(name="verification", label="Verification"),  # verified | pending | not_applicable
        FieldSpec(name="marketing_opt_in", label="Marketing allowed", type=FieldType.FLAG),
        FieldSpec(name="email_opt_in", label="E-mail allowed", type=FieldType.FLAG),
        FieldSpec(name="sms_opt_in", label="Texts allowed", type=FieldType.FLAG),
        FieldSpec(name="banned", label="Banned", type=FieldType.FLAG),
        FieldSpec(name="is_caregiver", label="Is a caregiver", type=FieldType.FLAG),
        FieldSpec(name="loyalty_points", label="Loyalty points", type=FieldType.NUMBER),
        FieldSpec(name="groups", label="Groups", type=FieldType.WORDS),
        FieldSpec(name="referral_source", label="Referral source"),
        FieldSpec(name="notes", label="Notes"),
        FieldSpec(name="signed_up_at", label="Signed up at", type=FieldType.INSTANT),
        FieldSpec(name="last_visit_at", label="Last visit at", type=FieldType.INSTANT),
    )
}
