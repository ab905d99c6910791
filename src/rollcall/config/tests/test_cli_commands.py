"""The ``rollcall`` command on a database of its own, called as ``main`` does."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import orjson
import pytest
from pytest_django import Settings

from rollcall.access.rules.single_sign_on import Provider
from rollcall.config.cli import main
from rollcall.config.ports import is_free, usual_or_free
from rollcall.customers.models import PosAccount
from rollcall.kit.scope import Scope
from rollcall.stores.models import Retailer, Store
from rollcall.sync.models import CustomerSync, PosConnection
from rollcall.sync.tests.sabotage import ELSEWHERE, held_by
from rollcall.testing.fixtures import Ingest, incoming
from rollcall.testing.pos_world import PosWorld, pos_world


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int | str | None
    out: str
    err: str

    def objects(self) -> list[dict[str, object]]:
        """Standard output as one JSON object a line."""
        return [orjson.loads(line) for line in self.out.splitlines()]

    def is_one_clear_line(self, *words: str) -> bool:
        """A short error, without a traceback, that names these words."""
        lines = self.err.strip().splitlines()
        return (
            "Traceback" not in self.err
            and sum(line.startswith("Error: ") for line in lines) == 1
            and len(lines) <= 4
            and all(word in self.err for word in words)
        )


Call = Callable[..., Done]


@pytest.fixture
def rollcall(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call ``rollcall ARGUMENTS`` in this process."""

    def call(*arguments: str) -> Done:
        monkeypatch.setattr("sys.argv", ["rollcall", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.main()
        printed = capsys.readouterr()
        return Done(ended.value.code, printed.out, printed.err)

    return call


def all_commands() -> Iterator[Sequence[str]]:
    def below(command: click.Command, path: tuple[str, ...]) -> Iterator[Sequence[str]]:
        yield path
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from below(found, (*path, name))

    return below(main.cli, ())


class TestHelp:
    @pytest.mark.parametrize("path", list(all_commands()), ids=" ".join)
    @pytest.mark.parametrize("flag", ["--help", "-h"])
    def test_of_every_command_says_what_it_does(
        self, rollcall: Call, path: Sequence[str], flag: str
    ) -> None:
        done = rollcall(*path, flag)

        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("Usage: ")
        assert len(done.out.splitlines()) > 3

    def test_names_every_command(self, rollcall: Call) -> None:
        lines = [line.split()[0] for line in rollcall("--help").out.splitlines() if line.strip()]

        assert set(main.COMMANDS) <= set(lines)
        assert main.COMMANDS.keys() == main._SUMMARIES.keys()

    def test_nobody_asked_for_is_shown_without_a_command(self, rollcall: Call) -> None:
        done = rollcall()

        assert (done.code in (0, 2), "Usage:" in done.out + done.err) == (True, True)


class TestWrongUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("nonsense",),
            ("--nonsense",),
            ("sync",),
            ("sync", "a", "b"),
            ("customers",),
            ("customers", "nonsense"),
            ("customers", "search"),
            ("customers", "search", "x", "--limit", "0"),
            ("syncs", "--limit", "many"),
            ("serve", "--port", "0"),
            ("serve", "--port", "65536"),
            ("serve", "--workers", "0"),
            ("worker", "--concurrency", "none"),
            ("simulate",),
            ("simulate", "treez", "--people", "9"),
            ("simulate", "treez", "--people", "1000001"),
            ("simulate", "treez", "--people", "missing.csv"),
            ("simulate", "treez", "--faults", "{"),
            ("simulate", "treez", "--faults", "[]"),
            ("simulate", "treez", "--port", "-1"),
            ("simulate", "treez", "--state", "/"),
        ],
        ids=" ".join,
    )
    def test_is_one_clear_line_and_exit_code_2(
        self, rollcall: Call, arguments: Sequence[str]
    ) -> None:
        done = rollcall(*arguments)

        assert (done.code, done.out) == (2, "")
        assert "Usage:" in done.err
        assert "Traceback" not in done.err


