"""What every connector must read, and how it fails."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import structlog

from rollcall.pos import registry
from rollcall.pos.clock import utc_now
from rollcall.pos.conformance.ground import API_KEY, OnSimulator, as_truth
from rollcall.pos.contract import (
    Capability,
    PosClient,
    Window,
    WindowKind,
)
from rollcall.pos.errors import (
    PosCredentialsError,
    PosGoneError,
    PosThrottledError,
    PosUnavailableError,
    RowError,
)
from rollcall.pos.fields import FIELDS, FieldType, FieldValue
from rollcall.pos.simulator import RunningSimulator


class ConnectorConformance(OnSimulator):
    """Subclass it in ``connectors/<kind>/tests/test_conformance.py``."""

    # What is read

    def test_a_full_window_gives_exactly_what_the_pos_holds(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        told = self.told(client.iter_pages(full_window()))

        assert told == self.truth(simulator)

    def test_a_window_ends_although_nobody_is_there(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        simulator.control.set_faults(empty_lists=True)

        assert self.told(client.iter_pages(full_window())) == {}

    def test_an_incremental_window_gives_changes_creations_and_merges(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        changed, donor, survivor = list(self.truth(simulator))[:3]
        since = utc_now() - dt.timedelta(minutes=5)
        simulator.control.patch(changed, email="changed@example.com")
        created = simulator.control.create(given_name="Zoë", family_name="de la Cruz")
        simulator.control.merge(donor, into=survivor)

        told = self.told(client.iter_pages(changes_since(since)))

        truth = self.truth(simulator)
        assert told == {key: truth[key] for key in (changed, created, donor, survivor)}
        if Capability.TELLS_MERGES in registry.connector(self.kind).capabilities:
            assert told[donor]["merged_into"] == survivor
            assert told[donor]["status"] == "inactive"
            assert told[survivor]["status"] == "active"

    def test_one_customer_is_read_again(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id, expected = next(iter(self.truth(simulator).items()))

        assert as_truth(self.canonical(client.get(pos_id))) == expected

    def test_a_customer_who_is_not_there_is_gone(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = next(iter(self.truth(simulator)))
        simulator.control.delete(pos_id)

        with pytest.raises(PosGoneError):
            client.get(pos_id)

    def test_canonical_fields_are_of_the_vocabulary(self, client: PosClient) -> None:
        for page in client.iter_pages(full_window()):
            for row in page.rows:
                for name, value in self.canonical(row).fields.items():
                    assert _is_of(FIELDS[name].type, value), f"{name}: {type(value)}"

    def test_every_key_of_a_row_is_known(self, client: PosClient) -> None:
        keys = {k for page in client.iter_pages(full_window()) for row in page.rows for k in row}

        assert keys - registry.connector(self.kind).known_keys == set()

    # Killed, moved, repeated

    def test_going_on_behind_any_page_loses_nobody(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pages = list(client.iter_pages(full_window()))
        everybody = set(self.truth(simulator))
        seen: set[str] = set()

        for page in pages:
            seen |= set(self.told(iter([page])))
            rest = self.told(client.iter_pages(full_window(), resume_token=page.resume_token))
            assert seen | set(rest) == everybody

    def test_resume_tokens_are_short_and_tell_nothing(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        tokens = [page.resume_token for page in client.iter_pages(full_window())]

        assert all(len(token) < 4096 for token in tokens)
        phones = {c["phone"] for c in self.truth(simulator).values() if c.get("phone")}
        assert not any(phone in token for phone in phones for token in tokens)

    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_rows_that_move_while_reading_lose_nobody(
        self, simulator: RunningSimulator, client: PosClient, order: str
    ) -> None:
        before = self.truth(simulator)
        began = utc_now()
        simulator.control.set_faults(move_rows=3, list_order=order)

        seen = set(self.told(client.iter_pages(full_window())))
        simulator.control.set_faults(move_rows=0)
        # Who moved is read by the next window.
        seen |= set(self.told(client.iter_pages(changes_since(began - dt.timedelta(minutes=5)))))

        assert {k for k, v in self.truth(simulator).items() if v == before[k]} <= seen
        assert seen == set(before)

    def test_equal_times_at_page_borders_lose_nobody(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        since = utc_now() - dt.timedelta(minutes=5)
        changed = list(self.truth(simulator))[:120]
        for pos_id in changed:
            simulator.control.patch(pos_id, loyalty_points=7)

        assert set(self.told(client.iter_pages(changes_since(since)))) == set(changed)

    # When the POS fails

    @pytest.mark.parametrize(
        "faults",
        [
            {"throttle_burst": 3},
            {"throttle_burst": 2, "retry_after": 0.05},
            {"error_500_rate": 0.3},
            {"reset_rate": 0.3},
            {"cut_body_rate": 0.3},
            {"not_json_rate": 0.3},
            {"expire_tokens_after": 4},
        ],
        ids=lambda faults: "+".join(faults),
    )
    def test_failures_that_pass_lose_nobody(
        self, simulator: RunningSimulator, client: PosClient, faults: dict[str, object]
    ) -> None:
        simulator.control.set_faults(**faults)

        assert self.told(client.iter_pages(full_window())) == self.truth(simulator)

    @pytest.mark.parametrize(
        "fault", ["error_500_rate", "reset_rate", "cut_body_rate", "not_json_rate"]
    )
    def test_a_failure_that_stays_is_unavailable(
        self, simulator: RunningSimulator, fault: str
    ) -> None:
        with self.opened(simulator, attempts=2) as client:
            client.check()
            simulator.control.set_faults(**{fault: 1})
            with pytest.raises(PosUnavailableError):
                list(client.iter_pages(full_window()))

    def test_throttling_that_stays_is_told_with_its_pause(
        self, simulator: RunningSimulator
    ) -> None:
        simulator.control.set_faults(throttle_burst=100, retry_after=120)

        with self.opened(simulator) as client, pytest.raises(PosThrottledError) as caught:
            client.check()
        assert caught.value.retry_after_s == 120

    def test_a_wrong_key_is_refused_as_such(self, simulator: RunningSimulator) -> None:
        with (
            self.opened(simulator, changed=self.wrong_credentials()) as client,
            pytest.raises(PosCredentialsError) as caught,
        ):
            client.check()
        assert API_KEY not in repr(caught.value)

    def wrong_credentials(self) -> dict[str, object]:
        """Return settings that the simulator refuses; override if the key has another name."""
        return {"api_key": "wrong"}

    def test_malformed_rows_are_refused_one_by_one(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        simulator.control.set_faults(
            malformed_rows=[
                "missing_id", "bad_date", "nul_in_name", "invalid_utf8", "huge_note", "wrong_types",
            ]
        )  # fmt: skip
        refused: list[str] = []
        taken = set()

        for page in client.iter_pages(full_window()):
            for row in page.rows:
                try:
                    taken.add(self.canonical(row).external_id)
                except RowError as error:
                    refused.append(error.code)

        assert set(refused) >= {"id_missing", "date_invalid", "encoding_invalid"}
        assert len(set(self.truth(simulator)) - taken) == 4

    # Clock and secrets

    def test_the_clock_of_the_pos_is_told(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        simulator.control.set_clock(skew_s=3600)

        ahead = client.check().pos_time - utc_now()

        assert dt.timedelta(minutes=59) < ahead < dt.timedelta(minutes=61)

    def test_the_account_is_the_one_that_the_settings_name(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        connector = registry.connector(self.kind)
        settings = connector.settings_model(**simulator.settings)

        assert connector.account_key(settings) in (None, client.check().account_key)

    def test_no_secret_and_no_person_shows_in_logs_and_reprs(
        self, simulator: RunningSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        connector = registry.connector(self.kind)
        settings = connector.settings_model(**simulator.settings)
        person = next(c for c in self.truth(simulator).values() if c.get("phone"))
        caplog.set_level(logging.DEBUG)
        simulator.control.set_faults(error_500_rate=0.3)

        with structlog.testing.capture_logs() as logged, self.opened(simulator) as client:
            self.told(client.iter_pages(full_window()))
            shown = "".join([repr(client), repr(vars(client)), repr(settings), str(logged)])

        shown += caplog.text
        assert any(entry["event"] == "pos.request.retry" for entry in logged)
        assert API_KEY not in shown
        assert person["phone"] not in shown


def full_window() -> Window:
    """Everything, up to now."""
    return Window(kind=WindowKind.FULL, since=None, until=utc_now())


def changes_since(since: dt.datetime) -> Window:
    """Return what changed since a moment."""
    return Window(kind=WindowKind.INCREMENTAL, since=since, until=utc_now())


def _is_of(kind: FieldType, value: FieldValue) -> bool:
    if value is None:
        return True
    if kind is FieldType.FLAG:
        return isinstance(value, bool)
    if kind is FieldType.NUMBER:
        return type(value) is int
    if kind is FieldType.WORDS:
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    if not isinstance(value, str):
        return False
    if kind is FieldType.DATE:
        return dt.date.fromisoformat(value).isoformat() == value
    if kind is FieldType.INSTANT:
        return value.endswith("Z") and len(value) == 20
    return value == value.strip() != ""
