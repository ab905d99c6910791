"""The search box: one text, several readings of it, the best people first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import F, Q

from rollcall.customers.models import Customer, Link, PosRecord
from rollcall.customers.queries.profile import (
    RecordView,
    find_by_public_id,
    list_account_ids,
    read_record,
)
from rollcall.customers.rules.values import folded_names, search_values
from rollcall.kit.crypto import RetailerKeys
from rollcall.kit.normalise.search_text import SearchTerms, parse_search_text
from rollcall.kit.scope import Scope
from rollcall.stores.queries import get_keys

#: Rows that are opened and ranked; more would only bury what was meant.
_MOST_ROWS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchHit:
    """One person that was found.

    :param matched: the fields in which the text was found, best first.
    :param records: the records of this person that matched.
    """

    public_id: uuid.UUID
    customer_id: int
    display_name: str
    born_on: str
    phone: str
    email: str
    matched: Sequence[str]
    records: Sequence[RecordView]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """The people found; ``more`` says that the limit cut the list."""

    hits: Sequence[SearchHit]
    more: bool


def search(scope: Scope, text: str, *, today: dt.date, limit: int = 20) -> SearchResult:
    """Find people by name, phone, last four digits, e-mail, birth date, licence, medical id or id.

    Exact matches of strong values come first, then names. The caller audits that it was asked.

    :raises SearchTextError: nothing that could be searched for, or too long.
    """
    terms = parse_search_text(text, today=today)
    asked_for = find_by_public_id(scope, terms.public_id) if terms.public_id is not None else None
    condition = _condition(
        get_keys(scope), terms, account_ids=list_account_ids(scope), asked_for=asked_for
    )
    if condition is None:
        return SearchResult(hits=(), more=False)
    rows = list(
        PosRecord.objects.scoped(scope)
        .filter(condition)
        .select_related("account", "link")
        .order_by(
            F("gone_at").asc(nulls_first=True), "status", "family_folded", "given_folded", "id"
        )[: _MOST_ROWS + 1]
    )
    hits = _group(scope, rows[:_MOST_ROWS], terms, asked_for=asked_for)
    return SearchResult(hits=hits[:limit], more=len(hits) > limit or len(rows) > _MOST_ROWS)


def _condition(
    keys: RetailerKeys,
    terms: SearchTerms,
    *,
    account_ids: Sequence[int],
    asked_for: Customer | None,
) -> Q | None:
    readings = [
        Q(**{f"{column}_key": keys.blind(column, value)})
        for column, value in _exact_values(terms)
        if not (column == "born_on" and terms.name_tokens)
    ]
    if terms.external_id:
        readings.append(Q(external_id=terms.external_id, account_id__in=account_ids))
    if asked_for is not None:
        readings.append(Q(link__customer=asked_for))
    if terms.name_tokens:
        readings.append(_name_condition(keys, terms))
    return reduce(or_, readings) if readings else None


def _exact_values(terms: SearchTerms) -> list[tuple[str, str]]:
    values = [
        ("phone", terms.phone_e164),
        ("phone_last4", terms.phone_last4),
        ("email", terms.email),
        ("born_on", terms.born_on.isoformat() if terms.born_on else None),
        ("licence", terms.id_key),
        ("medical_id", terms.id_key),
    ]
    return [(column, value) for column, value in values if value]


def _name_condition(keys: RetailerKeys, terms: SearchTerms) -> Q:
    # Some name starts with one of the words, which an index finds; the others may stand anywhere.
    starts = reduce(
        or_,
        (
            Q(given_folded__startswith=token) | Q(family_folded__startswith=token)
            for token in terms.name_tokens
        ),
    )
    condition = starts
    for token in terms.name_tokens:
        condition &= Q(given_folded__contains=token) | Q(family_folded__contains=token)
    if terms.born_on is not None:
        condition &= Q(born_on_key=keys.blind("born_on", terms.born_on.isoformat()))
    return condition


def _group(
    scope: Scope, rows: Sequence[PosRecord], terms: SearchTerms, *, asked_for: Customer | None
) -> list[SearchHit]:
    by_customer: dict[int, list[tuple[RecordView, list[str]]]] = {}
    for row in rows:
        record = read_record(scope, row)
        link: Link = row.link
        matched = matched_fields(record, terms)
        if asked_for is not None and link.customer_id == asked_for.pk:
            matched.append("customer_id")
        if matched:
            by_customer.setdefault(link.customer_id, []).append((record, matched))
    public_ids = dict(
        Customer.objects.scoped(scope).filter(pk__in=by_customer).values_list("pk", "public_id")
    )
    hits = [
        _hit(customer_id, public_ids[customer_id], found)
        for customer_id, found in by_customer.items()
    ]
    return sorted(hits, key=_rank)


#: Best first: a strong value that fits exactly tells more than a name.
_STRENGTH = (
    "customer_id", "external_id", "phone", "email", "licence", "medical_id", "born_on", "name",
    "phone_last4",
)  # fmt: skip


def _rank(hit: SearchHit) -> tuple[int, bool, str]:
    best = min(_STRENGTH.index(field) for field in hit.matched)
    vanished = all(record.gone_at is not None for record in hit.records)
    return (best, vanished, hit.display_name.casefold())


def _hit(
    customer_id: int, public_id: uuid.UUID, found: Sequence[tuple[RecordView, list[str]]]
) -> SearchHit:
    matched = {field for _, fields in found for field in fields}
    values = found[0][0].fields.values
    name = f"{values.get('given_name') or ''} {values.get('family_name') or ''}".strip()
    return SearchHit(
        public_id=public_id,
        customer_id=customer_id,
        display_name=name or "(no name)",
        born_on=str(values.get("born_on") or ""),
        phone=str(values.get("phone") or ""),
        email=str(values.get("email") or ""),
        matched=sorted(matched, key=_STRENGTH.index),
        records=[record for record, _ in found],
    )


def matched_fields(record: RecordView, terms: SearchTerms) -> list[str]:
    """In which fields a record really carries what was asked; blind indexes may collide."""
    held = search_values(record.fields.values)
    matched = [column for column, value in _exact_values(terms) if held.get(column) == value]
    if terms.name_tokens:
        names = " ".join(folded_names(record.fields.values))
        words = names.split()
        named = all(token in names for token in terms.name_tokens) and any(
            word.startswith(token) for token in terms.name_tokens for word in words
        )
        if named and (terms.born_on is None or "born_on" in matched):
            matched.append("name")
        elif "born_on" in matched:
            matched.remove("born_on")
    if record.external_id == terms.external_id:
        matched.append("external_id")
    return matched
