"""E-mail addresses in one spelling, and the key under which two spellings are one mailbox."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from email_validator import EmailNotValidError, validate_email

from rollcall.kit.normalise.characters import visible

#: Longer ones go to the library: up to here no part of a domain can exceed its 63 characters.
_FAST_LENGTH: Final = 64

#: Shapes about which no rule of the library can be in doubt: ASCII, single hyphens (so that it is
#: not punycode), a top-level domain of letters. Without possessive quantifiers: by those, Python
#: before 3.11.5 took addresses that do not fit.
_PLAIN = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+([a-z]{2,})",
)
#: Ends of domains about which the library has special rules.
_SPECIAL_ENDS: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})

#: Lower-casing and composing may take turns for a few scripts; no address known needs a third turn.
_TURNS: Final = 4

#: Mail for ``a.b+c`` arrives at ``ab``. Source: Google, "Dots don't matter in Gmail addresses".
_DOTLESS_DOMAINS: Final = frozenset({"gmail.com", "googlemail.com"})
#: Mail for ``a+b`` arrives at ``a``. Source: the providers' help pages on aliases. Yahoo is left
#: out on purpose: its aliases have a hyphen and do not begin with the mailbox's own name.
_TAGGING_DOMAINS: Final = _DOTLESS_DOMAINS | {
    "fastmail.com",
    "fastmail.fm",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
}


def email_normal(text: str) -> str | None:
    """Trim and lower-case an address that email-validator accepts; None for any other.

    Lower case throughout, although a local part may in theory depend on case: no provider in use
    does that, and people do not type it. Domains are in their international spelling. Domains
    reserved for tests and examples are accepted; nothing asks the network. Idempotent.
    """
    lowered = text.strip().lower()
    if len(lowered) <= _FAST_LENGTH:
        plain = _PLAIN.fullmatch(lowered)
        if plain and plain[1] not in _SPECIAL_ENDS:
            return lowered
    return _stable_form(visible(text))


def email_key(text: str) -> str | None:
    """Name the mailbox that an address reaches, for matching only: never send mail to it.

    Takes away what providers ignore: dots at Gmail, tags behind a plus at those that have them.
    None if the address is not valid. Idempotent.
    """
    address = email_normal(text)
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    if domain not in _TAGGING_DOMAINS or local.startswith('"'):
        return address
    mailbox = local.partition("+")[0]
    if domain in _DOTLESS_DOMAINS:
        mailbox = mailbox.replace(".", "")
        domain = "gmail.com"
    # Without its tag the address might be none any more ("+shop@", "a.+shop@").
    return address if not mailbox or mailbox.endswith(".") else f"{mailbox}@{domain}"


def _stable_form(text: str) -> str | None:
    for _ in range(_TURNS):
        accepted = _ask_library(text)
        if accepted is None:
            return None
        lowered = unicodedata.normalize("NFC", accepted.lower())
        if lowered == text:
            return lowered
        text = lowered
    return None


def _ask_library(text: str) -> str | None:
    if "@" not in text:
        return None
    try:
        # The test environment only means that addresses under .test are accepted as well.
        found = validate_email(
            text, check_deliverability=False, test_environment=True, allow_quoted_local=True
        )
    except EmailNotValidError:
        return None
    return found.normalized
