"""Suggestions that are accepted many at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from rollcall.identity.blockers import Blocker, add_blocker, remove_blocker
from rollcall.identity.models import BulkAccept, Merge, PendingMatch, Suggestion
from rollcall.identity.operations import bulk_working
from rollcall.identity.operations.bulk_choosing import Choice, choose
from rollcall.identity.operations.bulk_steering import (
    start,
)
from rollcall.identity.operations.bulk_working import work_on
from rollcall.identity.queries.bulk import (
    Progress,
    find_progress,
)
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.identity.tests.review_queue import EVIDENCE
from rollcall.kit.scope import Scope

States = BulkAccept.State
CALM = [part for part in EVIDENCE["parts"] if part["field"] != "born"]
#: Somebody with nothing but a name and a phone.
AMARA = {"given_name": "Amara", "family_name": "Brandt"}
ALL = Choice(least_bits=0)


def pair(shop: MergingShop, number: int, *, bits: float = 17.3, **options: Any) -> Suggestion:
    """Two records of one name, in two lists; suggested without a contradiction."""
    first, second = f"treez:{number}", f"cova:{number}"
    values = {**AMARA, "phone": f"+1415555{number:04}"}
    shop.row(first, **values)
    shop.row(second, **values)
    return between(shop, first, second, bits=bits, **options)


def between(
    shop: MergingShop,
    first: str,
    second: str,
    *,
    bits: float = 17.3,
    reasons: Sequence[str] = ("bits",),
    **evidence: Any,
) -> Suggestion:
    """A suggestion as matching writes it, and nothing pending of its records."""
    PendingMatch.objects.scoped(shop.scope).delete()
    names = [name.partition(":") for name in (first, second)]
    one, other = sorted(
        shop.links().get(record__account=shop.accounts[kind], record__external_id=number).record_id
        for kind, _, number in names
    )
    calm = {"vetoes": [], "parts": CALM, "bits": bits, "short": 18.3 - bits, "would_link_if": []}
    return Suggestion.objects.scoped(shop.scope).create(
        first_id=one,
        second_id=other,
        bits=bits,
        reasons=list(reasons),
        evidence={**EVIDENCE, **calm, "records": [one, other], **evidence},
        at=shop.tick(),
    )


def choose_all(shop: MergingShop, choice: Choice = ALL) -> BulkAccept:
    return choose(shop.scope, choice, now=shop.tick())


def started(shop: MergingShop, choice: Choice = ALL) -> BulkAccept:
    run = choose_all(shop, choice)
    return start(shop.scope, run.pk, confirmed=run.count, now=shop.tick())


def work(shop: MergingShop, run: BulkAccept) -> Progress:
    work_on(shop.scope.retailer_id, run.pk)
    run.refresh_from_db()
    return find_progress(shop.scope, run)


def merges(shop: MergingShop) -> int:
    return Merge.objects.scoped(shop.scope).filter(undone_at__isnull=True).count()


@pytest.fixture
def by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_working, "CHUNK", 2)


@pytest.fixture
def held() -> Iterator[None]:
    def find(scope: Scope, people: object, *, parting: bool) -> list[Blocker]:
        return [Blocker(code="legal_hold", words="there is a legal hold")]

    add_blocker("test", find)
    yield
    remove_blocker("test")
