"""What a store allows with orders that go to its POS, and whom they are mailed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.kit.scope import ForbiddenError, Role, Scope, require
from rollcall.orders.models import OrderRules
from rollcall.stores.models import Store
from rollcall.stores.operations import Action, Saved


@transaction.atomic
def save_order_rules(
    scope: Scope,
    store: Store,
    *,
    anonymous: bool | None = None,
    mail_to: Sequence[str] | None = None,
    mail_shopper: bool | None = None,
    now: dt.datetime,
) -> Saved[OrderRules]:
    """Bring a store's rules for orders in line; what is None stays as it is. Idempotent.

    :param mail_to: addresses that were checked; an empty list: nobody.
    :raises ForbiddenError: below a manager, or not the scope's store.
    """
    require(scope, Role.MANAGER)
    if scope.store_ids is not None and store.pk not in scope.store_ids:
        raise ForbiddenError("this needs the store")
    rows = OrderRules.objects.scoped(scope)
    OrderRules.objects.scoped(scope).bulk_create(
        [OrderRules(retailer_id=scope.retailer_id, store=store)], ignore_conflicts=True
    )
    held = rows.select_for_update().get(pk=store.pk)
    wanted = {"anonymous": anonymous, "mail_shopper": mail_shopper}
    changes: dict[str, object] = {
        name: value
        for name, value in wanted.items()
        if value is not None and getattr(held, name) != value
    }
    if mail_to is not None and list(mail_to) != held.mail_to:
        changes["mail_to"] = list(mail_to)
    if not changes:
        return Saved(row=held, action=Action.UNCHANGED)
    for name, value in changes.items():
        setattr(held, name, value)
    held.changed_at = now
    held.save(update_fields=[*changes, "changed_at"])
    audit.record(
        scope,
        "order_rules.changed",
        subject_kind="store",
        subject_ids=[store.pk],
        fields=sorted(changes),
    )
    return Saved(row=held, action=Action.UPDATED, fields=tuple(sorted(changes)))
