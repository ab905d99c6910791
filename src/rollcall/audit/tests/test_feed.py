from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from rollcall.audit.models import Entry
from rollcall.audit.operations import record
from rollcall.audit.queries import FeedPosition, list_newest, read_feed
from rollcall.kit.scope import Scope


def write(scope: Scope, number: int) -> int:
    record(scope, "test.happened", subject_kind="test", subject_ids=[number])
    return Entry.objects.scoped(scope).latest("id").pk


def subjects(ids: list[int]) -> list[int]:
    rows = Entry.objects.across_retailers(reason="a test looks at everything")
    found = {row.pk: row.subject_ids[0] for row in rows.filter(subject_kind="test", pk__in=ids)}
    return [found[one] for one in ids if one in found]


@contextmanager
def open_transaction(scope: Scope, *numbers: int) -> Iterator[Callable[[], None]]:
    """Another connection that has written entries and not committed; call it to commit."""
    written, finish = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                for number in numbers:
                    write(scope, number)
                written.set()
                finish.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert written.wait(10)

    def commit() -> None:
        finish.set()
        thread.join(10)

    try:
        yield commit
    finally:
        commit()


def read_everything(
    start: FeedPosition, *, limit: int = 1000, count: int = 0
) -> tuple[list[int], FeedPosition]:
    """All that can be read; with ``count``, once so many test entries can be.

    The horizon is the server's: a transaction of another database, of a test that runs beside this
    one, holds it back for a moment.
    """
    found: list[int] = []
    position, deadline = start, time.monotonic() + 20
    while True:
        ids, position = read_feed(after=position, limit=limit)
        found += ids
        if not ids and (len(subjects(found)) >= count or time.monotonic() > deadline):
            return found, position
        if not ids:
            time.sleep(0.02)


@pytest.fixture
def start(transactional_db: None, scope_a: Scope, scope_b: Scope) -> FeedPosition:
    """Behind everything that setting the retailers up has written."""
    return read_everything(FeedPosition())[1]


class TestReadFeed:
    def test_gives_what_was_committed_in_order_and_only_once(
        self, scope_a: Scope, scope_b: Scope, start: FeedPosition
    ) -> None:
        for number, scope in enumerate([scope_a, scope_b, scope_a]):
            write(scope, number)

        ids, position = read_everything(start, count=3)

        assert subjects(ids) == [0, 1, 2]
        assert read_feed(after=position, limit=10) == ([], position)

    @pytest.mark.parametrize("limit", [1, 2, 3, 100])
    def test_gives_the_same_in_pages_of_any_size(
        self, scope_a: Scope, start: FeedPosition, limit: int
    ) -> None:
        with transaction.atomic():
            for number in range(3):
                write(scope_a, number)
        for number in range(3, 7):
            write(scope_a, number)

        ids, _ = read_everything(start, limit=limit, count=7)

        assert subjects(ids) == [0, 1, 2, 3, 4, 5, 6]

    def test_never_skips_what_is_committed_late(self, scope_a: Scope, start: FeedPosition) -> None:
        with open_transaction(scope_a, 1) as commit:
            write(scope_a, 2)
            early, position = read_everything(start)
            commit()
            write(scope_a, 3)

            late, _ = read_everything(position, count=3)

        assert subjects(early) == []
        assert subjects(late) == [1, 2, 3]

    def test_never_skips_whichever_of_several_commits_first(
        self, scope_a: Scope, start: FeedPosition
    ) -> None:
        seen: list[int] = []
        position = start
        with (
            open_transaction(scope_a, 1, 2) as first,
            open_transaction(scope_a, 3) as second,
            open_transaction(scope_a, 4, 5) as third,
        ):
            for commit in (second, third, first):
                ids, position = read_everything(position, limit=2)
                seen += ids
                commit()
            missing = 5 - len(subjects(seen))
            ids, position = read_everything(position, limit=2, count=missing)
            seen += ids

        assert sorted(subjects(seen)) == [1, 2, 3, 4, 5]
        assert len(seen) == len(set(seen))

    def test_gives_nothing_of_a_transaction_that_was_rolled_back(
        self, scope_a: Scope, start: FeedPosition
    ) -> None:
        with transaction.atomic():
            write(scope_a, 1)
            transaction.set_rollback(True)
        write(scope_a, 2)

        assert subjects(read_everything(start, count=1)[0]) == [2]

    def test_gives_what_savepoints_wrote(self, scope_a: Scope, start: FeedPosition) -> None:
        with transaction.atomic():
            write(scope_a, 1)
            with transaction.atomic():
                write(scope_a, 2)
            write(scope_a, 3)

        assert subjects(read_everything(start, limit=1, count=3)[0]) == [1, 2, 3]


class TestListNewest:
    def test_gives_the_own_entries_newest_first(self, scope_a: Scope, scope_b: Scope) -> None:
        for number in range(3):
            write(scope_a, number)
        write(scope_b, 9)

        assert [entry.subject_ids for entry in list_newest(scope_a, limit=2)] == [[2], [1]]
