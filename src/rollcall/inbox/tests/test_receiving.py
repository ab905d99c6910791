"""The address that POS systems call: true calls become rows, all others leave a figure."""

from __future__ import annotations

import ast
import datetime as dt
import gzip
import inspect
import io
import threading
import time
from typing import Any

import orjson
import pytest
from django.db import connection
from pytest_django import Settings

from rollcall.api.turns import SEATS, waiting
from rollcall.inbox import queries
from rollcall.inbox.models import InboxAddress, InboxEvent, StrayCalls
from rollcall.inbox.operations import receiving
from rollcall.inbox.operations.addresses import make_address
from rollcall.inbox.operations.figures import notebook
from rollcall.inbox.rules.addresses import hash_token, mint_token, path_of
from rollcall.inbox.tests.calling import call, events, figures, path_for
from rollcall.inbox.tests.conftest import TOKEN
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Scope
from rollcall.sync.models import PosConnection
from rollcall.testing.pos_world import PosWorld

HINT = {"event_type": "CUSTOMER", "data": {"customer_id": "1042", "first_name": "ANA"}}
#: What is sent and is none of it; the address and the token are right.
HOSTILE = {
    "nothing": b"",
    "no JSON": b"customer_id=1042",
    "half a document": b'{"event_type": "CUSTOMER"',
    "no UTF-8": b'{"event_type": "CUSTOMER", "data": {"customer_id": "\xff\xfe"}}',
    "NUL in the id": b'{"event_type": "CUSTOMER", "data": {"customer_id": "10\\u000042"}}',
    "half a surrogate pair": b'{"event_type": "CUSTOMER", "data": {"customer_id": "\\ud800"}}',
    "no object": b"[1, 2, 3]",
    "null": b"null",
    "no event": b'{"data": {"customer_id": "1042"}}',
    "no customer": b'{"event_type": "CUSTOMER"}',
    "a customer without an id": b'{"event_type": "CUSTOMER", "data": {}}',
    "an id of a thousand digits": b'{"event_type": "CUSTOMER", "data": {"customer_id": "'
    + b"9" * 1000
    + b'"}}',
    "100,000 brackets": b"[" * 100_000,
    "900 brackets": b"[" * 900 + b"]" * 900,
    "a number without end": b'{"event_type": "CUSTOMER", "data": {"customer_id": '
    + b"9" * 5000
    + b"}}",
    "a number beyond all": b'{"event_type": "CUSTOMER", "data": {"customer_id": 1e999}}',
    "an event that is a list": b'{"event_type": ["CUSTOMER"], "data": {}}',
}


@pytest.fixture
def path(world: PosWorld, scope_a: Scope) -> str:
    return path_for(scope_a, world.connection)


class NeverRead(io.RawIOBase):
    """A body that must not be read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


class Endless(io.RawIOBase):
    """A body in chunks that never ends; counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.taken += size
        return b" " * size


