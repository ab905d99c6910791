"""Which values a role may read beyond what stands now."""

from __future__ import annotations

from typing import Final

from rollcall.kit.scope import Role

#: Numbers of documents and free text: what they were before is no business of the counter.
_FOR_MANAGERS: Final = frozenset({"licence", "medical_id", "notes"})


def shows_history(role: Role, field: str) -> bool:
    """Tell whether a role may read a field's former values."""
    return role.includes(Role.MANAGER) or (role.includes(Role.STAFF) and field not in _FOR_MANAGERS)