@pytest.mark.django_db
class TestUnknownNames:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("sync", "nowhere"),
            ("sync", "nowhere", "--json"),
            ("sync", "nowhere", "--queue"),
            ("reconcile", "nowhere"),
            ("quarantine", "nowhere"),
            ("quarantine", "nowhere", "--retry"),
            ("customers", "search", "ana", "--retailer", "nowhere"),
            ("keys", "reseal", "nowhere"),
            ("keys", "rotate", "nowhere", "--no-wait"),
            ("keys", "kiosk", "list", "nowhere"),
            ("keys", "kiosk", "mint", "nowhere"),
            ("keys", "kiosk", "rotate", "nowhere"),
            ("keys", "kiosk", "revoke", "nowhere"),
            ("keys", "integration", "list", "nowhere"),
            ("keys", "integration", "revoke", "nowhere"),
            (
                *("keys", "integration", "mint", "nowhere", "Loyalty"),
                *("--role=staff", "--scope=customers:read"),
            ),
            ("identity", "match", "--retailer", "nowhere"),
            ("identity", "evaluate", "nowhere.csv"),
            ("identity", "train", "nowhere.csv", "--out", "nowhere.json"),
            ("simulate", "nowhere"),
            ("apply", "nowhere.yaml"),
        ],
        ids=" ".join,
    )
    def test_are_one_clear_line(
        self, rollcall: Call, retailer_a: Retailer, arguments: Sequence[str]
    ) -> None:
        done = rollcall(*arguments)

        assert done.code in (1, 2)
        assert done.out == ""
        assert done.is_one_clear_line("nowhere")

    def test_of_connections_lead_to_nothing_that_stays(
        self, rollcall: Call, scope_a: Scope, connection_a: PosConnection
    ) -> None:
        rollcall("sync", "nowhere")

        assert CustomerSync.objects.scoped(scope_a).count() == 0


@pytest.mark.django_db
class TestCustomersSearch:
    @pytest.fixture(autouse=True)
    def _ana(self, scope_a: Scope, account_a: PosAccount, ingest: Ingest) -> None:
        row = incoming(
            scope_a, "1042", given_name="Ana", family_name="[bold]Reyes", born_on="1991-04-17",
            phone="4155550134",
        )  # fmt: skip
        ingest(scope_a, account_a, [row])

    def test_prints_a_table(self, rollcall: Call) -> None:
        done = rollcall("customers", "search", "ana")

        assert (done.code, done.err) == (0, "")
        assert "Ana [bold]Reyes" in done.out
        assert "1991-04-17" in done.out

    def test_prints_one_object_a_line(self, rollcall: Call) -> None:
        done = rollcall("customers", "search", "4155550134", "--json")

        (found,) = done.objects()
        assert (found["name"], found["email"]) == ("Ana [bold]Reyes", None)
        assert found["matched"] == ["phone"]
        assert found["records"] == [
            {
                "kind": "treez",
                "account": "alderway",
                "external_id": "1042",
                "status": "active",
                "gone": False,
            }
        ]

    @pytest.mark.parametrize("options", [(), ("--json",)])
    def test_for_nobody_ends_with_1(self, rollcall: Call, options: Sequence[str]) -> None:
        done = rollcall("customers", "search", "nobody", *options)

        assert (done.code, done.out) == (1, "")

    @pytest.mark.parametrize("text", ["", "!!!", "x" * 201])
    def test_for_nothing_is_one_clear_line(self, rollcall: Call, text: str) -> None:
        done = rollcall("customers", "search", text)

        assert (done.code, done.out) == (1, "")
        assert done.is_one_clear_line()

    def test_takes_bytes_that_are_no_text(self, rollcall: Call) -> None:
        done = rollcall("customers", "search", "an\udcff")

        assert done.code in (0, 1)
        assert "Traceback" not in done.err

    def test_asks_for_the_retailer_if_there_are_several(
        self, rollcall: Call, retailer_b: Retailer
    ) -> None:
        asked = rollcall("customers", "search", "ana")
        theirs = rollcall("customers", "search", "ana", "--retailer", "birch")

        assert (asked.code, "alder, birch" in asked.err) == (2, True)
        assert (theirs.code, theirs.out) == (1, "")


@pytest.mark.django_db
class TestEmptyInstallation:
    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("syncs",), 0),
            (("syncs", "--json"), 0),
            (("quarantine",), 0),
            (("quarantine", "--json"), 0),
            (("migrate",), 0),
            (("check", "--json"), 1),
            (("customers", "search", "ana"), 2),
            (("keys", "rewrap"), 0),
            (("identity", "match"), 2),
            (("identity", "models", "list"), 2),
            (("identity", "calibrate"), 2),
            (("identity", "generic", "list"), 2),
        ],
        ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
    )
    def test_is_no_trouble(self, rollcall: Call, arguments: Sequence[str], code: int) -> None:
        done = rollcall(*arguments)

        assert done.code == code
        assert "Traceback" not in done.err
        if "--json" in arguments:
            done.objects()


