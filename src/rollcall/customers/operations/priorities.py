"""Which POS counts more for a field: changing the setting."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from rollcall.audit import operations as audit
from rollcall.customers.models import FieldPriority
from rollcall.kit.fields import FIELDS
from rollcall.kit.scope import Role, Scope, require


class PriorityError(ValueError):
    """The setting makes no sense; the message says why and holds no value of a person."""


@transaction.atomic
def set_priority(scope: Scope, field: str, kinds: Sequence[str]) -> bool:
    """Say which POS counts more for a field; returns whether that is new. Idempotent.

    What stands for people follows at once: values are chosen when they are read.

    :param kinds: of POS systems, the one that counts most first; none of them: the newest stands.
    :raises PriorityError: no such field, or a kind twice.
    """
    require(scope, Role.ADMIN)
    if field not in FIELDS:
        raise PriorityError(f"there is no field {field!r}")
    if len(set(kinds)) < len(kinds):
        raise PriorityError(f"{field}: a POS can stand there only once")
    rows = FieldPriority.objects.scoped(scope)
    held = rows.select_for_update().filter(field=field).first()
    if (list(held.kinds) if held else []) == list(kinds):
        return False
    if not kinds:
        rows.filter(field=field).delete()
    else:
        rows.update_or_create(field=field, defaults={"kinds": list(kinds)})
    audit.record(
        scope,
        "priority.changed",
        subject_kind="retailer",
        subject_ids=[scope.retailer_id],
        fields=[field],
        context={"kinds": list(kinds)},
    )
    return True