class TestATrueCall:
    def test_is_kept_sealed_before_it_is_answered(
        self, path: str, scope_a: Scope, world: PosWorld
    ) -> None:
        reply = call(path, HINT, token=TOKEN)

        assert (reply.status, reply.body) == (200, b'{"status":"received"}')
        [event] = events(scope_a)
        assert (event.state, event.kind, event.external_id, event.topic) == (
            "received", "customer", "1042", "",
        )  # fmt: skip
        assert event.account_id == world.connection.account_id
        assert b"ANA" not in bytes(event.sealed_body or b"")
        assert queries.open_body(scope_a, event) == orjson.dumps(HINT)
        assert figures(scope_a) == {"alder-way received": 1}

    def test_is_kept_again_when_it_is_repeated(self, path: str, scope_a: Scope) -> None:
        call(path, HINT, token=TOKEN)
        call(path, HINT, token=TOKEN)

        first, second = events(scope_a)
        assert bytes(first.digest) == bytes(second.digest)
        assert queries.find_repeats(scope_a, [first, second]) == {second.pk}

    @pytest.mark.parametrize(
        ("content", "what"), [({"test": "test"}, "ping"), ({"event_type": "TICKET"}, "other")]
    )
    def test_that_is_of_no_use_is_answered_and_not_kept(
        self, path: str, scope_a: Scope, content: object, what: str
    ) -> None:
        assert call(path, content, token=TOKEN).status == 200
        assert events(scope_a) == []
        assert figures(scope_a) == {f"alder-way {what}": 1}

    def test_waits_while_the_connection_is_paused(
        self, path: str, scope_a: Scope, world: PosWorld
    ) -> None:
        PosConnection.objects.scoped(scope_a).update(paused=True)

        assert call(path, HINT, token=TOKEN).status == 200
        assert len(events(scope_a)) == 1
        assert queries.connections_with_due_events(utc_now()) == []

    def test_may_come_in_chunks(self, path: str, scope_a: Scope) -> None:
        terminated: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}

        assert call(path, HINT, token=TOKEN, **terminated).status == 200
        assert len(events(scope_a)) == 1

    def test_may_declare_json_in_several_ways(self, path: str, scope_a: Scope) -> None:
        for declared in ("", "application/json; charset=UTF-8", "application/vnd.pos+json"):
            assert call(path, HINT, token=TOKEN, content_type=declared).status == 200

    def test_is_kept_although_the_database_had_dropped_the_connection(
        self, path: str, scope_a: Scope
    ) -> None:
        def drop() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid = %s",
                    [mine],
                )
            connection.close()

        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            mine = cursor.fetchone()[0]
        other = threading.Thread(target=drop)
        other.start()
        other.join()

        assert call(path, HINT, token=TOKEN).status == 200
        assert len(events(scope_a)) == 1


class TestAForeignCall:
    def test_without_the_token_is_refused(self, path: str, scope_a: Scope) -> None:
        tokens = ["", "wrong", "simulated-webhook-tokem", TOKEN + "x", "é"]

        assert {call(path, HINT, token=token).status for token in tokens} == {401}
        assert events(scope_a) == []
        assert figures(scope_a) == {"alder-way refused_unauthenticated": 5}

    def test_to_an_unknown_address_is_refused(self, world: PosWorld, scope_a: Scope) -> None:
        unknown = [
            path_of("treez", mint_token()),
            path_of("treez", "short"),
            "/hooks/",
            "/hooks/treez",
            "/hooks/treez/",
            "/hooks/treez/a/b/c",
            "/hooks/treez/\x00/x",
            "/hooks/../../etc/passwd",
            "/hooks/treez/" + "é" * 43,
            "/hooks/treez/" + "x" * 100_000,
        ]

        assert notebook.settle()
        before = sum(StrayCalls.objects.values_list("calls", flat=True))

        assert {call(one, HINT, token=TOKEN).status for one in unknown} == {404}
        assert events(scope_a) == []
        assert notebook.settle()
        assert sum(StrayCalls.objects.values_list("calls", flat=True)) - before == len(unknown)

    def test_with_the_token_of_another_kind_is_refused(self, path: str, scope_a: Scope) -> None:
        assert call(path.replace("treez", "blaze"), HINT, token=TOKEN).status == 404
        assert call(path.replace("treez", "nothing"), HINT, token=TOKEN).status == 404
        assert events(scope_a) == []

    def test_with_a_topic_that_this_pos_does_not_have_is_refused(
        self, path: str, scope_a: Scope
    ) -> None:
        assert call(f"{path}/CUSTOMER", HINT, token=TOKEN).status == 404
        assert events(scope_a) == []

    def test_gets_the_same_body_whatever_was_wrong(self, path: str) -> None:
        replies = [
            call(path, HINT, token="wrong"),
            call(path_of("treez", mint_token()), HINT, token=TOKEN),
            call(path, body=b"{", token=TOKEN),
            call(path, HINT, token=TOKEN, content_type="text/xml"),
            call(path, token=TOKEN, stream=NeverRead(), CONTENT_LENGTH="10000000"),
            call(path, method="GET"),
        ]

        assert [one.status for one in replies] == [401, 404, 400, 415, 413, 405]
        assert {one.body for one in replies} == {b'{"title":"The call was not taken"}'}

    def test_is_not_read_before_its_address_and_token_are_right(self, path: str) -> None:
        for wrong, token in ((path_of("treez", mint_token()), TOKEN), (path, "wrong")):
            assert call(wrong, HINT, token=token, stream=NeverRead()).status in (401, 404)

    def test_by_another_method_is_refused(self, path: str, scope_a: Scope) -> None:
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"):
            reply = call(path, HINT, token=TOKEN, method=method)

            assert (reply.status, reply.headers["Allow"]) == (405, "POST")
        assert events(scope_a) == []

    def test_is_refused_as_long_as_the_settings_cannot_be_opened(
        self, path: str, scope_a: Scope
    ) -> None:
        PosConnection.objects.scoped(scope_a).update(sealed_settings=b"nothing that was sealed")

        reply = call(path, HINT, token=TOKEN)

        assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
        assert events(scope_a) == []

    def test_compares_in_constant_time(self) -> None:
        names = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(inspect.getsource(receiving)))
            if isinstance(node, ast.Call)
        }

        assert "hmac.compare_digest" in names

    def test_of_another_retailer_finds_nothing(
        self, path: str, scope_a: Scope, scope_b: Scope
    ) -> None:
        call(path, HINT, token=TOKEN)

        assert queries.list_events(scope_b) == []
        assert queries.list_inboxes(scope_b) == []


