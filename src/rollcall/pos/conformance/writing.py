"""What every connector that writes must do: once, all of it, and nothing else."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from rollcall.kit.normalise.phone import phone_e164
from rollcall.pos import registry
from rollcall.pos.clock import utc_now
from rollcall.pos.conformance.ground import OnSimulator
from rollcall.pos.contract import Capability, PosClient, RawRow, RecordStatus
from rollcall.pos.errors import (
    PosConflictError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import FIELDS, Fields, FieldValue
from rollcall.pos.simulator import RunningSimulator
from rollcall.pos.writing import NewCustomer, WriteRules, is_empty

_KEY = "0f8a6c1e2b3d4f5a9c7e8d6b5a4f3e2d"
#: Somebody of whom everything is known.
_SOMEBODY: Mapping[str, FieldValue] = {
    "given_name": "Zoë", "middle_name": "Fern", "family_name": "Quill-Vargas", "nickname": "Zo",
    "born_on": "1984-02-29", "gender": "female", "phone": "+17205550143",
    "email": "zoe.quill@example.com", "licence": "Q7205143", "licence_state": "CO",
    "licence_expires_on": "2030-05-20", "medical_id": "M-720514", "customer_type": "medical",
    "medical_expires_on": "2029-04-01", "street": "411 Juniper Way", "city": "Aurora",
    "state": "CO", "zip": "80012", "marketing_opt_in": False, "email_opt_in": True,
    "sms_opt_in": False, "referral_source": "Friend", "notes": "prefers the side door",
}  # fmt: skip
_OTHERWISE: Mapping[str, FieldValue] = {
    "given_name": "Zora", "middle_name": "Ivy", "family_name": "Quillan", "nickname": "Zee",
    "born_on": "1985-03-01", "gender": "nonbinary", "phone": "+17205550178",
    "email": "zora@example.com", "licence": "Q7205178", "licence_state": "NM",
    "licence_expires_on": "2031-06-21", "medical_id": "M-720517", "customer_type": "medical",
    "medical_expires_on": "2030-05-02", "street": "7 Aspen Court", "city": "Denver",
    "state": "NM", "zip": "80203", "marketing_opt_in": True, "email_opt_in": False,
    "sms_opt_in": True, "referral_source": "Sign", "notes": "calls first", "banned": True,
    "is_caregiver": True, "loyalty_points": 12, "groups": ["Staff picks"],
}  # fmt: skip


class ConnectorWriteConformance(OnSimulator):
    """Subclass it in ``connectors/<kind>/tests/test_conformance.py``; name what the POS needs."""

    people: ClassVar[int] = 60
    #: Over what somebody is made of here; for a POS that takes other words.
    somebody: ClassVar[Mapping[str, FieldValue]] = {}
    otherwise: ClassVar[Mapping[str, FieldValue]] = {}
    #: Fields that the POS takes and never tells; the connector's own tests look where they went.
    untold: ClassVar[frozenset[str]] = frozenset()

    #: What can be written with the settings of these tests.
    rules: WriteRules

    @pytest.fixture(autouse=True)
    def _rules_of_the_settings(self, simulator: RunningSimulator) -> None:
        connector = registry.connector(self.kind)
        settings = connector.settings_model(**{**simulator.settings, **self.settings})
        self.rules = connector.write_rules(settings)

    def new(self, **changed: FieldValue) -> NewCustomer:
        """Return somebody new with every field that can be sent."""
        fields = {**_SOMEBODY, **self.somebody, **changed}
        return NewCustomer(
            key=_KEY, fields={k: v for k, v in fields.items() if k in self.rules.creatable}
        )

    def id_of(self, row: RawRow) -> str:
        """Return a row's id."""
        return registry.connector(self.kind).external_id(row)

    # Creating

    def test_the_declaration_fits_the_capabilities(self) -> None:
        capabilities = registry.connector(self.kind).capabilities

        assert (Capability.CREATE in capabilities) == bool(self.rules.creatable)
        assert (Capability.UPDATE in capabilities) == bool(self.rules.updatable)

    def test_settings_only_add_to_what_is_declared(self) -> None:
        declared = registry.connector(self.kind).writes

        assert declared.creatable <= self.rules.creatable
        assert declared.updatable <= self.rules.updatable
        assert declared.clearable <= self.rules.clearable

    def test_a_create_keeps_everything_that_was_sent(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        new = self.new()

        row = client.create(new)

        held = self.truth(simulator)[self.id_of(row)]
        assert self.differences(new.fields, held) == {}
        assert self.differences(new.fields, self.canonical(row).fields) == {}
        assert (
            self.differences(new.fields, self.canonical(client.get(self.id_of(row))).fields) == {}
        )

    def test_nothing_is_wrong_with_somebody_complete(self, simulator: RunningSimulator) -> None:
        connector = registry.connector(self.kind)
        settings = connector.settings_model(**{**simulator.settings, **self.settings})

        problems = connector.check_new(self.new().fields, settings)
        nobody = connector.check_new({}, settings)

        assert problems == []
        assert {p.field for p in nobody} >= self.rules.required
        assert {p.code for p in nobody if p.field in self.rules.required} <= {"required"}

    def test_the_least_that_is_required_is_enough(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        connector = registry.connector(self.kind)
        settings = connector.settings_model(**{**simulator.settings, **self.settings})
        fields = {k: v for k, v in self.new().fields.items() if k in self.rules.required}
        assert connector.check_new(fields, settings) == []

        row = client.create(NewCustomer(key=_KEY, fields=fields))

        assert self.differences(fields, self.truth(simulator)[self.id_of(row)]) == {}

    def test_none_is_as_good_as_absent(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        fields = {k: v if k in self.rules.required else None for k, v in self.new().fields.items()}

        row = client.create(NewCustomer(key=_KEY, fields=fields))

        held = self.truth(simulator)[self.id_of(row)]
        named = {k: v for k, v in fields.items() if v is not None}
        unnamed = {"email", "phone", "street", "notes"} & fields.keys() - named.keys()
        assert self.differences(named, held) == {}
        assert {name: held.get(name) for name in unnamed} == dict.fromkeys(unnamed)

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate"])
    def test_a_create_whose_answer_is_lost_is_found_again(
        self, simulator: RunningSimulator, client: PosClient, fault: str
    ) -> None:
        before = set(self.truth(simulator))
        began = utc_now()
        client.check()
        simulator.control.set_faults(**{fault: 1})
        with pytest.raises(PosOutcomeUnknownError):
            client.create(self.new())
        simulator.control.set_faults(**{fault: 0})

        found = client.find_created(self.new(), since=began)

        assert len(set(self.truth(simulator)) - before) == 1
        assert {self.id_of(row) for row in found} == set(self.truth(simulator)) - before

    def test_a_create_among_cut_answers_is_known_not_to_be_done_or_found_again(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        before = set(self.truth(simulator))
        began = utc_now()
        client.check()
        # Also answers to what is asked before are cut: a client that asks first stops there.
        simulator.control.set_faults(cut_body_rate=1)
        with pytest.raises(PosUnavailableError) as caught:
            client.create(self.new())
        simulator.control.set_faults(cut_body_rate=0)

        made = set(self.truth(simulator)) - before
        found = client.find_created(self.new(), since=began)

        assert len(made) == isinstance(caught.value, PosOutcomeUnknownError)
        assert {self.id_of(row) for row in found} == made

    def test_a_create_that_never_arrived_is_not_found(self, client: PosClient) -> None:
        assert client.find_created(self.new(), since=utc_now()) == []

    def test_somebody_alike_is_not_taken_for_the_one_created(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        alike = {**self.new().fields, "given_name": "Zelda", "born_on": "1990-09-09"}
        simulator.control.create(**alike)

        assert client.find_created(self.new(), since=utc_now()) == []

    def test_a_create_that_is_throttled_at_first_is_done_once(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        before = len(self.truth(simulator))
        client.check()
        simulator.control.set_faults(throttle_burst=2)

        client.create(self.new())

        assert len(self.truth(simulator)) == before + 1

    def test_a_key_that_the_pos_knows_makes_nobody_new(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        if not self.rules.has_idempotency_key:
            pytest.skip(f"{self.kind} has no idempotency keys")
        first = self.id_of(client.create(self.new()))
        count = len(self.truth(simulator))

        assert self.id_of(client.create(self.new())) == first
        assert len(self.truth(simulator)) == count

    # Changing

    def test_an_update_changes_what_it_names_and_nothing_else(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        for name in sorted(self.rules.updatable):
            if name not in {**_OTHERWISE, **self.otherwise}:
                raise AssertionError(f"say in otherwise what {name} can be changed to")
            change = {name: {**_OTHERWISE, **self.otherwise}[name]}
            before = self.truth(simulator)[pos_id]

            row = client.update(client.get(pos_id), change)

            after = self.truth(simulator)[pos_id]
            assert self.differences(change, after) == {}, name
            assert self.differences(change, self.canonical(row).fields) == {}, name
            assert _others(before, name) == _others(after, name), name

    def test_an_update_of_many_fields_is_whole(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        changes = self.changes()

        row = client.update(client.get(pos_id), changes)

        assert self.differences(changes, self.truth(simulator)[pos_id]) == {}
        assert self.differences(changes, self.canonical(row).fields) == {}

    def test_what_cannot_be_updated_is_not_dropped_in_silence(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        row, before = client.get(pos_id), self.truth(simulator)[pos_id]
        (name, value), *_ = self.changes().items()
        for other in sorted(FIELDS.keys() - self.rules.updatable):
            with pytest.raises(UnsupportedByPosError):
                client.update(row, {name: value, other: None})

        assert self.truth(simulator)[pos_id] == before

    def test_a_repeated_update_changes_nothing(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        client.update(client.get(pos_id), self.changes())
        once = self.truth(simulator)[pos_id]

        client.update(client.get(pos_id), self.changes())

        assert _others(self.truth(simulator)[pos_id], "") == _others(once, "")

    def test_what_somebody_complete_has_has_a_place(self, client: PosClient) -> None:
        row = client.create(self.new())

        assert client.cannot_hold({}, self.new().fields) == frozenset()
        assert client.cannot_hold(row, self.changes()) == frozenset()

    def test_what_can_be_emptied_is_emptied(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        filled = client.get(pos_id)
        changes: dict[str, FieldValue] = dict.fromkeys(sorted(self.rules.clearable))

        client.update(filled, changes)

        held = self.truth(simulator)[pos_id]
        assert [name for name in changes if not is_empty(held, name)] == []

    def test_everybody_who_is_there_survives_an_update(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        name = "email" if "email" in self.rules.updatable else min(self.rules.updatable)
        for pos_id, before in list(self.truth(simulator).items())[:12]:
            change = {name: {**_OTHERWISE, **self.otherwise}[name]}
            if isinstance(change[name], str) and name == "email":
                change = {"email": f"only.{pos_id.lower()}@example.com"}
            raw = client.get(pos_id)

            client.update(raw, change)

            assert _others(self.truth(simulator)[pos_id], name) == _others(before, name)
            again = client.get(pos_id)
            assert set(raw) <= set(again)

    def test_what_staff_typed_meanwhile_is_not_lost(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        name, *others = sorted(self.rules.updatable - {"customer_type", "groups"})
        theirs: dict[str, Any] = {others[0]: {**_OTHERWISE, **self.otherwise}[others[0]]}
        read = client.get(pos_id)
        simulator.control.patch(pos_id, **theirs)
        with contextlib.suppress(PosConflictError):
            client.update(read, {name: {**_OTHERWISE, **self.otherwise}[name]})

        assert self.differences(theirs, self.truth(simulator)[pos_id]) == {}

    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate", "reset_rate"])
    def test_an_update_that_failed_is_finished_by_another(
        self, simulator: RunningSimulator, fault: str
    ) -> None:
        with self.opened(simulator, attempts=2) as client:
            pos_id = self.id_of(client.create(self.new()))
            current = client.get(pos_id)
            simulator.control.set_faults(**{fault: 1})
            with pytest.raises((PosUnavailableError, PosConflictError)):
                client.update(current, self.changes())
            simulator.control.set_faults(**{fault: 0})

            client.update(client.get(pos_id), self.changes())

        assert self.differences(self.changes(), self.truth(simulator)[pos_id]) == {}

    def test_somebody_who_vanished_is_gone(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        read = client.get(pos_id)
        simulator.control.delete(pos_id)

        with pytest.raises(PosGoneError):
            client.update(read, self.changes())

    def test_a_status_is_set_and_set_back(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        pos_id = self.id_of(client.create(self.new()))
        before = self.truth(simulator)[pos_id]
        if Capability.DEACTIVATE not in registry.connector(self.kind).capabilities:
            with pytest.raises(UnsupportedByPosError):
                client.set_status(client.get(pos_id), RecordStatus.INACTIVE)
            return

        row = client.set_status(client.get(pos_id), RecordStatus.INACTIVE)
        client.set_status(client.get(pos_id), RecordStatus.INACTIVE)
        assert self.canonical(row).status is RecordStatus.INACTIVE
        assert self.truth(simulator)[pos_id]["status"] == "inactive"

        client.set_status(client.get(pos_id), RecordStatus.ACTIVE)
        assert _others(self.truth(simulator)[pos_id], "") == _others(before, "")

    def test_a_status_that_is_set_and_set_back_loses_no_ban(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        capabilities = registry.connector(self.kind).capabilities
        if "banned" not in self.rules.updatable or Capability.DEACTIVATE not in capabilities:
            pytest.skip(f"{self.kind} cannot both ban and deactivate")
        pos_id = self.id_of(client.create(self.new()))
        client.update(client.get(pos_id), {"banned": True})

        with contextlib.suppress(UnsupportedByPosError):
            client.set_status(client.get(pos_id), RecordStatus.INACTIVE)
        client.set_status(client.get(pos_id), RecordStatus.ACTIVE)

        held = self.truth(simulator)[pos_id]
        assert (held["banned"], held["status"]) == (True, "active")

    def test_no_value_that_is_written_shows_in_a_log(
        self, simulator: RunningSimulator, client: PosClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        simulator.control.set_faults(throttle_burst=2, lost_answer_rate=0.5)
        shown = ""
        for number in range(4):
            try:
                client.create(self.new(email=f"zoe.{number}@example.com"))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
                shown += f"{error!r} {error} {error.__context__!r} {error.__cause__!r}"

        shown += caplog.text
        assert "example.com" not in shown
        assert "7205550143" not in shown
        assert "Quill" not in shown

    def test_what_is_said_not_to_be_told_is_not(
        self, simulator: RunningSimulator, client: PosClient
    ) -> None:
        row = client.create(self.new())

        assert self.untold <= self.rules.creatable | self.rules.updatable
        assert self.untold.isdisjoint(self.canonical(row).fields)
        assert self.untold.isdisjoint(self.truth(simulator)[self.id_of(row)])

    def changes(self) -> Fields:
        """Return other values of all fields that can be changed."""
        other = {**_OTHERWISE, **self.otherwise}
        return {name: other[name] for name in sorted(self.rules.updatable) if name in other}

    def differences(
        self, wanted: Fields, held: Mapping[str, Any]
    ) -> dict[str, tuple[object, object]]:
        """Return what was wanted and is not held."""
        return {
            name: (value, held.get(name))
            for name, value in wanted.items()
            if name not in self.untold and _plain(name, value) != _plain(name, held.get(name))
        }


def _plain(name: str, value: object) -> object:
    """Return what has to be equal: upper and lower case are, and one number in two spellings."""
    if name == "phone" and isinstance(value, str):
        return phone_e164(value) or value
    return value.casefold() if isinstance(value, str) else value


def _others(truth: Mapping[str, Any], name: str) -> dict[str, Any]:
    # A POS may count visits and changes of its own accord.
    own = {"updated_at", "last_visit_at", name}
    return {key: truth.get(key) for key in (*FIELDS, "status", "merged_into") if key not in own}
