"""Stores and kiosks for programs (``/api/v2``): what they are, never a key."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from rollcall.api import problems
from rollcall.api.answers import Answer, json_answer
from rollcall.api.describing import Description, Example, problem_example
from rollcall.api.integrations import Asked, Right, answer
from rollcall.api.listing import Filter, Listing, one_of, page_by_id, read_listing
from rollcall.api.platform import FOUND, LISTED, missing, moment
from rollcall.kit.scope import Grant, Role
from rollcall.stores.models import Kiosk, Store
from rollcall.stores.queries.visible import visible_kiosks, visible_stores

READ: Final = Right(grant=Grant.READ_STORES, role=Role.STAFF)
router = Router(tags=["stores"])

_STORES: Final = Listing(sorts=("id", "-id"))
_KIOSKS: Final = Listing(
    filters=(
        Filter(name="store", description="Slug of a store.", example="alder-way"),
        Filter(
            name="is_active",
            description="Only those that are in use, or that are not.",
            example="true",
            read=one_of("true", "false"),
            schema={"type": "boolean"},
        ),
    ),
    sorts=("id", "-id"),
)
_ALDER: Final = {
    "id": "alder-way",
    "name": "Alder Way",
    "time_zone": "America/Los_Angeles",
    "jurisdiction": "US-CA",
    "licence_type": "",
    "phone": "",
    "email": "",
    "is_active": True,
}


class StoreTold(Schema):
    """One licensed location; `id` is its slug."""

    id: str
    name: str
    time_zone: str
    jurisdiction: str
    licence_type: str
    phone: str
    email: str
    is_active: bool


class Stores(Schema):
    """A page of stores."""

    items: list[StoreTold]
    next: str | None


class KioskTold(Schema):
    """A device or sales channel of a store; `id` is the `catalog_id` of the kiosk API."""

    id: str
    store: str
    name: str
    is_active: bool
    created_at: str


class Kiosks(Schema):
    """A page of kiosks."""

    items: list[KioskTold]
    next: str | None


_LIST: Final = Description(
    problems=LISTED,
    parameters=_STORES.parameters,
    examples=(
        Example(
            name="all",
            summary="The stores of the key",
            path="/stores",
            status=200,
            body={"items": [_ALDER], "next": None},
        ),
        Example(
            name="no_order",
            summary="An order that there is not",
            path="/stores?sort=name",
            status=422,
            body=problem_example(
                problems.INVALID,
                "The member errors says which values and why.",
                errors={"sort": ["is none of id, -id"]},
            ),
        ),
    ),
)
_READ: Final = Description(
    problems=FOUND,
    examples=(
        Example(name="one", summary="One store", path="/stores/alder-way", status=200, body=_ALDER),
        Example(
            name="nothing",
            summary="There is none",
            path="/stores/nowhere",
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such store."),
        ),
    ),
)
_LIST_KIOSKS: Final = Description(
    problems=LISTED,
    parameters=_KIOSKS.parameters,
    examples=(
        Example(
            name="none",
            summary="A store without kiosks",
            path="/kiosks?store=alder-way",
            status=200,
            body={"items": [], "next": None},
        ),
    ),
)
_READ_KIOSK: Final = Description(
    problems=FOUND,
    examples=(
        Example(
            name="nothing",
            summary="There is none",
            path="/kiosks/999",
            status=404,
            body=problem_example(problems.NOT_FOUND, "There is no such kiosk."),
        ),
    ),
)


@router.get("/stores", operation_id="listStores", **_LIST.declared(Stores))
def list_stores(request: HttpRequest) -> HttpResponse:
    """List the stores of the key."""
    return answer(request, READ, _list)


@router.get("/stores/{store_id}", operation_id="getStore", **_READ.declared(StoreTold))
def get_store(request: HttpRequest, store_id: str) -> HttpResponse:
    """Read one store by its slug."""
    return answer(request, READ, lambda asked: _read(asked, store_id))


@router.get("/kiosks", operation_id="listKiosks", **_LIST_KIOSKS.declared(Kiosks))
def list_kiosks(request: HttpRequest) -> HttpResponse:
    """List the kiosks of the key's stores. No key of a kiosk is ever answered."""
    return answer(request, READ, _list_kiosks)


@router.get("/kiosks/{kiosk_id}", operation_id="getKiosk", **_READ_KIOSK.declared(KioskTold))
def get_kiosk(request: HttpRequest, kiosk_id: str) -> HttpResponse:
    """Read one kiosk by its `catalog_id`."""
    return answer(request, READ, lambda asked: _read_kiosk(asked, kiosk_id))


def _list(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _STORES)
    rows, following = page_by_id(visible_stores(asked.scope), wanted)
    return json_answer({"items": [_store(one) for one in rows], "next": following})


def _read(asked: Asked, slug: str) -> Answer:
    found = visible_stores(asked.scope).filter(slug=slug.replace("\0", "")).first()
    if found is None:
        raise missing("store")
    return json_answer(_store(found))


def _list_kiosks(asked: Asked) -> Answer:
    wanted = read_listing(asked.http, _KIOSKS)
    rows = visible_kiosks(asked.scope)
    if "store" in wanted.filters:
        rows = rows.filter(store__slug=wanted.filters["store"])
    if "is_active" in wanted.filters:
        rows = rows.filter(active=wanted.filters["is_active"] == "true")
    page, following = page_by_id(rows, wanted)
    return json_answer({"items": [_kiosk(one) for one in page], "next": following})


def _read_kiosk(asked: Asked, catalog_id: str) -> Answer:
    rows = visible_kiosks(asked.scope)
    found = rows.filter(catalog_id=catalog_id.replace("\0", "")).first()
    if found is None:
        raise missing("kiosk")
    return json_answer(_kiosk(found))


def _store(one: Store) -> dict[str, Any]:
    return {
        "id": one.slug,
        "name": one.name,
        "time_zone": one.time_zone,
        "jurisdiction": one.jurisdiction,
        "licence_type": one.licence_type,
        "phone": one.phone,
        "email": one.email,
        "is_active": one.active,
    }


def _kiosk(one: Kiosk) -> dict[str, Any]:
    return {
        "id": one.catalog_id,
        "store": one.store.slug,
        "name": one.name,
        "is_active": one.active,
        "created_at": moment(one.created_at),
    }