class TestAHostileBody:
    def test_is_refused_and_not_kept(self, path: str, scope_a: Scope) -> None:
        answers = {name: call(path, body=one, token=TOKEN).status for name, one in HOSTILE.items()}

        assert answers == dict.fromkeys(HOSTILE, 400)
        assert events(scope_a) == []
        assert figures(scope_a) == {"alder-way refused_malformed": len(HOSTILE)}

    def test_of_ten_megabytes_is_not_even_read(self, path: str, scope_a: Scope) -> None:
        reply = call(path, token=TOKEN, stream=NeverRead(), CONTENT_LENGTH="10000000")

        assert reply.status == 413
        assert figures(scope_a) == {"alder-way refused_too_large": 1}

    def test_without_end_is_left_after_a_megabyte(self, path: str) -> None:
        stream = Endless()
        terminated: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}

        assert call(path, token=TOKEN, stream=stream, **terminated).status == 413
        assert stream.taken == 1_000_001

    def test_up_to_the_limit_is_taken(self, path: str, settings: Settings) -> None:
        settings.INBOX_LARGEST_BODY = 100
        padded = orjson.dumps(HINT).ljust(100)

        assert len(padded) == 100
        assert call(path, body=padded, token=TOKEN).status == 200
        assert call(path, body=padded + b" ", token=TOKEN).status == 413

    def test_that_lies_about_its_length_is_refused(self, path: str, scope_a: Scope) -> None:
        for length in ("-1", "1e3", "abc", "9" * 40, "٣", "101"):
            assert call(path, body=b"{}", token=TOKEN, CONTENT_LENGTH=length).status == 400
        assert events(scope_a) == []

    def test_that_is_packed_is_refused_without_unpacking(self, path: str, scope_a: Scope) -> None:
        bomb = gzip.compress(b" " * 50_000_000)
        assert len(bomb) < 100_000

        reply = call(path, body=bomb, token=TOKEN, HTTP_CONTENT_ENCODING="gzip")

        assert reply.status == 415
        assert call(path, body=bomb, token=TOKEN).status == 400
        assert events(scope_a) == []

    def test_of_another_type_is_refused(self, path: str, scope_a: Scope) -> None:
        others = (
            "text/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16",
        )  # fmt: skip

        assert [call(path, HINT, token=TOKEN, content_type=one).status for one in others] == [
            415, 415, 415,
        ]  # fmt: skip
        assert events(scope_a) == []

    def test_that_breaks_off_is_refused(self, path: str, scope_a: Scope) -> None:
        class Broken(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                raise ConnectionResetError

        assert call(path, HINT, token=TOKEN, stream=Broken()).status == 400
        assert events(scope_a) == []

    def test_that_comes_slowly_takes_no_more_than_its_share(
        self, path: str, scope_a: Scope
    ) -> None:
        class Slow(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                reading.release()
                assert let_go.wait(20)
                return b""

        def send() -> None:
            try:
                statuses.append(call(path, body=b"{}", token=TOKEN, stream=Slow()).status)
            finally:
                connection.close()

        reading, let_go = threading.Semaphore(0), threading.Event()
        statuses: list[int] = []
        threads = [threading.Thread(target=send) for _ in range(SEATS)]
        for one in threads:
            one.start()
        for _ in range(SEATS - 2):
            assert reading.acquire(timeout=20)
        deadline = time.monotonic() + 20
        while len(statuses) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        seen = list(statuses)
        with waiting() as seated:
            pass
        let_go.set()
        for one in threads:
            one.join()

        assert (seen, seated) == ([503] * (2), True)
        assert statuses[len(seen) :] == [400] * (SEATS - 2)
        assert events(scope_a) == []
        assert call(path, HINT, token=TOKEN).status == 200


class TestTheAddress:
    def test_is_kept_as_a_hash_only(self, path: str, scope_a: Scope) -> None:
        token = path.rpartition("/")[2]
        row = InboxAddress.objects.scoped(scope_a).get()

        assert bytes(row.token_hash) == hash_token(token)
        assert token not in repr(vars(row))

    def test_works_beside_a_new_one_until_the_overlap_ends(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        new = make_address(scope_a, world.connection, overlap=dt.timedelta(days=1), now=utc_now())

        assert call(path, HINT, token=TOKEN).status == 200
        assert call(new.paths[0], HINT, token=TOKEN).status == 200
        long_ago = utc_now() - dt.timedelta(days=2)
        rotated = make_address(
            scope_a, world.connection, overlap=dt.timedelta(days=1), now=long_ago
        )
        assert [call(one, HINT, token=TOKEN).status for one in (path, *new.paths)] == [404, 404]
        assert call(rotated.paths[0], HINT, token=TOKEN).status == 200

    def test_ends_at_once_if_nothing_else_is_said(
        self, world: PosWorld, scope_a: Scope, path: str
    ) -> None:
        make_address(scope_a, world.connection, overlap=dt.timedelta(0), now=utc_now())

        assert call(path, HINT, token=TOKEN).status == 404

    def test_tells_when_it_was_last_called(self, path: str, scope_a: Scope) -> None:
        call(path, HINT, token="wrong")
        assert notebook.settle()
        assert InboxAddress.objects.scoped(scope_a).get().last_used_at is None

        call(path, HINT, token=TOKEN)
        assert notebook.settle()
        assert InboxAddress.objects.scoped(scope_a).get().last_used_at is not None

    def test_is_not_logged(
        self, path: str, capsys: pytest.CaptureFixture[str], settings: Settings
    ) -> None:
        for body in HOSTILE.values():
            call(path, body=body, token=TOKEN)
        call(path, HINT, token="wrong")

        said = "".join(capsys.readouterr())
        assert path.rpartition("/")[2] not in said
        assert TOKEN not in said


class TestBlazeCalls:
    def test_are_taken_with_their_topic(self, blaze: PosWorld, scope_a: Scope) -> None:
        path = path_for(scope_a, blaze.connection, "UPDATE_MEMBER")
        member = {"id": "0123456789abcdef01234567", "primaryPhone": "4155550134"}

        assert call(path, member).status == 200
        [event] = events(scope_a)
        assert (event.topic, event.external_id) == ("UPDATE_MEMBER", member["id"])

    def test_of_an_unknown_topic_are_refused(self, blaze: PosWorld, scope_a: Scope) -> None:
        path = path_for(scope_a, blaze.connection, "UPDATE_MEMBER").rpartition("/")[0]
        member: dict[str, Any] = {"id": "0123456789abcdef01234567"}

        assert call(f"{path}/DROP_TABLE", member).status == 400
        assert call(f"{path}/new_member", member).status == 400
        assert InboxEvent.objects.scoped(scope_a).count() == 0
