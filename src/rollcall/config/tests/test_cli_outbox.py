"""``rollcall outbox``, called as ``main`` does."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pytest

from rollcall.audit.models import Entry
from rollcall.config.cli import main
from rollcall.config.tests.test_cli_commands import Call, Done
from rollcall.customers.models import Customer
from rollcall.kit.scope import Scope
from rollcall.outbox.models import OutboxEntry, WriteSwitch
from rollcall.outbox.queries import find_stop, open_wish
from rollcall.outbox.tests.entries import (
    PHONE,
    connect,
    make_ready,
    put,
    read,
    switch_on,
    take_in,
)
from rollcall.stores.models import Retailer, Store
from rollcall.sync.models import PosConnection


@pytest.fixture
def rollcall(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call ``rollcall outbox ARGUMENTS`` in this process."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr("sys.argv", ["rollcall", "outbox", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.main()
        printed = capsys.readouterr()
        return Done(ended.value.code, printed.out, printed.err)

    return call


@pytest.fixture
def connection(scope_a: Scope, store_a: Store) -> PosConnection:
    return connect(scope_a, store_a)


@pytest.fixture
def ana(scope_a: Scope, connection: PosConnection) -> Customer:
    return take_in(scope_a, connection)


@pytest.fixture
def refused(scope_a: Scope, ana: Customer, connection: PosConnection) -> OutboxEntry:
    return put(scope_a, ana, connection, state="refused", code="invalid", reason="phone is taken")


@pytest.mark.django_db
class TestList:
    def test_prints_a_table_without_values(self, rollcall: Call, refused: OutboxEntry) -> None:
        done = rollcall("list")

        assert (done.code, done.err) == (0, "")
        assert "phone is taken" in done.out
        assert "alder-way" in done.out
        assert PHONE not in done.out

    def test_prints_one_object_a_line(
        self, rollcall: Call, ana: Customer, refused: OutboxEntry
    ) -> None:
        (told,) = rollcall("list", "--json").objects()

        assert told["entry"] == refused.pk
        assert told["customer_id"] == str(ana.public_id)
        assert (told["state"], told["fields"]) == ("refused", ["phone"])
        assert PHONE not in orjson.dumps(told).decode()

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            (["--state", "refused"], 1),
            (["--state", "queued", "--state", "refused"], 1),
            (["--state", "queued"], 0),
            (["--connection", "alder-way"], 1),
            (["--connection", "bay-street"], 0),
            (["--store", "alder-way"], 1),
            (["--connection", "bay-street", "--store", "alder-way"], 0),
            (["--retailer", "alder"], 1),
        ],
    )
    def test_is_filtered(
        self,
        rollcall: Call,
        scope_a: Scope,
        store_a: Store,
        refused: OutboxEntry,
        options: Sequence[str],
        found: int,
    ) -> None:
        connect(scope_a, store_a, slug="bay-street")

        assert len(rollcall("list", "--json", *options).objects()) == found

    def test_says_that_there_is_nothing(self, rollcall: Call, connection: PosConnection) -> None:
        assert rollcall("list").out == "nothing is in the outbox\n"


@pytest.mark.django_db
class TestShow:
    def test_hides_values_unless_they_are_asked_for(
        self, rollcall: Call, scope_a: Scope, refused: OutboxEntry
    ) -> None:
        for options in ([], ["--json"]):
            assert PHONE not in rollcall("show", str(refused.pk), *options).out
        assert not Entry.objects.scoped(scope_a).filter(action="outbox.viewed").exists()

    def test_shows_values_and_says_so_in_the_audit(
        self, rollcall: Call, scope_a: Scope, refused: OutboxEntry
    ) -> None:
        assert f"phone: {PHONE}" in rollcall("show", str(refused.pk), "--values").out
        (told,) = rollcall("show", str(refused.pk), "--values", "--json").objects()

        assert told["values"] == {"phone": PHONE}
        seen = Entry.objects.scoped(scope_a).filter(action="outbox.viewed")
        assert [one.actor.partition(":")[0] for one in seen] == ["cli", "cli"]


@pytest.mark.django_db
class TestPeople:
    def test_send_again(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection, refused: OutboxEntry
    ) -> None:
        switch_on(scope_a, connection)

        assert rollcall("retry", str(refused.pk)).out == f"entry {refused.pk} is queued\n"
        assert read(scope_a, refused).state == "queued"

    def test_mend(self, rollcall: Call, scope_a: Scope, refused: OutboxEntry) -> None:
        done = rollcall("edit", str(refused.pk), "phone=(415) 555-0188", "notes=")

        assert (done.code, done.out) == (0, f"entry {refused.pk} is held\n")
        wish = open_wish(scope_a, read(scope_a, refused))
        assert wish.values == {"phone": "+14155550188", "notes": None}

    @pytest.mark.parametrize(
        ("changes", "code", "words"),
        [
            (["phone=12", "email=nobody"], 1, ["phone is not", "email is not"]),
            (["family_name="], 1, ["would refuse", "family_name can't be blank"]),
            (["loyalty_points=9"], 1, ["cannot be changed"]),
            (["secret-value"], 2, ["FIELD=VALUE"]),
            (["shoe_size=secret-value"], 2, ["FIELD=VALUE"]),
        ],
        ids=str,
    )
    def test_are_told_what_is_wrong_without_values(
        self,
        rollcall: Call,
        scope_a: Scope,
        refused: OutboxEntry,
        changes: Sequence[str],
        code: int,
        words: Sequence[str],
    ) -> None:
        done = rollcall("edit", str(refused.pk), *changes)

        assert (done.code, done.out) == (code, "")
        assert done.is_one_clear_line(*words)
        assert "secret-value" not in done.err
        assert open_wish(scope_a, read(scope_a, refused)).values == {"phone": PHONE}

    def test_discard(self, rollcall: Call, scope_a: Scope, refused: OutboxEntry) -> None:
        assert rollcall("discard", str(refused.pk), "--reason", " ").code == 2
        assert rollcall("discard", str(refused.pk), "--reason", "moved away").code == 0

        assert read(scope_a, refused).reason == "moved away"

    @pytest.mark.parametrize(
        "arguments", [("retry",), ("edit", "phone=4155550188"), ("discard", "--reason", "x")]
    )
    def test_come_too_late(
        self, rollcall: Call, scope_a: Scope, refused: OutboxEntry, arguments: Sequence[str]
    ) -> None:
        OutboxEntry.objects.scoped(scope_a).update(state="delivered")
        command, *rest = arguments

        done = rollcall(command, str(refused.pk), *rest)

        assert done.code == 1
        assert done.is_one_clear_line("nothing was done")


@pytest.mark.django_db
class TestSwitches:
    def test_name_what_is_missing(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection
    ) -> None:
        done = rollcall("enable", "alder-way")

        assert (done.code, done.out) == (1, "")
        assert "run a full sync" in done.err
        assert "Error: alder-way is not ready for writing" in done.err
        assert not WriteSwitch.objects.scoped(scope_a).exists()

    def test_turn_writing_on_and_off(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        held = put(scope_a, ana, connection)
        make_ready(scope_a, connection)

        assert "1 held entries go out" in rollcall("enable", "alder-way", "--cap", "20").out
        assert WriteSwitch.objects.scoped(scope_a).get().hourly_cap == 20
        assert rollcall("disable", "alder-way").code == 0
        assert read(scope_a, held).state == "held"

    def test_stop_and_resume(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection
    ) -> None:
        switch_on(scope_a, connection)

        assert rollcall("stop", "alder-way").code == 0
        assert WriteSwitch.objects.scoped(scope_a).get().stopped_by.startswith("cli:")
        assert rollcall("resume", "alder-way").code == 0
        assert WriteSwitch.objects.scoped(scope_a).get().stopped_at is None

    def test_stop_and_resume_everything(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection
    ) -> None:
        assert rollcall("stop-all").out == "all writing of alder is stopped\n"
        assert find_stop(scope_a) is not None
        assert rollcall("resume-all", "--retailer", "alder").code == 0
        assert find_stop(scope_a) is None

    def test_ask_which_retailer_is_meant(
        self, rollcall: Call, scope_a: Scope, retailer_b: Retailer
    ) -> None:
        done = rollcall("stop-all")

        assert done.code == 2
        assert done.is_one_clear_line("--retailer", "alder", "birch")
        assert find_stop(scope_a) is None


@pytest.mark.django_db
class TestReport:
    def test_says_what_is_missing_and_what_would_be_written(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        put(scope_a, ana, connection)

        done = rollcall("report", "alder-way")

        assert done.code == 0
        assert "WRONG: Not everybody was read yet" in done.out
        assert "1 held: 0 new, 1 changed" in done.out
        assert "  phone: 1" in done.out
        assert PHONE not in done.out

    def test_is_there_for_programs(
        self, rollcall: Call, scope_a: Scope, connection: PosConnection, ana: Customer
    ) -> None:
        put(scope_a, ana, connection)

        (told,) = rollcall("report", "alder-way", "--json").objects()

        assert (told["enabled"], told["stopped"]) == (False, False)
        assert (told["creates"], told["updates"], told["fields"]) == (0, 1, {"phone": 1})


@pytest.mark.django_db
class TestUnknownNames:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("show", "999999"),
            ("retry", "999999"),
            ("edit", "999999", "phone="),
            ("discard", "999999", "--reason", "x"),
        ],
        ids=" ".join,
    )
    def test_of_entries_are_one_clear_line(
        self, rollcall: Call, connection: PosConnection, arguments: Sequence[str]
    ) -> None:
        done = rollcall(*arguments)

        assert (done.code, done.out) == (1, "")
        assert done.is_one_clear_line("999999")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("list", "--connection", "nowhere"),
            ("list", "--store", "nowhere"),
            ("list", "--retailer", "nowhere"),
            ("enable", "nowhere"),
            ("disable", "nowhere"),
            ("stop", "nowhere"),
            ("resume", "nowhere"),
            ("report", "nowhere"),
            ("stop-all", "--retailer", "nowhere"),
        ],
        ids=" ".join,
    )
    def test_of_places_are_one_clear_line(
        self, rollcall: Call, connection: PosConnection, arguments: Sequence[str]
    ) -> None:
        done = rollcall(*arguments)

        assert (done.code, done.out) == (1, "")
        assert done.is_one_clear_line("nowhere")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("show", "0"),
            ("show", "many"),
            ("edit", "1"),
            ("discard", "1"),
            ("enable", "alder-way", "--cap", "0"),
            ("list", "--state", "lost"),
        ],
        ids=" ".join,
    )
    def test_wrong_usage_is_exit_code_2(self, rollcall: Call, arguments: Sequence[str]) -> None:
        assert rollcall(*arguments).code == 2

    def test_huge_numbers_are_no_entries(self, rollcall: Call, connection: PosConnection) -> None:
        assert rollcall("show", str(10**30)).is_one_clear_line("there is no entry")
