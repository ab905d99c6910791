"""Writes of retailers and their stores."""

from __future__ import annotations

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import Actor, Role, Scope, require
from rollcall.stores import queries
from rollcall.stores.models import DataKey, Retailer, Store
from rollcall.stores.operations.data_keys import add_key
from rollcall.stores.operations.saving import Action, Saved, existing, record_saved, save_row


@transaction.atomic
def create_retailer(*, slug: str, name: str, actor: Actor) -> Retailer:
    """Make a retailer with its data key and index key."""
    retailer = Retailer.objects.create(slug=slug, name=name)
    scope = queries.get_system_scope(retailer.pk, actor=actor)
    for purpose in DataKey.Purpose.values:
        add_key(scope, purpose)
    audit.record(scope, "retailer.created", subject_kind="retailer", subject_ids=[retailer.pk])
    return retailer


@transaction.atomic
def save_retailer(*, slug: str, name: str, actor: Actor) -> Saved[Retailer]:
    """Make a retailer, or give it another name. Idempotent."""
    retailer = Retailer.objects.select_for_update().filter(slug=slug).first()
    if retailer is None:
        made = create_retailer(slug=slug, name=name, actor=actor)
        return Saved(row=made, action=Action.CREATED)
    if retailer.name == name:
        return existing(retailer, [])
    retailer.name = name
    retailer.save(update_fields=["name"])
    saved = existing(retailer, ["name"])
    record_saved(queries.get_system_scope(retailer.pk, actor=actor), "retailer", saved)
    return saved


@transaction.atomic
def save_store(
    scope: Scope,
    *,
    slug: str,
    name: str,
    time_zone: str,
    jurisdiction: str,
    licence_type: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    active: bool | None = None,
) -> Saved[Store]:
    """Make a store, or bring it in line. Idempotent; None leaves a field as it is.

    :param time_zone: IANA name.
    :param jurisdiction: ISO 3166-2.
    :param phone: the shop's own, as ``email``: on customers' records they say nothing.
    """
    require(scope, Role.ADMIN)
    saved = save_row(
        Store.objects.scoped(scope),
        {"slug": slug},
        {
            "name": name,
            "time_zone": time_zone,
            "jurisdiction": jurisdiction,
            "licence_type": licence_type,
            "phone": phone,
            "email": email,
            "active": active,
        },
    )
    record_saved(scope, "store", saved)
    return saved
