"""What the holder of a kiosk's key may see, and how the key may be shown."""

from __future__ import annotations

import enum


class KeyProfile(enum.StrEnum):
    """How far a kiosk's key is trusted; ``docs/api.md`` says what each answers."""

    #: For devices that nobody watches: values are masked until the shopper proved who they are.
    STRICT = "strict"
    #: For devices in the hands of staff: whole rows. All keys from before there were profiles.
    ATTENDED = "attended"
    #: For kiosks of the system before, which cannot be changed: the key may stand in the address.
    LEGACY = "legacy"
