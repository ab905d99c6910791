"""Plans to merge at a POS, with simulators whose staff merge: syncs see that it was done."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from rollcall.customers.models import Customer, PosAccount, PosRecord
from rollcall.identity.models import Merge, PosMergePlan
from rollcall.identity.operations.merging import merge_people
from rollcall.identity.operations.pos_plans import (
    NothingToPlanError,
    RecordsBusyError,
    plan_pos_merge,
)
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.pos import registry
from rollcall.pos.contract import Capability, MergeSign
from rollcall.stores.models import Store
from rollcall.testing.fixtures import Ingest, incoming
from rollcall.testing.pos_world import pos_world


@pytest.mark.parametrize("kind", registry.kinds())
class TestStaffMerge:
    def test_is_seen_by_the_next_full_pass(
        self, transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path, kind: str
    ) -> None:
        with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", kind=kind, people=40) as world:
            world.sync()
            active = [one for one in world.held().values() if _is_free(one)]
            donor, kept = active[:2]
            people = [_person(scope_a, one) for one in (donor, kept)]
            merge_people(scope_a, *people, reason=Merge.Reason.PERSON, now=utc_now())
            (step,) = plan_pos_merge(scope_a, people[0], kept.pk, now=utc_now())

            world.sync()
            step.refresh_from_db()
            assert step.state == PosMergePlan.State.PLANNED
            world.simulator.control.merge(donor.external_id, into=kept.external_id)
            world.sync(full=True)

        step.refresh_from_db()
        assert (step.state, step.reason) == (PosMergePlan.State.SEEN_DONE, "")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_planned_about_a_record_that_a_sync_is_writing(
    scope_a: Scope, account_a: PosAccount, ingest: Ingest
) -> None:
    ingest(scope_a, account_a, [incoming(scope_a, one, given_name="Nora") for one in ("1", "2")])
    donor, kept = PosRecord.objects.scoped(scope_a).order_by("external_id")
    people = [_person(scope_a, one) for one in (donor, kept)]
    merge_people(scope_a, *people, reason=Merge.Reason.PERSON, now=utc_now())
    writing = connection.copy()
    try:
        writing.set_autocommit(False)
        with writing.cursor() as cursor:
            cursor.execute(
                "update customers_posrecord set gone_at = now() where id = %s", [donor.pk]
            )
        with pytest.raises(RecordsBusyError):
            plan_pos_merge(scope_a, people[0], kept.pk, now=utc_now())
        writing.commit()
    finally:
        writing.close()

    with pytest.raises(NothingToPlanError):
        plan_pos_merge(scope_a, people[0], kept.pk, now=utc_now())


@pytest.mark.parametrize("kind", registry.kinds())
def test_the_sign_of_a_merge_fits_what_the_pos_tells(kind: str) -> None:
    connector = registry.connector(kind)

    assert connector.merging is not None
    tells = Capability.TELLS_MERGES in connector.capabilities
    assert (connector.merging.sign == MergeSign.POINTS) == tells


def _is_free(record: PosRecord) -> bool:
    return record.status == PosRecord.Status.ACTIVE and record.merged_into is None


def _person(scope: Scope, record: PosRecord) -> Customer:
    return Customer.objects.scoped(scope).get(pk=record.link.customer_id)
