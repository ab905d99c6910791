"""Reading people for programs: lists, one person, whose records they are, what was before."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse

from rollcall.api.answers import Answer, json_answer
from rollcall.api.integrations import Asked, answer
from rollcall.api.listing import Wanted, cut, read_listing
from rollcall.api.platform import moment
from rollcall.api.versions import etag
from rollcall.customers.models import Customer, Link
from rollcall.customers.operations.reading import view_customer, view_people
from rollcall.customers.queries.account_stores import list_store_names
from rollcall.customers.queries.history import HistoryChange, list_history
from rollcall.customers.queries.listing import list_people
from rollcall.customers.queries.profile import CustomerView, FieldView
from rollcall.customers.queries.versions import version_of
from rollcall.customers.rules.masking import is_masked, mask_value
from rollcall.customers.rules.survivorship import STRICTEST, FieldTruth, SourcedValue
from rollcall.kit.scope import Role
from rollcall.proofs.queries.web_identities import list_of_person
from rollcall.registration.api import people_shapes as shapes
from rollcall.registration.api.asking import READ, find_store, of_somebody, read_selection, router
from rollcall.registration.presentation import told


@router.get("/customers", operation_id="listCustomers", **shapes.LIST.declared(shapes.Customers))
def list_customers(request: HttpRequest) -> HttpResponse:
    """List people, page by page, in the order in which they came.

    A page may be short, even empty, although `next` says that more follow. Who was merged is listed
    as who they are now.
    """
    return answer(request, READ, _list)


@router.get(
    "/customers/{customer_id}",
    operation_id="getCustomer",
    **shapes.READ.declared(shapes.OneCustomer),
)
def read(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Read a person by Rollcall's id, or by `kind:id` of a POS.

    The id of somebody who was merged leads to who they are now, and `merged_into` says so. The
    header `ETag` names the version, for `If-Match` of a change.
    """
    return answer(request, READ, lambda asked: _read(asked, customer_id))


@router.get(
    "/customers/{customer_id}/identities",
    operation_id="listIdentities",
    **shapes.IDENTITIES.declared(shapes.Identities),
)
def identities(request: HttpRequest, customer_id: str) -> HttpResponse:
    """List under which ids POS systems and Rollcall know a person, and have known them."""
    return answer(request, READ, lambda asked: _identities(asked, customer_id))


