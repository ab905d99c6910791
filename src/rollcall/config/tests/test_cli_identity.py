"""``rollcall identity`` on what is held, called as ``main`` does."""

from __future__ import annotations

import pytest

from rollcall.config.tests.test_cli_commands import Call, rollcall
from rollcall.customers.models import PosAccount
from rollcall.kit.scope import Scope
from rollcall.testing.fixtures import Ingest, incoming

__all__ = ["rollcall"]


@pytest.mark.django_db
class TestIdentityMatch:
    @pytest.mark.parametrize("engine", ["python", "duckdb"])
    def test_says_what_it_would_join(
        self,
        rollcall: Call,
        scope_a: Scope,
        ingest: Ingest,
        account_a: PosAccount,
        engine: str,
    ) -> None:
        rows = [
            incoming(
                scope_a, external_id, given_name="Nora", family_name="Okafor",
                born_on="1988-07-19", phone="4155550177", email="nora@example.com",
            )
            for external_id in ("1", "2")
        ]  # fmt: skip
        ingest(scope_a, account_a, rows)

        done = rollcall("identity", "match", "--engine", engine, "--json")

        (found,) = done.objects()
        assert (found["records"], found["people"], found["joins"]) == (2, 2, 1)
        assert found["proposed"] == 0


@pytest.mark.django_db
class TestIdentityGeneric:
    def test_marks_lists_and_unmarks(
        self, rollcall: Call, monkeypatch: pytest.MonkeyPatch, scope_a: Scope
    ) -> None:
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "(415) 555-0101")

        done = rollcall("identity", "generic", "mark", "phone", "--reason", "Shop.")
        assert (done.code, done.out) == (0, "")
        (found,) = rollcall("identity", "generic", "list", "--json").objects()
        assert (found["kind"], found["counts_as"], found["reason"]) == ("phone", "shared", "Shop.")
        rollcall("identity", "generic", "mark", "phone", "--own", "--reason", "Hers.")
        (found,) = rollcall("identity", "generic", "list", "--json").objects()
        assert (found["counts_as"], found["source"]) == ("own", "person")
        assert rollcall("identity", "generic", "unmark", "phone").code == 0
        assert rollcall("identity", "generic", "list", "--json").objects() == []

    def test_says_in_one_line_that_a_value_says_nothing(
        self, rollcall: Call, monkeypatch: pytest.MonkeyPatch, scope_a: Scope
    ) -> None:
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "0000000")

        done = rollcall("identity", "generic", "mark", "phone", "--reason", "Shop.")

        assert done.code == 1
        assert "type a whole value" in done.err


@pytest.mark.django_db
class TestIdentityModels:
    def test_are_trained_listed_activated_and_deactivated(
        self, rollcall: Call, scope_a: Scope
    ) -> None:
        done = rollcall("identity", "train", "--retailer", "alder")
        assert done.code == 0
        assert "rollcall identity models activate 1" in done.err
        assert rollcall("identity", "models", "activate", "1").code == 0
        (found,) = rollcall("identity", "models", "list", "--json").objects()
        assert (found["number"], found["state"]) == (1, "used")
        assert rollcall("identity", "models", "deactivate").code == 0
        (found,) = rollcall("identity", "models", "list", "--json").objects()
        assert found["state"] == ""

    def test_that_are_not_there_are_one_line(self, rollcall: Call, scope_a: Scope) -> None:
        done = rollcall("identity", "models", "activate", "7")

        assert (done.code, done.is_one_clear_line()) == (1, True)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("x.csv",),
            ("--out", "model.json"),
            ("x.csv", "--out", "m.json", "--retailer", "alder"),
            ("x.csv", "--out", "m.json", "--activate"),
        ],
    )
    def test_are_not_trained_from_two_things_at_once(
        self, rollcall: Call, scope_a: Scope, arguments: tuple[str, ...]
    ) -> None:
        assert rollcall("identity", "train", *arguments).code == 2

    def test_are_compared_with_answers(self, rollcall: Call, scope_a: Scope) -> None:
        done = rollcall("identity", "calibrate", "--json")

        (found,) = done.objects()
        assert (found["answers"], found["steps"]) == (0, [])
