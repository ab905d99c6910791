from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.apps import apps
from django.db import connection, transaction

from rollcall.audit.models import Entry
from rollcall.customers.models import Customer, FieldEdit, PosAccount, PosRecord, RecordVersion
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.queries.sealed import unseal
from rollcall.customers.rules import contexts as customer_contexts
from rollcall.customers.rules.packing import unpack_raw
from rollcall.customers.rules.sealed import SealedFields
from rollcall.kit.crypto import sealed_key_id
from rollcall.kit.resealing import Outcome, Progress, reseal, sealed_tables
from rollcall.kit.scope import Scope
from rollcall.stores.operations import reseal_values, rotate_data_key
from rollcall.stores.queries import forget_keys, get_keys
from rollcall.sync.models import PosConnection, QuarantinedRow
from rollcall.sync.rules import contexts
from rollcall.testing.fixtures import Ingest, incoming

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def rotate(scope: Scope) -> int:
    key = rotate_data_key(scope, now=NOON)
    forget_keys()
    return key.pk


def phones(scope: Scope) -> list[object]:
    """Every record's phone, as it can be read now."""
    found: list[object] = []
    for record in PosRecord.objects.scoped(scope).order_by("id"):
        context = customer_contexts.record_fields(record.account_id, record.external_id)
        plain = unseal(scope, record.sealed_fields, context=context)
        found.append(SealedFields.from_json(plain).values["phone"])
    return found


def key_ids(scope: Scope) -> set[int]:
    """Every data key that some record still needs."""
    records = PosRecord.objects.scoped(scope)
    return {
        sealed_key_id(bytes(sealed))
        for record in records
        for sealed in (record.sealed_fields, record.sealed_raw)
    }


