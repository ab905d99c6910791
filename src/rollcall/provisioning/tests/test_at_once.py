from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connection

from rollcall.kit.scope import Actor
from rollcall.provisioning.operations.apply import apply_document
from rollcall.provisioning.queries.preparing import prepare_file
from rollcall.stores.models import KioskKey

TEXT = """\
retailer: {slug: alder, name: Alder Group}
stores: [{slug: s, name: S, time_zone: UTC, jurisdiction: US-CA}]
kiosks: [{catalog_id: '42', name: Door, store: s, keys: [{mint: true}]}]
users: [{email: dana@example.com, role: staff, stores: [s]}]
"""


@pytest.mark.django_db(transaction=True)
class TestTwoApplicationsAtOnce:
    def test_make_everything_once(self, tmp_path: Path) -> None:
        path = tmp_path / "retailer.yaml"
        path.write_text(TEXT)
        (prepared,) = prepare_file(path)
        start = threading.Barrier(2, timeout=10)
        changes: list[int] = []

        def apply() -> None:
            start.wait()
            applied = apply_document(
                prepared,
                actor=Actor(kind="cli", id="test"),
                now=dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC),
            )
            changes.append(len(applied.changes))
            connection.close()

        threads = [threading.Thread(target=apply) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(changes) == [0, 5]
        assert KioskKey.objects.across_retailers(reason="test").count() == 1
