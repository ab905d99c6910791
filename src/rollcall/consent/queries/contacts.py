"""Where somebody would be reached now, and what POS systems say against it, over all stores.

Not only what the asker's stores see: a no that was said elsewhere is a no here, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollcall.consent.rules.deciding import FlagNo
from rollcall.consent.rules.vocabulary import CONTACT_FIELDS, FLAGS, Channel
from rollcall.customers.models import PosRecord
from rollcall.customers.queries.priorities import get_priorities
from rollcall.customers.queries.profile import list_edit_values, read_record, record_values
from rollcall.customers.rules.survivorship import decide
from rollcall.customers.rules.values import normalise_fields
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

_READ = frozenset({*FLAGS, *CONTACT_FIELDS.values()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is known of a person.

    :param contact_keys: field → blind index of the value that stands; without those that have none.
    :param flags: every no of a record, whatever another says, and of what was typed here.
    """

    contact_keys: Mapping[str, int]
    flags: Sequence[FlagNo]

    def contact_key(self, channel: Channel) -> int | None:
        """Return where a message by this channel would go."""
        return self.contact_keys.get(CONTACT_FIELDS.get(channel, ""))


def get_standing(scope: Scope, customer_id: int) -> Standing:
    """Read a person's contacts and flags.

    :param customer_id: who stands for the person.
    """
    records = PosRecord.objects.scoped(scope).filter(link__customer=customer_id)
    rows = records.select_related("account", "link").defer("sealed_raw").order_by("pk")
    views = [read_record(scope, row, customer_id=row.link.base_id) for row in rows]
    values = [value for view in views for value in record_values(view, only=_READ)]
    values += [one for _, one in list_edit_values(scope, [customer_id]) if one.field in _READ]
    truths = decide(values, get_priorities(scope))
    told = {name: truth.standing.value for name, truth in truths.items()}
    return Standing(
        contact_keys={
            field: contact_key(scope, field, value)
            for field in sorted(set(CONTACT_FIELDS.values()))
            if isinstance(value := told.get(field), str) and value
        },
        flags=[
            FlagNo(field=one.field, at=one.at)
            for one in values
            if one.field in FLAGS and one.value is False
        ],
    )


def contact_key(scope: Scope, field: str, value: str) -> int:
    """Return the blind index of a phone or an e-mail, as records have it."""
    normal = normalise_fields({field: value})[field]
    return get_keys(scope).blind(field, str(normal))


def people_with(scope: Scope, field: str, key: int) -> set[int]:
    """Return everybody of the retailer who has a contact, on any of their records."""
    records = PosRecord.objects.scoped(scope).filter(**{f"{field}_key": key})
    return set(records.values_list("link__customer_id", flat=True)) - {None}
