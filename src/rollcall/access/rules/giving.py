"""Who may give which role: never above one's own, never beyond one's own stores."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from rollcall.kit.scope import Role, Scope

#: Roles of people, from least to most.
OF_PEOPLE: Final = (Role.STAFF, Role.MANAGER, Role.ADMIN)


def list_roles_to_give(own: Role) -> list[Role]:
    """The roles that somebody in this role may give; none below managers."""
    if not own.includes(Role.MANAGER):
        return []
    return [role for role in OF_PEOPLE if own.includes(role)]


def is_here_for_a_while(scope: Scope) -> bool:
    """Whether the actor came by breaking the glass: they must not make themselves stay."""
    return scope.actor.kind == "break_glass"


def may_give(scope: Scope, role: Role, store_ids: Collection[int] | None) -> bool:
    """Whether the scope's actor may have somebody work in this role and these stores.

    :param store_ids: None means all stores of the retailer, also later ones.
    """
    if is_here_for_a_while(scope) or role not in list_roles_to_give(scope.role):
        return False
    if scope.store_ids is None:
        return True
    return store_ids is not None and bool(store_ids) and set(store_ids) <= scope.store_ids
