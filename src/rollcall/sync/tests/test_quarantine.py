from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from pytest_django import Settings

from rollcall.customers.models import PosRecord, RecordVersion
from rollcall.kit.scope import Scope
from rollcall.pos.connectors.treez.connector import TreezConnector
from rollcall.pos.contract import CanonicalCustomer, MappingContext, RawRow
from rollcall.pos.errors import PosUnavailableError
from rollcall.sync import queries
from rollcall.sync.models import QuarantinedRow
from rollcall.sync.operations.batches import fingerprint_rows
from rollcall.sync.operations.lease import LeaseHeldError
from rollcall.sync.operations.retry import RetryResult, retry_connection
from rollcall.sync.operations.source import open_source
from rollcall.sync.tests.sabotage import ELSEWHERE, held_by
from rollcall.testing.pos_world import PosWorld


def open_rows(world: PosWorld) -> list[QuarantinedRow]:
    return list(queries.open_quarantine(world.scope, world.connection).order_by("id"))


class TestRetry:
    def test_takes_over_what_was_mended(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date"])
        world.sync()
        world.simulator.control.set_faults(malformed_rows=[])

        result = retry_connection(world.scope, world.connection)

        assert result == RetryResult(tried=1, still_bad=0)
        assert world.held().keys() == world.truth().keys()
        assert open_rows(world) == []

    def test_keeps_what_is_still_bad_and_counts_the_tries(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        world.simulator.control.patch(pos_id, raw={"birthday": "2023-02-30"})
        world.sync()

        result = retry_connection(world.scope, world.connection)

        assert result == RetryResult(tried=1, still_bad=1)
        (row,) = open_rows(world)
        assert (row.external_id, row.code, row.attempts) == (pos_id, "date_invalid", 2)

    def test_closes_what_is_gone(self, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        world.simulator.control.patch(pos_id, raw={"birthday": "2023-02-30"})
        world.sync()
        world.simulator.control.delete(pos_id)

        retry_connection(world.scope, world.connection)

        assert QuarantinedRow.objects.scoped(world.scope).get().resolution == "gone"

    def test_maps_a_row_without_an_id_again(self, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["missing_id"])
        world.sync()

        result = retry_connection(world.scope, world.connection)

        assert result == RetryResult(tried=1, still_bad=1)
        assert open_rows(world)[0].attempts == 2

    def test_keeps_a_row_without_an_id_only_once_after_the_mapping_changed(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.simulator.control.set_faults(malformed_rows=["missing_id"])
        world.sync()
        monkeypatch.setattr(TreezConnector, "mapping_version", 99)

        retry_connection(world.scope, world.connection)

        assert len(open_rows(world)) == 1
        rows = QuarantinedRow.objects.scoped(world.scope).order_by("id")
        assert [row.resolution for row in rows] == ["replaced", ""]

    def test_changes_nothing_when_the_pos_is_away(
        self,
        world: PosWorld,
        settings: Settings,
    ) -> None:
        settings.POS_ATTEMPTS = 1
        world.simulator.control.set_faults(malformed_rows=["bad_date"])
        world.sync()
        before = QuarantinedRow.objects.scoped(world.scope).values().get()
        world.simulator.control.set_faults(error_500_rate=1)

        with pytest.raises(PosUnavailableError):
            retry_connection(world.scope, world.connection)

        assert QuarantinedRow.objects.scoped(world.scope).values().get() == before

    def test_leaves_it_to_a_sync_that_is_under_way(self, world: PosWorld) -> None:
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=60)

        with pytest.raises(LeaseHeldError):
            retry_connection(world.scope, world.connection)

    def test_tells_another_retailer_nothing(self, world: PosWorld, scope_b: Scope) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date"])
        world.sync()

        assert queries.list_quarantined(scope_b) == []


class TestMappingVersion:
    def test_a_new_one_reads_unchanged_rows_again_without_making_versions(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.sync()
        before = {row.external_id: bytes(row.content_hash) for row in world.held().values()}
        monkeypatch.setattr(TreezConnector, "mapping_version", 99)

        run = world.sync(full=True)

        assert (run.rows_new, run.rows_changed, run.rows_quarantined) == (0, 0, 0)
        assert RecordVersion.objects.scoped(world.scope).count() == 0
        after = {row.external_id: bytes(row.content_hash) for row in world.held().values()}
        assert after.keys() == before.keys()
        assert not set(after.values()) & set(before.values())
        assert world.reconcile().different == 0

    def test_a_new_one_writes_down_what_it_reads_otherwise(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.sync()
        read = TreezConnector.to_canonical

        def louder(self: TreezConnector, row: RawRow, context: MappingContext) -> CanonicalCustomer:
            mapped = read(self, row, context)
            fields = {**mapped.fields, "nickname": "NEWLY READ"}
            return with_fields(mapped, fields)

        monkeypatch.setattr(TreezConnector, "to_canonical", louder)
        monkeypatch.setattr(TreezConnector, "mapping_version", 99)

        run = world.sync(full=True)

        assert run.rows_changed == 120
        fields = RecordVersion.objects.scoped(world.scope).values_list("fields", flat=True)
        assert {tuple(one) for one in fields} == {("nickname",)}


def with_fields(mapped: CanonicalCustomer, fields: Mapping[str, Any]) -> CanonicalCustomer:
    return CanonicalCustomer(
        external_id=mapped.external_id,
        status=mapped.status,
        status_raw=mapped.status_raw,
        merged_into=mapped.merged_into,
        updated_at=mapped.updated_at,
        fields=fields,
    )


class TestUnknownKeys:
    def test_are_counted_with_the_run(self, world: PosWorld) -> None:
        world.sync()
        for pos_id in list(world.truth())[:3]:
            world.simulator.control.patch(pos_id, raw={"loyaltyTier": "gold"})

        run = world.sync(full=True)

        assert run.unknown_keys["loyaltyTier"] >= 3
        assert run.unknown_keys.keys() == {"loyaltyTier"}
        assert run.rows_quarantined == 0

    def test_that_are_hostile_stop_nothing(self, world: PosWorld) -> None:
        world.sync()
        keys = {"nul\0key": 1, "k" * 500: 1, "\U0001f98a": 1, "\u202e": 1}
        world.simulator.control.patch(next(iter(world.truth())), raw=keys)

        run = world.sync(full=True)

        assert run.state == "finished"
        assert run.unknown_keys.keys() == {"nul?key", "k" * 80, "\U0001f98a", "?"}

    def test_are_not_all_named_if_there_are_many(self, world: PosWorld) -> None:
        world.sync()
        keys = {f"many{number}": 1 for number in range(400)}
        world.simulator.control.patch(next(iter(world.truth())), raw=keys)

        run = world.sync(full=True)

        assert (run.state, len(run.unknown_keys)) == ("finished", 200)


class TestHostileConnector:
    def test_one_that_fails_unforeseen_costs_only_the_row(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        bad, *others = world.truth()
        read = TreezConnector.to_canonical

        def fail(self: TreezConnector, row: RawRow, context: MappingContext) -> CanonicalCustomer:
            if str(row["customer_id"]) == bad:
                raise LookupError(str(row))
            return read(self, row, context)

        with monkeypatch.context() as patched, caplog.at_level(logging.INFO):
            patched.setattr(TreezConnector, "to_canonical", fail)
            run = world.sync()

        assert (run.state, set(world.held())) == ("finished", set(others))
        (row,) = open_rows(world)
        assert (row.external_id, row.code) == (bad, "mapping_failed")
        assert "LookupError" in caplog.text
        assert "first_name" not in caplog.text
        assert world.truth()[bad]["family_name"] not in caplog.text
        assert retry_connection(world.scope, world.connection).still_bad == 0
        assert world.held().keys() == world.truth().keys()

    def test_values_that_no_column_holds_cost_only_their_rows(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        distortions: list[tuple[str, dict[str, Any]]] = [
            ("too_long", {"merged_into": "9" * 201}),
            ("text_invalid", {"merged_into": "9\0"}),
            ("text_invalid", {"status_raw": "ACT\0IVE"}),
            ("text_invalid", {"fields": {"given_name": "A\0NA"}}),
            ("value_invalid", {"fields": {"loyalty_points": 2**70}}),
            ("value_invalid", {"fields": {"notes": "\ud800"}}),
            ("value_invalid", {"fields": {"notes": object()}}),
        ]
        bad = dict(zip(world.truth(), distortions, strict=False))
        read = TreezConnector.to_canonical

        def distort(
            self: TreezConnector, row: RawRow, context: MappingContext
        ) -> CanonicalCustomer:
            mapped = read(self, row, context)
            if mapped.external_id not in bad:
                return mapped
            same = {name: getattr(mapped, name) for name in mapped.__slots__}
            return CanonicalCustomer(**{**same, **bad[mapped.external_id][1]})

        monkeypatch.setattr(TreezConnector, "to_canonical", distort)

        run = world.sync()

        assert (run.state, len(world.held())) == ("finished", 113)
        found = {row.external_id: row.code for row in open_rows(world)}
        assert found == {external_id: code for external_id, (code, _) in bad.items()}

    def test_a_name_of_any_length_is_taken_over_and_found(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pos_id = next(iter(world.truth()))
        read = TreezConnector.to_canonical
        name = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(9000))

        def lengthen(
            self: TreezConnector, row: RawRow, context: MappingContext
        ) -> CanonicalCustomer:
            mapped = read(self, row, context)
            wanted = mapped.external_id == pos_id
            return with_fields(mapped, {**mapped.fields, "given_name": name}) if wanted else mapped

        monkeypatch.setattr(TreezConnector, "to_canonical", lengthen)

        run = world.sync()

        assert (run.state, run.rows_quarantined) == ("finished", 0)
        assert PosRecord.objects.scoped(world.scope).get(external_id=pos_id).given_name == name

    def test_ids_that_nobody_can_read_cost_only_the_row(
        self, world: PosWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_self: TreezConnector, row: RawRow) -> str:
            raise TypeError(str(row))

        monkeypatch.setattr(TreezConnector, "external_id", fail)
        source = open_source(world.scope, world.connection)

        batch = fingerprint_rows(source, [{"customer_id": {"nested": 1}}, {"customer_id": 7}])

        assert [(row.external_id, row.code) for row in batch.bad] == [("", "mapping_failed")] * 2
