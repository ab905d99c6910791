"""How customers are created and changed, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.clock import utc_now
from rollcall.pos.connectors.cova.client import CovaClient
from rollcall.pos.connectors.cova.connector import CONNECTOR, CovaSettings
from rollcall.pos.connectors.cova.tests.cova import (
    ANA,
    canonical,
    cova,
    direct,
    new,
    opened,
    requests_to,
    truth,
    written,
)
from rollcall.pos.contract import RawRow, RecordStatus
from rollcall.pos.errors import (
    PosConflictError,
    PosGoneError,
    PosOutcomeUnknownError,
    PosRefusedDataError,
    PosUnavailableError,
    UnsupportedByPosError,
)
from rollcall.pos.fields import FieldValue
from rollcall.pos.simulator import RunningSimulator
from rollcall.pos.writing import NewCustomer


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with cova(tmp_path, people=30) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[CovaClient]:
    with opened(simulator) as client:
        yield client


class TestCreate:
    def test_tells_do_not_contact_on_every_level(self, client: CovaClient) -> None:
        row = client.create(new())

        assert row["DoNotContact"] is False
        assert [m["DoNotContact"] for m in row["ContactMethods"]] == [True, False]
        assert [a["DoNotContact"] for a in row["Addresses"]] == [False]

    @pytest.mark.parametrize(
        ("marketing", "email", "sms", "told"),
        [(None, None, None, [True, True, True]), (False, False, False, [True, True, True]),
         (True, None, None, [False, True, True]), (None, True, None, [False, True, False]),
         (None, None, True, [False, False, True]), (False, True, None, [True, True, False])],
    )  # fmt: skip
    def test_makes_a_yes_of_nothing_but_a_yes(
        self,
        client: CovaClient,
        marketing: bool | None,
        email: bool | None,
        sms: bool | None,
        told: list[bool],
    ) -> None:
        row = client.create(new(marketing_opt_in=marketing, email_opt_in=email, sms_opt_in=sms))

        flags = [method["DoNotContact"] for method in row["ContactMethods"]]
        assert [row["DoNotContact"], *flags] == told

    def test_makes_a_person_with_our_key(self, client: CovaClient) -> None:
        row = client.create(new())

        assert (row["CustomerTypeId"], row["Disabled"]) == (2, False)
        assert [(e["ExtensionType"], e["Value"]) for e in row["CustomerExtensions"]] == [
            ("ExternalCustomerId", "hub-1")
        ]
        methods = [
            (m["ContactMethodCategoryId"], m["ContactMethodTypeId"], m["Value"], m["Default"])
            for m in row["ContactMethods"]
        ]
        assert methods == [(1, 3, "7205550143", True), (2, 9, "ana.lee@example.com", False)]
        assert row["Addresses"][0]["CountryCode"] == "US"

    def test_of_the_same_person_makes_another_one(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        first, second = client.create(new()), client.create(new())

        assert first["Id"] != second["Id"]
        assert simulator.control.health()["customers"] == 32

    def test_goes_without_a_key_where_there_is_no_extension(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(has_external_id=False)

        assert client.create(new())["CustomerExtensions"] == []

    def test_writes_a_licence_into_its_extension(self, client: CovaClient) -> None:
        row = client.create(new(licence="X-1", medical_id=None))

        assert canonical(row).fields["licence"] == "X-1"
        assert canonical(row).fields["medical_id"] is None

    def test_does_not_drop_a_licence_in_silence(self, simulator: RunningSimulator) -> None:
        with (
            opened(simulator, licence_extension="") as client,
            pytest.raises(UnsupportedByPosError),
        ):
            client.create(new(licence="X-1"))
        assert simulator.control.health()["customers"] == 30

    def test_of_a_province_tells_canada(self, client: CovaClient) -> None:
        assert client.create(new(state="AB", zip="T2P 1J9"))["Addresses"][0]["CountryCode"] == "CA"

    @pytest.mark.parametrize("style", ["message", "model_state"])
    def test_that_is_refused_tells_why_without_values(
        self, simulator: RunningSimulator, client: CovaClient, style: str
    ) -> None:
        simulator.control.set_habits(refusals=style)
        name = "Quillington" * 10

        with pytest.raises(PosRefusedDataError, match="PrimaryName") as caught:
            client.create(new(given_name=name))
        assert "Quill" not in str(caught.value)
        assert simulator.control.health()["customers"] == 30

    def test_whose_answer_is_empty_is_looked_for(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(create_answer="201_empty")
        began = utc_now()

        with pytest.raises(PosOutcomeUnknownError):
            client.create(new())
        assert [row["PrimaryName"] for row in client.find_created(new(), since=began)] == ["Ana"]

    @pytest.mark.parametrize(
        "habits",
        [{}, {"search_lags": True}, {"has_external_id": False}, {"gateway": "documented"}],
        ids=str,
    )
    def test_is_found_again(
        self, simulator: RunningSimulator, client: CovaClient, habits: dict[str, object]
    ) -> None:
        simulator.control.set_habits(**habits)
        began = utc_now()
        row = client.create(new(marketing_opt_in=False))
        client.create(NewCustomer(key="hub-2", fields={**ANA, "given_name": "Ann"}))

        found = client.find_created(new(marketing_opt_in=False), since=began)

        assert [r["Id"] for r in found] == [row["Id"]]

    def test_is_found_again_by_its_key_after_a_change_at_the_till(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        began = utc_now()
        row = client.create(new())
        simulator.control.patch(str(row["Id"]), family_name="Lee-Xu", phone="7205550199")

        assert [r["Id"] for r in client.find_created(new(), since=began)] == [row["Id"]]

    def test_is_found_again_by_its_licence_too(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(has_external_id=False)
        began = utc_now()
        row = client.create(new(licence="X-1"))
        client.create(NewCustomer(key="hub-2", fields={**ANA, "licence": "X-2"}))

        assert [r["Id"] for r in client.find_created(new(licence="X-1"), since=began)] == [
            row["Id"]
        ]


class TestRules:
    def of(self, simulator: RunningSimulator, **extensions: str) -> frozenset[str]:
        settings = CovaSettings.model_validate(
            {
                **simulator.settings,
                "licence_extension": "",
                "medical_id_extension": "",
                **extensions,
            }
        )
        rules = CONNECTOR.write_rules(settings)
        added = rules.creatable - CONNECTOR.writes.creatable
        assert added == rules.updatable - CONNECTOR.writes.updatable
        assert added == rules.clearable - CONNECTOR.writes.clearable
        return added

    def test_have_what_the_settings_name(self, simulator: RunningSimulator) -> None:
        assert self.of(simulator) == frozenset()
        assert self.of(simulator, licence_extension=" Licence ") == {"licence"}
        both = self.of(simulator, licence_extension="A", medical_id_extension="B")
        assert both == {"licence", "medical_id"}

    def test_leave_an_extension_alone_that_holds_something_else(
        self, simulator: RunningSimulator
    ) -> None:
        shared = self.of(simulator, licence_extension="Papers", medical_id_extension="papers")
        ours = self.of(simulator, licence_extension="externalcustomerid")

        assert (shared, ours) == (frozenset(), frozenset())


class TestChecks:
    @pytest.fixture
    def checked(self, simulator: RunningSimulator) -> CovaSettings:
        return CovaSettings.model_validate(simulator.settings)

    @pytest.mark.parametrize(
        ("name", "most"),
        [("given_name", 100), ("family_name", 100), ("middle_name", 50), ("nickname", 50),
         ("notes", 2000)],
    )  # fmt: skip
    def test_find_what_no_column_holds(self, checked: CovaSettings, name: str, most: int) -> None:
        fits, too_long = {**ANA, name: "x" * most}, {**ANA, name: "x" * (most + 1)}

        assert CONNECTOR.check_new(fits, checked) == []
        for problems in (
            CONNECTOR.check_new(too_long, checked),
            CONNECTOR.check_changes({name: too_long[name]}, checked),
        ):
            assert [(p.field, p.code) for p in problems] == [(name, "too_long")]
            assert "xx" not in problems[0].message

    @pytest.mark.parametrize(
        ("name", "value"),
        [("state", "Colorado"), ("state", "ZZ"), ("email", "ana"), ("email", "a b@example.com"),
         ("email", "@example.com"), ("email", "ana@example")],
    )  # fmt: skip
    def test_find_what_cova_refuses(self, checked: CovaSettings, name: str, value: str) -> None:
        problems = CONNECTOR.check_new({**ANA, name: value}, checked)

        assert [(p.field, p.code) for p in problems] == [(name, "invalid")]

    def test_ask_for_a_name(self, checked: CovaSettings) -> None:
        assert [(p.field, p.code) for p in CONNECTOR.check_new({}, checked)] == [
            ("given_name", "required")
        ]
        emptied = CONNECTOR.check_changes({"given_name": None, "family_name": None}, checked)
        assert [(p.field, p.code) for p in emptied] == [("given_name", "required")]


class TestUpdate:
    def test_sends_only_what_is_needed(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())

        client.update(row, {**ANA, "phone": "(720) 555-0143", "family_name": "Lee-Xu"})

        assert written(simulator) == 1
        assert truth(simulator, row)["family_name"] == "Lee-Xu"

    def test_of_nothing_sends_nothing(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())

        assert client.update(row, ANA)["Version"] == row["Version"]
        assert written(simulator) == 0

    def test_keeps_what_it_does_not_know(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        extra = {"Title": "Dr", "PricingGroupId": 7, "ShoeSize": 44}
        simulator.control.patch(str(row["Id"]), raw=extra)

        after = client.update(client.get(str(row["Id"])), {"notes": "new"})

        assert after["Title"] == "Dr"
        assert after["ShoeSize"] == 44
        assert after["CustomerExtensions"] == row["CustomerExtensions"]

    def test_of_three_parts_goes_on_where_it_was_cut_off(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        changes: dict[str, FieldValue] = {
            "given_name": "Anna", "phone": "+17205550199", "email": "anna@example.com",
            "city": "Denver",
        }  # fmt: skip
        client.update(row, {"given_name": "Anna", "phone": "+17205550199"})
        before = written(simulator)

        client.update(client.get(str(row["Id"])), changes)

        assert written(simulator) - before == 2
        held = truth(simulator, row)
        assert {name: held[name] for name in changes} == changes

    @pytest.mark.parametrize("conflict", [409, 412, 400, 0])
    @pytest.mark.parametrize("fault", ["lost_answer_rate", "failed_answer_rate"])
    def test_whose_answers_are_lost_is_done_all_the_same(
        self, simulator: RunningSimulator, client: CovaClient, conflict: int, fault: str
    ) -> None:
        row = client.create(new())
        simulator.control.set_habits(conflict=conflict)
        simulator.control.set_faults(**{fault: 0.5})

        for _ in range(20):
            try:
                client.update(client.get(str(row["Id"])), {"notes": "n", "email": "n@example.com"})
            except PosUnavailableError:
                continue
            break

        held = truth(simulator, row)
        assert (held["notes"], held["email"], held["phone"]) == (
            "n", "n@example.com", "+17205550143",
        )  # fmt: skip

    def test_that_adds_a_part_does_not_add_it_twice(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new(email=None, email_opt_in=None))
        simulator.control.set_faults(lost_answer_rate=1)
        with pytest.raises(PosOutcomeUnknownError):
            client.update(row, {"email": "ana@example.com", "email_opt_in": True})
        simulator.control.set_faults(lost_answer_rate=0)

        after = client.update(
            client.get(str(row["Id"])), {"email": "ana@example.com", "email_opt_in": True}
        )

        assert [m["Value"] for m in after["ContactMethods"]] == ["7205550143", "ana@example.com"]
        assert requests_to(simulator, "POST", "/{kind}") == 1

    @pytest.mark.parametrize(
        "theirs",
        [{"notes": "theirs"}, {"phone": "7205550188"}, {"city": "Denver"}, {"licence": "X-1"}],
        ids=str,
    )
    def test_does_not_overwrite_what_staff_did_meanwhile(
        self, simulator: RunningSimulator, client: CovaClient, theirs: dict[str, Any]
    ) -> None:
        row = client.create(new())
        simulator.control.patch(str(row["Id"]), **theirs)

        with pytest.raises(PosConflictError):
            client.update(row, {"family_name": "Else"})
        assert written(simulator) == 0
        assert truth(simulator, row)["family_name"] == "Lee"

    @pytest.mark.parametrize("conflict", [409, 412, 400])
    def test_meets_a_version_that_is_newer_than_what_it_just_read(
        self, simulator: RunningSimulator, client: CovaClient, conflict: int
    ) -> None:
        simulator.control.set_habits(conflict=conflict)
        row = client.create(new())
        read = client._finder.get

        def read_late(external_id: str) -> RawRow:
            current = read(external_id)
            simulator.control.patch(external_id, notes=f"{len(str(current['Notes']))} more")
            return current

        client._writer._finder.get = read_late  # type: ignore[method-assign]  # staff are as quick
        with pytest.raises(PosConflictError):
            client.update(row, {"family_name": "Else"})
        assert truth(simulator, row)["family_name"] == "Lee"

    def test_of_somebody_without_a_version_is_possible(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        simulator.control.set_habits(conflict=0)
        row = client.create(new())
        simulator.control.patch(str(row["Id"]), raw={"Version": 0})

        after = client.update(client.get(str(row["Id"])), {"notes": "new"})

        assert after["Notes"] == "new"

    @pytest.mark.parametrize(
        "habits",
        [{"put_answer": "204"}, {"delete_answer": "200_empty"}, {"delete_answer": "200_row"},
         {"media": "hal"}, {"tells_modified": False}],
        ids=str,
    )  # fmt: skip
    def test_takes_every_kind_of_success(
        self, simulator: RunningSimulator, client: CovaClient, habits: dict[str, object]
    ) -> None:
        simulator.control.set_habits(**habits)
        row = client.create(new())

        client.update(row, {"phone": None, "city": "Denver", "notes": "new"})
        client.set_status(client.get(str(row["Id"])), RecordStatus.INACTIVE)

        held = truth(simulator, row)
        assert (held["phone"], held["city"], held["notes"]) == (None, "Denver", "new")
        assert held["status"] == "inactive"

    def test_works_past_the_gateway(self, simulator: RunningSimulator) -> None:
        with opened(simulator, **direct(simulator)) as client:
            row = client.create(new())
            client.update(row, {"phone": "+17205550199"})

        assert truth(simulator, row)["phone"] == "+17205550199"

    def test_of_a_gateway_without_such_operations_is_unsupported(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        simulator.control.set_habits(gateway="documented")

        with pytest.raises(UnsupportedByPosError):
            client.update(row, {"notes": "new"})

    def test_of_somebody_who_vanished_meets_nobody(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        simulator.control.delete(str(row["Id"]))

        with pytest.raises(PosGoneError):
            client.update(row, {"notes": "new"})

    @pytest.mark.parametrize("name", ["gender", "referral_source", "loyalty_points"])
    def test_of_what_cova_cannot_change_is_unsupported(self, client: CovaClient, name: str) -> None:
        row = client.create(new())

        with pytest.raises(UnsupportedByPosError, match=name):
            client.update(row, {name: "x"})
