"""Reads of people and what they may see."""

from __future__ import annotations

from rollcall.kit.scope import Actor, Role, Scope
from rollcall.stores.models import Membership, Store, User


def find_memberships(user: User) -> list[Membership]:
    """The retailers that a person works for, by name of the retailer."""
    memberships = Membership.objects.across_retailers(reason="a person may work for several")
    return list(
        memberships.filter(user=user).select_related("retailer").order_by("retailer__name", "id")
    )


def find_scope_of_user(user: User, *, retailer_slug: str | None = None) -> Scope | None:
    """What a signed-in person may see at one retailer; None if they work for none.

    :param retailer_slug: None takes the first by name.
    """
    for membership in find_memberships(user):
        if retailer_slug in (None, membership.retailer.slug):
            return Scope(
                retailer_id=membership.retailer_id,
                actor=Actor(kind="user", id=str(user.pk)),
                role=Role(membership.role),
                store_ids=_store_ids(membership),
            )
    return None


def _store_ids(membership: Membership) -> frozenset[int] | None:
    if membership.all_stores:
        return None
    scope = Scope(
        retailer_id=membership.retailer_id,
        actor=Actor(kind="system", id="membership"),
        role=Role.SYSTEM,
    )
    chosen = Membership.stores.through.objects.filter(membership_id=membership.pk)
    stores = Store.objects.scoped(scope).filter(pk__in=chosen.values("store_id"))
    return frozenset(stores.values_list("pk", flat=True))


def list_contacts(scope: Scope) -> tuple[set[str], set[str]]:
    """Phones and e-mails of the retailer's stores, and e-mails of who works there, as typed."""
    rows = list(Store.objects.scoped(scope).values_list("phone", "email"))
    members = Membership.objects.scoped(scope).values_list("user__email", flat=True)
    phones = {phone for phone, _ in rows if phone}
    return phones, {email for _, email in rows if email} | set(members)
