from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rollcall.kit.scope import Actor
from rollcall.provisioning.operations.apply import apply_document
from rollcall.provisioning.queries.preparing import prepare_file
from rollcall.provisioning.rules.changes import Change
from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.sync.models import Schedule

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TEXT = """\
retailer: {slug: alder, name: Alder Group}
stores:
  - {slug: alder-way, name: Alder Way, time_zone: America/Los_Angeles, jurisdiction: US-CA}
connections:
  - slug: alder-treez
    kind: treez
    stores: [alder-way]
    settings: {dispensary: alder, client_id: {env: CLIENT_ID}, api_key: {env: API_KEY}}
    schedule: SCHEDULE
"""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_ID", "cid")
    monkeypatch.setenv("API_KEY", "secret")


def apply(folder: Path, schedule: str) -> list[Change]:
    path = folder / "retailer.yaml"
    path.write_text(TEXT.replace("SCHEDULE", schedule))
    (prepared,) = prepare_file(path)
    actor = Actor(kind="cli", id="test")
    return list(apply_document(prepared, actor=actor, now=NOON).changes)


def held() -> Schedule:
    return Schedule.objects.across_retailers(reason="test").get()


class TestTheSchedule:
    def test_is_taken_from_the_file(self, tmp_path: Path) -> None:
        apply(
            tmp_path,
            "{changes_every_s: 300, full_on: [mon, thu], reconcile_on: never,"
            ' off_peak_from: "23:00", off_peak_until: 04:30}',
        )

        found = held()
        assert (found.changes_every_s, found.full_days, found.reconcile_days) == (300, [0, 3], [])
        assert (found.off_peak_from, found.off_peak_until) == (dt.time(23), dt.time(4, 30))

    def test_is_a_change_of_its_own_and_only_once(self, tmp_path: Path) -> None:
        apply(tmp_path, "null")

        assert apply(tmp_path, "{changes_every_s: 300}") == [
            Change(
                kind="schedule", slug="alder-treez", action="updated", fields=("changes_every_s",)
            )
        ]
        assert apply(tmp_path, "{changes_every_s: 300}") == []

    def test_that_is_left_out_stays_as_it_is(self, tmp_path: Path) -> None:
        apply(tmp_path, "{changes_every_s: 300}")

        apply(tmp_path, "null")
        apply(tmp_path, "{full_on: daily}")

        assert held().changes_every_s == 300

    @pytest.mark.parametrize(
        ("schedule", "problem"),
        [
            ("{changes_every_s: 5}", "every 30 to 86400 seconds"),
            ("{changes_every_s: often}", "changes_every_s"),
            ("{full_on: [someday]}", "days are mon, tue"),
            ("{full_on: 3}", "has to be daily, never or a list"),
            ("{off_peak_from: 2}", "has to be a time"),
            ('{off_peak_from: "24:00"}', "times of day have the form"),
            ('{off_peak_from: "2 am"}', "times of day have the form"),
            ("{every: 5}", "every"),
        ],
    )
    def test_that_cannot_be_kept_changes_nothing(
        self, tmp_path: Path, schedule: str, problem: str
    ) -> None:
        with pytest.raises(ProvisioningError) as raised:
            apply(tmp_path, schedule)

        assert problem in "\n".join(raised.value.problems)
        assert "schedule" in "\n".join(raised.value.problems)
        assert not Schedule.objects.across_retailers(reason="test").exists()
