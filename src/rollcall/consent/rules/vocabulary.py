"""What people agree to: for which purpose, by which channel, and what an entry says."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final


class Purpose(enum.StrEnum):
    """What for. One never stands for another: joining a loyalty programme is not marketing."""

    MARKETING = "marketing"
    LOYALTY = "loyalty"
    TRANSACTIONAL = "transactional"
    RESEARCH = "research"
    SHARING = "sharing"


class Channel(enum.StrEnum):
    """How somebody is reached."""

    SMS = "sms"
    EMAIL = "email"
    PHONE = "phone"
    PUSH = "push"
    MAIL = "mail"


class Kind(enum.StrEnum):
    """What an entry says."""

    GIVEN = "given"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    IMPLIED = "implied"
    IMPORTED = "imported"


class Reason(enum.StrEnum):
    """Why the answer is what it is; the first four say yes."""

    GIVEN = "given"
    CONFIRMED = "confirmed"
    IMPLIED = "implied"
    TRANSACTIONAL = "transactional"
    WITHDRAWN = "withdrawn"
    NO_CONTACT = "no_contact"
    NEVER_GIVEN = "never_given"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"
    CONTACT_CHANGED = "contact_changed"
    IMPORTED_ONLY = "imported_only"
    POS_FLAG = "pos_flag"
    QUIET_HOURS = "quiet_hours"


#: Channel → the field that says where it goes; the others have no such value.
CONTACT_FIELDS: Final[Mapping[Channel, str]] = {
    Channel.SMS: "phone",
    Channel.PHONE: "phone",
    Channel.EMAIL: "email",
}
#: Channel → the field by which a POS may hold a no to it.
CHANNEL_FLAGS: Final[Mapping[Channel, str]] = {
    Channel.SMS: "sms_opt_in",
    Channel.EMAIL: "email_opt_in",
}
#: The field by which a POS may hold a no to every channel.
EVERY_CHANNEL_FLAG: Final = "marketing_opt_in"
FLAGS: Final = (EVERY_CHANNEL_FLAG, *CHANNEL_FLAGS.values())
#: Words by which a text or a mail takes consent back (FCC, 47 CFR 64.1200(a)(10)).
STOP_WORDS: Final = frozenset(
    {"STOP", "STOPALL", "QUIT", "END", "REVOKE", "OPT OUT", "OPTOUT", "CANCEL", "UNSUBSCRIBE"}
)


def is_stop_word(text: str) -> bool:
    """Tell whether a message takes consent back: the word alone, however it is written."""
    words = " ".join("".join(c if c.isalnum() else " " for c in text).upper().split())
    return words in STOP_WORDS