@pytest.fixture
def ten_records(scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> list[str]:
    numbers = [f"+1415555010{number}" for number in range(10)]
    ingest(
        scope_a,
        account_a,
        [incoming(scope_a, str(1000 + n), phone=phone) for n, phone in enumerate(numbers)],
    )
    return numbers


@pytest.mark.django_db
class TestSealedTables:
    def test_cover_every_sealed_column_of_the_database(self) -> None:
        declared = {(one.table, column) for one in sealed_tables() for column in one.columns}

        existing = {
            (model._meta.db_table, field.attname)
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if field.attname.startswith("sealed_")
        }
        assert declared == existing


class TestReseal:
    def test_brings_every_kind_of_value_to_the_newest_key(
        self, scope_a: Scope, account_a: PosAccount, connection_a: PosConnection, ingest: Ingest
    ) -> None:
        old = incoming(scope_a, "1042", phone="+14155550142")
        new = incoming(scope_a, "1042", phone="+14155550143")
        ingest(scope_a, account_a, [old])
        ingest(scope_a, account_a, [new])
        customer = Customer.objects.scoped(scope_a).get()
        edit_field(scope_a, customer, "notes", "likes tea", now=NOON)
        keys = get_keys(scope_a)
        connection_a.sealed_settings = keys.seal(
            b"{}", context=contexts.connection_settings(connection_a.pk)
        )
        connection_a.save()
        bad = QuarantinedRow.objects.scoped(scope_a).create(
            account=account_a,
            external_id="7",
            content_hash=b"h",
            code="date_invalid",
            reason="…",
            sealed_raw=keys.seal(b"raw", context=contexts.quarantine_raw(account_a.pk, "7")),
            first_seen_at=NOON,
            last_seen_at=NOON,
        )
        newest = rotate(scope_a)

        outcome = reseal(scope_a, lambda: get_keys(scope_a))

        assert (outcome.resealed, outcome.is_complete) == (5, True)
        record = PosRecord.objects.scoped(scope_a).get()
        version = RecordVersion.objects.scoped(scope_a).get()
        edit = FieldEdit.objects.scoped(scope_a).get()
        connection_a.refresh_from_db(from_queryset=PosConnection.objects.scoped(scope_a))
        bad.refresh_from_db(from_queryset=QuarantinedRow.objects.scoped(scope_a))
        plain = {
            "fields": (record.sealed_fields, customer_contexts.record_fields(account_a.pk, "1042")),
            "raw": (record.sealed_raw, customer_contexts.record_raw(account_a.pk, "1042")),
            "version": (version.sealed_values, customer_contexts.version_values(record.pk)),
            "edit": (edit.sealed_value, customer_contexts.edit_value(customer.pk, "notes")),
            "settings": (
                connection_a.sealed_settings,
                contexts.connection_settings(connection_a.pk),
            ),
            "quarantine": (bad.sealed_raw, contexts.quarantine_raw(account_a.pk, "7")),
        }
        assert {sealed_key_id(bytes(sealed)) for sealed, _ in plain.values()} == {newest}
        opened = {name: unseal(scope_a, one, context=at) for name, (one, at) in plain.items()}
        assert SealedFields.from_json(opened["fields"]).values == {"phone": "+14155550143"}
        assert unpack_raw(opened["raw"]) == new.raw
        assert opened["version"] == b'{"phone":["+14155550142","+14155550143"]}'
        assert opened["edit"] == b'"likes tea"'
        assert opened["settings"] == b"{}"
        assert opened["quarantine"] == b"raw"

    def test_touches_nothing_that_the_newest_key_sealed(
        self, scope_a: Scope, ten_records: list[str]
    ) -> None:
        before = [bytes(one.sealed_raw) for one in PosRecord.objects.scoped(scope_a).order_by("id")]

        outcome = reseal(scope_a, lambda: get_keys(scope_a))

        assert outcome == Outcome()
        after = [bytes(one.sealed_raw) for one in PosRecord.objects.scoped(scope_a).order_by("id")]
        assert after == before

    def test_leaves_an_empty_value_empty(self, scope_a: Scope, connection_a: PosConnection) -> None:
        rotate(scope_a)

        assert reseal(scope_a, lambda: get_keys(scope_a)) == Outcome()

    def test_leaves_another_retailers_rows(
        self, scope_a: Scope, scope_b: Scope, ten_records: list[str]
    ) -> None:
        newest = rotate(scope_a)
        rotate(scope_b)

        reseal(scope_b, lambda: get_keys(scope_b))

        assert newest not in key_ids(scope_a)

    def test_goes_on_where_it_was_killed(self, scope_a: Scope, ten_records: list[str]) -> None:
        newest = rotate(scope_a)

        def die(progress: Progress) -> None:
            if progress.done >= 6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            reseal(scope_a, lambda: get_keys(scope_a), on_progress=die, batch_rows=3)
        in_the_middle = key_ids(scope_a)
        readable = phones(scope_a)
        outcome = reseal(scope_a, lambda: get_keys(scope_a), batch_rows=3)

        assert len(in_the_middle) == 2
        assert readable == ten_records
        assert outcome == Outcome(resealed=4)
        assert key_ids(scope_a) == {newest}
        assert phones(scope_a) == ten_records

    def test_keeps_everything_readable_when_rotated_again_in_the_middle(
        self, scope_a: Scope, ten_records: list[str]
    ) -> None:
        rotate(scope_a)
        rotated: list[int] = []

        def rotate_once(progress: Progress) -> None:
            if not rotated:
                rotated.append(rotate(scope_a))

        outcome = reseal(
            scope_a, lambda: get_keys(scope_a), on_progress=rotate_once, batch_rows=4, pause_s=0
        )

        assert outcome.is_complete
        assert key_ids(scope_a) == set(rotated)
        assert phones(scope_a) == ten_records

    def test_follows_rows_that_are_written_in_the_middle(
        self, scope_a: Scope, account_a: PosAccount, ten_records: list[str], ingest: Ingest
    ) -> None:
        stale = get_keys(scope_a)
        newest = rotate(scope_a)
        written: list[int] = []

        def write(progress: Progress) -> None:
            # A worker that still holds the retired key changes a row that was sealed anew already.
            if not written:
                record = PosRecord.objects.scoped(scope_a).order_by("id")[0]
                context = customer_contexts.record_fields(account_a.pk, record.external_id)
                plain = stale.unseal(bytes(record.sealed_fields), context=context)
                record.sealed_fields = stale.seal(plain, context=context)
                record.save(update_fields=["sealed_fields"])
                written.append(record.pk)

        reseal(scope_a, lambda: get_keys(scope_a), on_progress=write, batch_rows=4, pause_s=0)

        assert key_ids(scope_a) == {newest}
        assert phones(scope_a) == ten_records

    def test_never_goes_back_to_an_older_key(self, scope_a: Scope, ten_records: list[str]) -> None:
        stale = get_keys(scope_a)
        newest = rotate(scope_a)
        reseal(scope_a, lambda: get_keys(scope_a))

        outcome = reseal(scope_a, lambda: stale)

        assert outcome == Outcome()
        assert key_ids(scope_a) == {newest}

    def test_names_damaged_rows_and_does_the_others(
        self, scope_a: Scope, ten_records: list[str]
    ) -> None:
        damaged = PosRecord.objects.scoped(scope_a).order_by("id")[3]
        sealed = bytearray(damaged.sealed_raw)
        sealed[-1] ^= 1
        damaged.sealed_raw = bytes(sealed)
        damaged.save(update_fields=["sealed_raw"])
        rotate(scope_a)

        outcome = reseal(scope_a, lambda: get_keys(scope_a), batch_rows=2, pause_s=0)

        assert outcome == Outcome(resealed=9, damaged={"customers_posrecord": [damaged.pk]})

    def test_tells_how_far_it_is(self, scope_a: Scope, ten_records: list[str]) -> None:
        rotate(scope_a)
        told: list[Progress] = []

        reseal(scope_a, lambda: get_keys(scope_a), on_progress=told.append, batch_rows=4)

        assert [(one.done, one.total) for one in told] == [(4, 10), (8, 10), (10, 10)]


@pytest.mark.django_db(transaction=True)
class TestResealBesideWriters:
    def test_skips_rows_in_use_and_comes_back_for_them(
        self, scope_a: Scope, ten_records: list[str]
    ) -> None:
        newest = rotate(scope_a)
        held, release = threading.Event(), threading.Event()

        def write() -> None:
            with transaction.atomic():
                list(PosRecord.objects.scoped(scope_a).select_for_update().order_by("id")[:3])
                held.set()
                release.wait(10)
            connection.close()

        def let_go(progress: Progress) -> None:
            if progress.done == 7:
                release.set()

        writer = threading.Thread(target=write)
        writer.start()
        held.wait(10)
        try:
            outcome = reseal(scope_a, lambda: get_keys(scope_a), on_progress=let_go, pause_s=0.02)
        finally:
            release.set()
            writer.join()

        assert outcome == Outcome(resealed=10)
        assert key_ids(scope_a) == {newest}

    def test_reports_rows_that_stay_in_use(self, scope_a: Scope, ten_records: list[str]) -> None:
        rotate(scope_a)
        held, release = threading.Event(), threading.Event()

        def write() -> None:
            with transaction.atomic():
                list(PosRecord.objects.scoped(scope_a).select_for_update().order_by("id")[:3])
                held.set()
                release.wait(10)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        held.wait(10)
        try:
            outcome = reseal(scope_a, lambda: get_keys(scope_a), pause_s=0.001)
        finally:
            release.set()
            writer.join()

        assert outcome == Outcome(resealed=7, in_use=3)


class TestResealValues:
    def test_leaves_a_trace_with_counts(self, scope_a: Scope, ten_records: list[str]) -> None:
        newest = rotate(scope_a)

        reseal_values(scope_a)
        reseal_values(scope_a)

        entry = Entry.objects.scoped(scope_a).get(action="key.resealed")
        assert entry.subject_ids == [newest]
        assert entry.context == {"rows": 10, "in_use": 0, "damaged": 0}
