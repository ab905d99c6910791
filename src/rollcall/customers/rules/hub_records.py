"""What records of Rollcall's own lists are called."""

from __future__ import annotations

from typing import Final

#: Stands where a POS's name stands in accounts of a POS; no connector has it.
HUB_KIND: Final = "rollcall"
#: Beginning of the content hash of our own rows.
VERSION: Final = b"rollcall 1 "
