from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from rollcall.kit.scoping import ScopedManager, ScopedModel
from rollcall.pos import registry

SOURCE = Path(__file__).resolve().parents[2] / "src" / "rollcall"
#: Lowest first; a table may only point at its own app or a lower one.
RANKS = [
    *("contenttypes", "auth", "stores", "audit", "notifications", "access", "customers"),
    *("sync", "outbox", "inbox", "events", "orders", "consent"),
]
#: Places that may name a POS: its own folder, and what shows or tests the product on one.
NAMES_A_POS = ("pos/connectors/", "config/demo/", "testing/")


def python_files() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" not in path.parts and "migrations" not in path.parts:
            yield path


@functools.cache
def texts_in(path: Path) -> frozenset[str]:
    """Every text that stands in the code of a file, in lower case."""
    return frozenset(
        node.value.lower()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def scoped_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, ScopedModel)]


class TestTables:
    def test_point_downwards_only(self) -> None:
        wrong = [
            f"{model._meta.label}.{field.name}"
            for model in apps.get_models()
            if model._meta.app_label in RANKS
            for field in model._meta.fields
            if isinstance(field, models.ForeignKey)
            and RANKS.index(field.related_model._meta.app_label)
            > RANKS.index(model._meta.app_label)
        ]

        assert wrong == []

    def test_of_capabilities_belong_to_a_retailer(self) -> None:
        without = {
            model._meta.label
            for model in apps.get_models()
            if model.__module__.startswith("rollcall.")
            and not issubclass(model, ScopedModel)
            and not model._meta.auto_created
        }

        # The tenant itself, people (who may work for several), and tables without any content
        # or with what only the asker's own credential opens.
        assert without == {
            "access.SignIn",
            "api.IdempotentPart",
            "api.IdempotentRequest",
            "api.KeptAnswer",
            "api.ThrottleWindow",
            "inbox.StrayCalls",
            "stores.Retailer",
            "stores.User",
            "sync.CallFigures",
            "sync.Circuit",
            "sync.RateBudget",
        }

    def test_of_a_retailer_are_only_reached_with_a_scope(self) -> None:
        assert scoped_models() != []
        for model in scoped_models():
            assert isinstance(model._default_manager, ScopedManager), model._meta.label

    def test_carry_the_retailer_in_every_unique_constraint(self) -> None:
        without = [
            f"{model._meta.label}.{constraint.name}"
            for model in scoped_models()
            for constraint in model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
            and "retailer" not in constraint.fields
        ]

        assert without == []


class TestFiles:
    def test_stay_short(self) -> None:
        long = [
            f"{path.relative_to(SOURCE)}: {lines}"
            for path in python_files()
            if (lines := path.read_text().count("\n")) > 500
        ]

        assert long == []

    def test_have_names_that_say_what_is_inside(self) -> None:
        vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}
        found = [str(path.relative_to(SOURCE)) for path in python_files() if path.stem in vague]

        # Django looks for a database backend under this name.
        assert found == ["embedded/backend/base.py"]

    def test_begin_by_saying_what_they_are_responsible_for(self) -> None:
        silent = [
            str(path.relative_to(SOURCE))
            for path in python_files()
            if path.name != "apps.py"
            and path.read_text().strip()
            and ast.get_docstring(ast.parse(path.read_text())) is None
        ]

        assert silent == []


class TestPosSystems:
    @pytest.mark.parametrize("kind", registry.kinds())
    def test_are_named_in_their_own_folder_only(self, kind: str) -> None:
        naming = [
            str(path.relative_to(SOURCE))
            for path in python_files()
            if not str(path.relative_to(SOURCE)).startswith(NAMES_A_POS) and kind in texts_in(path)
        ]

        assert naming == []

    @pytest.mark.parametrize("kind", registry.kinds())
    def test_have_a_readme_payloads_and_tests(self, kind: str) -> None:
        folder = SOURCE / "pos" / "connectors" / kind

        assert (folder / "README.md").is_file()
        assert list((folder / "payloads").glob("*.json")) != []
        assert list((folder / "tests").glob("test_*.py")) != []