@pytest.fixture
def world(
    transactional_db: None, scope_a: Scope, store_a: Store, tmp_path: Path
) -> Iterator[PosWorld]:
    with pos_world(scope_a, store_a, tmp_path / "pos.sqlite", people=40) as opened:
        yield opened


class TestSync:
    def test_says_how_it_went(self, rollcall: Call, world: PosWorld) -> None:
        done = rollcall("sync", "alder-way")

        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("40 rows read: 40 new") or "40 new" in done.out

    def test_prints_the_run_as_one_object(self, rollcall: Call, world: PosWorld) -> None:
        done = rollcall("sync", "alder-way", "--full", "--json")

        (run,) = done.objects()
        assert (done.code, run["state"], run["rows_new"], run["connection"]) == (
            0, "finished", 40, "alder-way",
        )  # fmt: skip

    def test_leaves_it_to_a_worker(self, rollcall: Call, world: PosWorld) -> None:
        done = rollcall("sync", "alder-way", "--queue", "--json")

        assert (done.code, done.objects()[0]["state"]) == (0, "pending")
        assert len(world.held()) == 0

    def test_says_busy_with_4(self, rollcall: Call, world: PosWorld) -> None:
        account = world.connection.account
        assert account is not None
        held_by(account, ELSEWHERE, seconds=60)

        for command in (
            ("sync", "alder-way"),
            ("reconcile", "alder-way"),
            ("quarantine", "alder-way", "--retry"),
        ):
            done = rollcall(*command)
            assert (done.code, done.out) == (4, "")
            assert done.is_one_clear_line("another process is synchronising this account")

    def test_that_fails_ends_with_1_and_without_the_secret(
        self, rollcall: Call, world: PosWorld
    ) -> None:
        world.connect(api_key="not-the-right-key")

        done = rollcall("sync", "alder-way")
        as_json = rollcall("sync", "alder-way", "--json")

        assert (done.code, as_json.code, as_json.objects()[0]["state"]) == (1, 1, "failed")
        assert done.err.startswith("failed: ")
        assert "not-the-right-key" not in done.err + done.out + as_json.err + as_json.out

    def test_releases_no_brake_that_is_not_pulled(self, rollcall: Call, world: PosWorld) -> None:
        done = rollcall("sync", "alder-way", "--release-brake")

        assert done.code == 1
        assert done.is_one_clear_line("brake")
        assert CustomerSync.objects.scoped(world.scope).count() == 0


class TestReconcile:
    def test_ends_with_3_if_something_differs_and_0_after_a_repair(
        self, rollcall: Call, world: PosWorld
    ) -> None:
        before = rollcall("reconcile", "alder-way", "--json")
        repair = rollcall("reconcile", "alder-way", "--repair")
        after = rollcall("reconcile", "alder-way", "--json")

        assert (before.code, before.objects()[0]["missing"]) == (3, 40)
        assert repair.code == 0
        assert after.code == 0
        assert after.objects() == [
            {
                "connection": "alder-way", "kind": "treez", "at_pos": 40, "here": 40,
                "missing": 0, "extra": 0, "different": 0, "quarantined": 0,
            }
        ]  # fmt: skip

    def test_names_what_differs(self, rollcall: Call, world: PosWorld) -> None:
        world.sync()
        pos_id = next(iter(world.truth()))
        world.simulator.control.patch(pos_id, notes="changed")

        done = rollcall("reconcile", "alder-way")

        assert done.code == 3
        assert f"different: {pos_id}" in done.out


class TestQuarantine:
    def test_lists_and_tries_again(self, rollcall: Call, world: PosWorld) -> None:
        world.simulator.control.set_faults(malformed_rows=["bad_date"])
        world.sync()
        listed = rollcall("quarantine", "--json")
        world.simulator.control.set_faults(malformed_rows=[])
        again = rollcall("quarantine", "alder-way", "--retry")

        assert [row["code"] for row in listed.objects()] == ["date_invalid"]
        assert (again.code, "1 tried, 0 still" in again.err) == (0, True)
        assert rollcall("quarantine").out == "nothing is in quarantine\n"

    def test_asks_whose_rows_to_try(self, rollcall: Call, world: PosWorld) -> None:
        assert rollcall("quarantine", "--retry").code == 2


