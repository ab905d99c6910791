"""Kiosk orders: the list, one of them, whose it is, and whether it is paid."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from rollcall.customers.models import Customer
from rollcall.customers.operations.reading import search_customers
from rollcall.customers.presentation import HitRow, present_hits
from rollcall.customers.queries.profile import find_by_public_id
from rollcall.customers.queries.search import SearchHit
from rollcall.kit.clock import utc_now
from rollcall.kit.normalise.search_text import SearchTextError
from rollcall.kit.scope import Role, Scope
from rollcall.orders.models import KioskOrder
from rollcall.orders.operations.paying import set_paid
from rollcall.orders.operations.reading import view_order, view_orders
from rollcall.orders.operations.tying import tie_order
from rollcall.orders.presentation.pages import (
    lay_out_lines,
    lay_out_orders,
    lay_out_ties,
    money,
    name_person,
)
from rollcall.orders.queries.kiosk_orders import Filter, KioskOrderNotFoundError, open_name
from rollcall.web.access import CHANGE, READ, with_scope

#: Orders on one page, and people who are offered.
_MOST: Final = 50
_MOST_PEOPLE: Final = 5
_MOST_FOUND: Final = 20
_LONGEST: Final = 200
#: Shorter texts are no code yet.
_CODE: Final = re.compile(r"[0-9a-f]{4,32}")
_STATES: Final = {"": None, "unpaid": False, "paid": True}
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


@with_scope(Role.STAFF)
def list_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Orders, the newest first."""
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    before = request.GET.get("before", "")
    wanted = Filter(paid=_STATES[state], before=int(before) if _NUMBER.fullmatch(before) else None)
    with transaction.atomic():
        found = view_orders(scope, wanted, limit=_MOST + 1)
    shown = found[:_MOST]
    context = {
        "rows": lay_out_orders(scope, shown),
        "state": state,
        "older": shown[-1].pk if len(found) > _MOST else None,
    }
    return render(request, "orders/list.html", context)


@with_scope(Role.STAFF, methods=(*READ, *CHANGE))
def find_page(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Orders by a code or a person; what is searched for is posted and stands in no address."""
    if request.method != "POST":
        return redirect("orders:list")
    text = request.POST.get("text", "").strip()[:_LONGEST]
    if not text:
        return redirect("orders:list")
    found = _by_code(scope, text) or _by_person(scope, text)
    context = {"rows": lay_out_orders(scope, found), "text": text, "is_search": True}
    return render(request, "orders/list.html", context)


def _by_code(scope: Scope, text: str) -> list[KioskOrder]:
    code = re.sub(r"[\s-]", "", text).lower()
    if not _CODE.fullmatch(code):
        return []
    with transaction.atomic():
        return view_orders(scope, Filter(code=code), limit=_MOST)


def _by_person(scope: Scope, text: str) -> list[KioskOrder]:
    """Orders under this very name, and those of people whom the text finds."""
    people = [hit.customer_id for hit in _search(scope, text, limit=_MOST_FOUND)]
    with transaction.atomic():
        named = view_orders(scope, Filter(name=text), limit=_MOST)
        theirs = view_orders(scope, Filter(holders=people), limit=_MOST) if people else []
    found = {one.pk: one for one in (*named, *theirs)}
    return [found[pk] for pk in sorted(found, reverse=True)][:_MOST]


def _search(scope: Scope, text: str, *, limit: int) -> Sequence[SearchHit]:
    today = timezone.localtime(utc_now()).date()
    try:
        return search_customers(scope, text, today=today, limit=limit).hits
    except SearchTextError:
        return []


@with_scope(Role.STAFF, methods=(*READ, *CHANGE))
def order_page(request: HttpRequest, scope: Scope, order_uuid: uuid.UUID) -> HttpResponse:
    """One order with its lines; posted to, it also looks for whose it may be."""
    try:
        with transaction.atomic():
            order = view_order(scope, order_uuid)
    except KioskOrderNotFoundError as error:
        raise Http404 from error
    name = open_name(scope, order).whole
    text = request.POST.get("text", "").strip()[:_LONGEST]
    context = {
        "order": order,
        "name": name,
        "amount": money(order.amount),
        "lines": lay_out_lines(order),
        "ties": lay_out_ties(scope, order),
        "person": None if order.holder is None else name_person(scope, order.holder),
        "text": text,
        "hits": _offered(scope, order, text or name, is_asked=bool(text)),
    }
    return render(request, "orders/order.html", context)


def _offered(scope: Scope, order: KioskOrder, text: str, *, is_asked: bool) -> list[HitRow]:
    """Whom the order may be tied to: those who were searched for, or who have such a name."""
    if order.holder_id is not None and not is_asked:
        return []
    hits = _search(scope, text, limit=_MOST_PEOPLE)
    return present_hits([hit for hit in hits if hit.customer_id != order.holder_id])


@with_scope(Role.STAFF, methods=CHANGE)
def attach(request: HttpRequest, scope: Scope, order_uuid: uuid.UUID) -> HttpResponse:
    """Say whose order it is."""
    try:
        customer = find_by_public_id(scope, uuid.UUID(request.POST.get("person", "")))
    except ValueError:
        customer = None
    if customer is None:
        raise Http404
    if _tied(scope, order_uuid, customer):
        messages.success(request, gettext("Attached. Whose it was before stays below."))
    return redirect("orders:order", order_uuid)


@with_scope(Role.STAFF, methods=CHANGE)
def detach(request: HttpRequest, scope: Scope, order_uuid: uuid.UUID) -> HttpResponse:
    """Say that it is nobody's whom we know."""
    if _tied(scope, order_uuid, None):
        messages.success(request, gettext("Detached. Whose it was stays below."))
    return redirect("orders:order", order_uuid)


def _tied(scope: Scope, order_uuid: uuid.UUID, customer: Customer | None) -> bool:
    try:
        return tie_order(scope, order_uuid, customer, now=utc_now())
    except KioskOrderNotFoundError as error:
        raise Http404 from error


@with_scope(Role.STAFF, methods=CHANGE)
def pay(request: HttpRequest, scope: Scope, order_uuid: uuid.UUID) -> HttpResponse:
    """Say that it is paid, or that it is not."""
    is_paid = request.POST.get("do") != "unpaid"
    try:
        set_paid(scope, order_uuid, paid=is_paid, now=utc_now())
    except KioskOrderNotFoundError as error:
        raise Http404 from error
    said = gettext("Marked as paid.") if is_paid else gettext("Marked as not paid.")
    messages.success(request, said)
    return redirect("orders:order", order_uuid)
