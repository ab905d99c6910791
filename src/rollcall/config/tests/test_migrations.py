"""Databases that were made before migrations were squashed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from rollcall.config.migrations import note_replaced_migrations, pending_migrations

pytestmark = pytest.mark.django_db


class TestADatabaseMadeByTheReplacedMigrations:
    @pytest.fixture
    def squashed(self) -> set[tuple[str, str]]:
        """The squashed migrations, whose traces are taken away; what they replaced stays noted."""
        recorder = MigrationRecorder(connection)
        squashed = {key for key in recorder.applied_migrations() if "_squashed_" in key[1]}
        for app, name in squashed:
            recorder.record_unapplied(app, name)
        return squashed

    def test_lacks_nothing(self, squashed: set[tuple[str, str]]) -> None:
        assert len(squashed) >= 7
        assert pending_migrations() == []

    def test_is_known_to_have_the_squashed_ones(self, squashed: set[tuple[str, str]]) -> None:
        note_replaced_migrations()

        assert squashed <= set(MigrationRecorder(connection).applied_migrations())
