"""All operations about people under ``/api/v2``.

An address is looked for in the order in which it was told here: what is said word by word comes
before what takes an id, as the names of the modules do.
"""

from __future__ import annotations

from rollcall.registration.api import bulk, customers, people, updating
from rollcall.registration.api.asking import router

__all__ = ["bulk", "customers", "people", "router", "updating"]
