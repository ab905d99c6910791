"""Telling the audit of what concerns a person, with every retailer that they work for."""

from __future__ import annotations

from collections.abc import Mapping

from rollcall.audit import operations as audit
from rollcall.audit.operations import ContextValue
from rollcall.kit.scope import Actor
from rollcall.stores.models import User
from rollcall.stores.queries import find_memberships, get_system_scope


def record_for_person(
    user: User, action: str, *, context: Mapping[str, ContextValue] | None = None
) -> None:
    """Append one entry at each of the person's retailers; they themselves acted."""
    actor = Actor(kind="user", id=str(user.pk))
    for membership in find_memberships(user):
        scope = get_system_scope(membership.retailer_id, actor=actor)
        audit.record(scope, action, subject_kind="user", subject_ids=[user.pk], context=context)
