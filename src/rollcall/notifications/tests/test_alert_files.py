"""The rules and the dashboard for Prometheus name only figures that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from rollcall.sync.metrics import SharedState

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "alerts"


@pytest.fixture
def figures(db: None) -> set[str]:
    registry = CollectorRegistry()
    registry.register(SharedState())
    text = generate_latest(registry).decode()
    names = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
        parts = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        names |= {name + part for part in parts}
    return names


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "rollcall-alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def named(expression: str) -> set[str]:
    return set(re.findall(r"\brollcall_[a-z_]+", expression))


def test_rules_name_figures_that_there_are(figures: set[str]) -> None:
    wanted = set().union(*(named(rule["expr"]) for rule in rules()))

    assert wanted
    assert wanted - figures == set()


def test_rules_say_what_they_mean() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))


def test_dashboard_names_figures_that_there_are(figures: set[str]) -> None:
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    wanted = set().union(*(named(one["expr"]) for panel in panels for one in panel["targets"]))

    assert wanted
    assert wanted - figures == set()