@router.get(
    "/customers/{customer_id}/provenance",
    operation_id="getProvenance",
    **shapes.PROVENANCE.declared(shapes.Provenance),
)
def provenance(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Read, field by field, which value stands, whose it is and why, and who says otherwise."""
    return answer(request, READ, lambda asked: _provenance(asked, customer_id))


@router.get(
    "/customers/{customer_id}/history",
    operation_id="listHistory",
    **shapes.HISTORY.declared(shapes.History),
)
def history(request: HttpRequest, customer_id: str) -> HttpResponse:
    """List what changed of a person, the newest first; the last 300 changes."""
    return answer(request, READ, lambda asked: _history(asked, customer_id))


@router.get(
    "/customers/{customer_id}/consents",
    operation_id="listConsents",
    **shapes.CONSENTS.declared(shapes.Consents),
)
def consents(request: HttpRequest, customer_id: str) -> HttpResponse:
    """List what a person allows or forbids: the strictest wish stands, wherever it was said."""
    return answer(request, READ, lambda asked: _consents(asked, customer_id))


def _list(asked: Asked) -> Answer:
    wanted, only = read_listing(asked.http, shapes.LISTING), read_selection(asked.http)
    slug = wanted.filters.get("store")
    page = list_people(
        asked.scope,
        store_id=None if slug is None else find_store(asked, slug).pk,
        updated_since=wanted.filters.get("updated_since"),
        after=wanted.after_id,
        is_descending=wanted.sort.startswith("-"),
        limit=wanted.limit,
    )
    profiles = view_people(asked.scope, page.ids)
    return json_answer(
        {
            "items": [_listed(asked, one, only) for one in profiles],
            "next": None if page.place is None else wanted.next(page.place),
        }
    )


def _listed(asked: Asked, profile: CustomerView, only: Collection[str] | None) -> dict[str, Any]:
    return {
        **told(profile, asked.scope.role, only),
        "etag": etag(version_of(asked.scope, profile)),
    }


def _read(asked: Asked, customer_id: str) -> Answer:
    only = read_selection(asked.http)
    profile = _view(asked, customer_id)
    content = {
        "customer": told(profile, asked.scope.role, only),
        "merged_into": _merged_into(customer_id, profile.public_id),
    }
    version = etag(version_of(asked.scope, profile))
    return json_answer(content, headers=(("ETag", version),))


def _view(asked: Asked, customer_id: str) -> CustomerView:
    with of_somebody():
        return view_customer(asked.scope, customer_id)


def _merged_into(asked_for: str, found: uuid.UUID) -> str | None:
    try:
        wanted = uuid.UUID(asked_for.strip())
    except ValueError:
        return None
    return None if wanted == found else str(found)


def _identities(asked: Asked, customer_id: str) -> Answer:
    scope, profile = asked.scope, _view(asked, customer_id)
    stores = list_store_names(scope)
    links = Link.objects.scoped(scope).in_bulk([one.id for one in profile.records])
    former = Customer.objects.scoped(scope).filter(merged_into=profile.id).order_by("pk")
    return json_answer(
        {
            "id": str(profile.public_id),
            "former_ids": [str(one) for one in former.values_list("public_id", flat=True)],
            "items": [
                {
                    "kind": one.kind,
                    "account": one.account_key,
                    "id": one.external_id,
                    "stores": list(stores.get((one.kind, one.account_key), ())),
                    "status": one.status,
                    "merged_into": one.merged_into,
                    "reason": links[one.id].reason,
                    "since": moment(links[one.id].since),
                    "first_seen_at": moment(one.first_seen_at),
                    "changed_at": moment(one.changed_at),
                    "gone_at": moment(one.gone_at),
                }
                for one in profile.records
            ],
            "web": [
                {"id": str(one.public_id), "issuer": one.issuer, "bound_at": moment(one.bound_at)}
                for one in list_of_person(scope, profile.id)
            ],
        }
    )


def _provenance(asked: Asked, customer_id: str) -> Answer:
    only = read_selection(asked.http)
    profile = _view(asked, customer_id)
    shown = [view for view in profile.fields if only is None or view.name in only]
    return json_answer(
        {
            "id": str(profile.public_id),
            "fields": [_field(asked.scope.role, profile, view) for view in shown],
        }
    )


def _field(role: Role, profile: CustomerView, view: FieldView) -> dict[str, Any]:
    truth = view.truth
    return {
        "field": view.name,
        "why": _why(truth),
        "is_masked": is_masked(role, view.name),
        "standing": _value(role, profile, truth.standing),
        "others": [_value(role, profile, one) for one in truth.others],
    }


def _why(truth: FieldTruth) -> str:
    reasons = (
        ("pinned", truth.standing.pinned),
        ("on_its_way", truth.standing.waiting),
        ("strictest", truth.by_strictness),
        ("priority", truth.by_priority),
        ("newest", bool(truth.others)),
    )
    return next((word for word, holds in reasons if holds), "undisputed")


def _value(role: Role, profile: CustomerView, one: SourcedValue) -> dict[str, Any]:
    record = next((held for held in profile.records if held.id == one.record_id), None)
    return {
        "value": mask_value(role, one.field, one.value),
        "at": moment(one.at),
        "record": record
        and {"kind": record.kind, "account": record.account_key, "id": record.external_id},
        "is_pinned": one.pinned,
        "is_on_its_way": one.waiting,
        "is_alive": one.alive,
    }


def _history(asked: Asked, customer_id: str) -> Answer:
    wanted = read_listing(asked.http, shapes.CHANGES)
    profile = _view(asked, customer_id)
    customer = Customer.objects.scoped(asked.scope).get(pk=profile.id)
    changes = list_history(asked.scope, customer, field=wanted.filters.get("field"))
    page, following = cut(_behind(changes, wanted), wanted, lambda one: one.key)
    role = asked.scope.role
    return json_answer({"items": [_change(role, one) for one in page], "next": following})


def _behind(changes: list[HistoryChange], wanted: Wanted) -> list[HistoryChange]:
    keys = [one.key for one in changes]
    start = keys.index(wanted.after) + 1 if wanted.after in keys else 0
    return changes[start : start + wanted.limit + 1]


def _change(role: Role, one: HistoryChange) -> dict[str, Any]:
    return {
        "id": one.key,
        "at": moment(one.at),
        "field": one.field,
        "old": mask_value(role, one.field, one.old),
        "new": mask_value(role, one.field, one.new),
        "by": one.kind,
        "source": one.source,
        "outcome": one.outcome,
        "is_masked": one.is_masked or is_masked(role, one.field),
    }


def _consents(asked: Asked, customer_id: str) -> Answer:
    profile = _view(asked, customer_id)
    role = asked.scope.role
    items = [_field(role, profile, view) for view in profile.fields if view.name in STRICTEST]
    return json_answer({"id": str(profile.public_id), "items": items})
