"""Whether two values say the same, although they are written differently.

POS systems change case, blanks and the form of phones. Without this a value would travel to and fro
for ever.
"""

from __future__ import annotations

import unicodedata

from rollcall.kit.fields import FieldValue
from rollcall.kit.normalise.email import email_normal
from rollcall.kit.normalise.ids import id_normal
from rollcall.kit.normalise.phone import phone_e164


def is_same(field: str, ours: FieldValue, theirs: FieldValue) -> bool:
    """Tell whether two values of a field say the same; all that is empty is the same."""
    return _plain(field, ours) == _plain(field, theirs)


def _plain(field: str, value: FieldValue) -> object:
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, list):
        return sorted(word.casefold().strip() for word in value)
    if not isinstance(value, str):
        return value
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    if field == "phone":
        return phone_e164(text) or text
    if field == "email":
        return email_normal(text) or text.casefold()
    if field in ("licence", "medical_id"):
        return id_normal(text) or text.casefold()
    return text.casefold()