class TestCheck:
    def test_says_what_is_wrong(self, rollcall: Call, world: PosWorld) -> None:
        world.sync()

        done = rollcall("check", "--json")

        said = {one["topic"]: one["ok"] for one in done.objects()}
        assert done.code == 1
        assert said == {
            "database": True, "migrations": True, "keys of alder": True, "workers": False,
            "connection alder-way": True, "matching of alder": True,
        }  # fmt: skip

    @pytest.mark.django_db
    def test_says_what_to_enter_at_the_companys_sign_in(
        self, rollcall: Call, settings: Settings
    ) -> None:
        settings.SINGLE_SIGN_ON = Provider(
            issuer="https://login.example", client_id="rollcall", secret="s", name="Alder"
        )
        for origin, ok in (("", False), ("https://rollcall.example", True)):
            settings.ORIGIN = origin

            told = rollcall("check", "--json").objects()

            (said,) = [one for one in told if one["topic"] == "single sign-on"]
            assert said["ok"] is ok
            assert f"{origin}/sign-in/with/{settings.SINGLE_SIGN_ON.id}/back/" in str(said["words"])


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield str(server.getsockname()[1])


class TestPorts:
    @pytest.mark.django_db
    def test_that_is_taken_serves_no_pages(self, rollcall: Call, taken_port: str) -> None:
        done = rollcall("serve", "--port", taken_port)

        assert (done.code, done.out) == (1, "")
        assert done.is_one_clear_line(f"port {taken_port} is taken", "--port")

    def test_that_is_taken_is_no_simulators(
        self, rollcall: Call, taken_port: str, tmp_path: Path
    ) -> None:
        state = str(tmp_path / "s")
        done = rollcall(
            "simulate", "treez", "--people", "10", "--state", state, "--port", taken_port
        )

        assert (done.code, done.out) == (1, "")
        assert done.is_one_clear_line()

    def test_is_the_usual_one_or_the_next(self, taken_port: str) -> None:
        chosen = usual_or_free(int(taken_port))

        assert not is_free(int(taken_port))
        assert chosen != int(taken_port)
        assert is_free(chosen)


class TestSimulate:
    def test_refuses_a_state_file_that_is_something_else(
        self, rollcall: Call, tmp_path: Path
    ) -> None:
        (tmp_path / "text.sqlite").write_text("not a database, but a text of some length" * 99)
        with sqlite3.connect(tmp_path / "other.sqlite") as other:
            other.execute("create table shoes (size)")

        for state in ("text.sqlite", "other.sqlite"):
            done = rollcall("simulate", "treez", "--state", str(tmp_path / state))
            assert done.code in (1, 2), state
            assert done.is_one_clear_line(), (state, done.err)

    def test_refuses_a_state_file_where_there_can_be_none(
        self, rollcall: Call, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()

        done = rollcall("simulate", "treez", "--state", str(tmp_path / "file/below.sqlite"))

        assert done.code in (1, 2)
        assert done.is_one_clear_line()

    @pytest.mark.parametrize(
        "options",
        [
            ("--faults", '{"nonsense": 1}'),
            ("--faults", '{"latency_ms": "slow"}'),
            ("--time-zone", "Mars/Olympus"),
            ("--store", "2", "--stores", "1"),
            ("--host", "not.a.host.invalid"),
        ],
        ids=" ".join,
    )
    def test_refuses_bad_options_in_one_clear_line(
        self, rollcall: Call, tmp_path: Path, options: Sequence[str]
    ) -> None:
        done = rollcall(
            "simulate", "treez", "--people", "10", "--state", str(tmp_path / "s"), *options
        )

        assert done.code in (1, 2)
        assert done.is_one_clear_line(), done.err

    def test_refuses_people_who_are_not_in_a_table(self, rollcall: Call, tmp_path: Path) -> None:
        (tmp_path / "people.csv").write_text("\0\1\2 nonsense")

        done = rollcall(
            "simulate",
            "treez",
            "--people",
            str(tmp_path / "people.csv"),
            "--state",
            str(tmp_path / "s"),
        )

        assert done.code in (1, 2)
        assert done.is_one_clear_line(), done.err
