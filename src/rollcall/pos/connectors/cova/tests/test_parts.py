"""How contacts, consent, addresses, extensions and the status are changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rollcall.pos.connectors.cova.client import CovaClient
from rollcall.pos.connectors.cova.tests.cova import (
    ask,
    canonical,
    cova,
    new,
    opened,
    requests_to,
    truth,
    written,
)
from rollcall.pos.contract import RawRow, RecordStatus
from rollcall.pos.errors import (
    PosConflictError,
    PosNeedsHumanError,
    PosRefusedDataError,
    UnsupportedByPosError,
)
from rollcall.pos.simulator import RunningSimulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with cova(tmp_path, people=30) as simulator:
        yield simulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[CovaClient]:
    with opened(simulator) as client:
        yield client


class TestContacts:
    def test_that_stand_beside_stay(self, simulator: RunningSimulator, client: CovaClient) -> None:
        row = client.create(new())
        beside = {"ContactMethodCategoryId": 1, "ContactMethodTypeId": 1, "Value": "3035550111"}
        path = f"/crm/v1/Companies({simulator.settings['company_id']})/Customers({row['Id']})"
        ask(simulator, "POST", f"{path}/ContactMethods", beside)

        after = client.update(client.get(str(row["Id"])), {"phone": "+17205550199"})

        assert [m["Value"] for m in after["ContactMethods"]] == [
            "7205550199", "ana.lee@example.com", "3035550111",
        ]  # fmt: skip

    def test_that_are_emptied_leave_none_in_their_place(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        path = f"/crm/v1/Companies({simulator.settings['company_id']})/Customers({row['Id']})"
        for kind, value in ((1, "3035550111"), (6, "3035550112")):
            beside = {"ContactMethodCategoryId": 1, "ContactMethodTypeId": kind, "Value": value}
            ask(simulator, "POST", f"{path}/ContactMethods", beside)

        after = client.update(client.get(str(row["Id"])), {"phone": None})

        # The fax is no phone.
        assert [m["Value"] for m in after["ContactMethods"]] == [
            "ana.lee@example.com",
            "3035550112",
        ]
        assert canonical(after).fields["phone"] is None

    def test_without_an_id_can_be_changed_in_cova_only(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        method = {"ContactMethodCategoryId": 1, "ContactMethodTypeId": 8, "Value": "7205550177"}
        simulator.control.patch(str(row["Id"]), raw={"ContactMethods": [method]})

        with pytest.raises(PosRefusedDataError) as caught:
            client.update(client.get(str(row["Id"])), {"phone": "+17205550199"})
        assert caught.value.code == "part_id_missing"
        assert written(simulator) == 0

    def test_that_another_removed_meanwhile_are_a_conflict(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        fresh = client.get(str(row["Id"]))
        gone = {**row["ContactMethods"][0], "Id": "7f2c1c1e-3f0e-4f4e-9f59-0f6a2d6b1a01"}
        stale = {**fresh, "ContactMethods": [gone, row["ContactMethods"][1]]}

        def as_if_cached(_external_id: str) -> RawRow:
            return stale

        client._writer._finder.get = as_if_cached  # type: ignore[method-assign,assignment]  # a twin
        with pytest.raises(PosConflictError):
            client.update(stale, {"phone": "+17205550199"})


class TestConsent:
    def test_of_the_customer_ends_every_channel_and_gives_it_back(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())

        row = client.update(row, {"marketing_opt_in": False})
        withdrawn = truth(simulator, row)
        row = client.update(row, {"marketing_opt_in": True})

        names = ("marketing_opt_in", "email_opt_in", "sms_opt_in")
        assert [withdrawn[name] for name in names] == [False, False, False]
        assert [truth(simulator, row)[name] for name in names] == [True, True, False]

    def test_of_a_channel_is_the_contacts_own(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())

        row = client.update(row, {"sms_opt_in": True, "email_opt_in": False})

        assert row["DoNotContact"] is False
        assert [m["DoNotContact"] for m in row["ContactMethods"]] == [False, True]

    def test_of_a_channel_is_not_given_against_the_customers_own_word(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new(marketing_opt_in=False))

        with pytest.raises(PosRefusedDataError) as caught:
            client.update(row, {"sms_opt_in": True, "notes": "new"})
        held = truth(simulator, row)
        assert caught.value.code == "do_not_contact"
        assert (held["marketing_opt_in"], held["sms_opt_in"]) == (False, False)
        # What could be done was done.
        assert held["notes"] == "new"

    def test_of_a_channel_needs_a_contact(self, client: CovaClient) -> None:
        row = client.create(new(email=None, email_opt_in=None))

        with pytest.raises(PosRefusedDataError) as caught:
            client.update(row, {"email_opt_in": True})
        assert caught.value.code == "no_contact"

    def test_of_both_levels_at_once_is_the_stricter_one(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())

        client.update(row, {"marketing_opt_in": False, "email_opt_in": True})

        assert truth(simulator, row)["email_opt_in"] is False

    def test_stays_with_a_number_that_is_corrected(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())

        client.update(row, {"email": "lee@example.com"})

        assert truth(simulator, row)["email_opt_in"] is True

    def test_of_a_new_contact_is_a_no_unless_it_is_told(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new(email=None, email_opt_in=None, phone=None))

        row = client.update(row, {"email": "a@example.com", "phone": "+17205550143"})

        assert [m["DoNotContact"] for m in row["ContactMethods"]] == [True, True]

    def test_that_nobody_was_asked_for_becomes_told(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        simulator.control.patch(str(row["Id"]), marketing_opt_in=None)

        row = client.update(client.get(str(row["Id"])), {"marketing_opt_in": False})

        assert row["DoNotContact"] is True


class TestAddresses:
    def test_are_removed_when_nothing_is_left(self, client: CovaClient) -> None:
        row = client.create(new())

        row = client.update(row, dict.fromkeys(("street", "city", "state", "zip")))

        assert row["Addresses"] == []

    def test_stay_when_something_else_is_in_them(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        address = {**row["Addresses"][0], "Notes": "Ring twice"}
        simulator.control.patch(str(row["Id"]), raw={"Addresses": [address]})
        current = client.get(str(row["Id"]))

        row = client.update(current, dict.fromkeys(("street", "city", "state", "zip")))

        assert [a["Notes"] for a in row["Addresses"]] == ["Ring twice"]
        assert (row["Addresses"][0]["CountryCode"], row["Addresses"][0]["State"]) == (None, None)

    def test_are_added_as_private_as_the_customer(self, client: CovaClient) -> None:
        nowhere = dict.fromkeys(("street", "city", "state", "zip"))
        told = []
        for consent in (True, False):
            row = client.create(new(**nowhere, marketing_opt_in=consent))
            row = client.update(row, {"city": "Denver"})
            told.append([(a["Locality"], a["DoNotContact"]) for a in row["Addresses"]])

        assert told == [[("Denver", False)], [("Denver", True)]]

    def test_move_to_another_country_with_their_state(self, client: CovaClient) -> None:
        row = client.create(new())

        row = client.update(row, {"state": "BC"})

        held = row["Addresses"][0]
        assert (held["CountryCode"], held["Country"], held["State"]) == ("CA", "Canada", "BC")


class TestExtensions:
    def test_are_added_changed_and_removed(self, client: CovaClient) -> None:
        row = client.create(new())
        told = []
        for value in ("X-1", "X-2", None):
            row = client.update(row, {"licence": value})
            told.append(canonical(row).fields["licence"])

        assert told == ["X-1", "X-2", None]
        assert [e["Value"] for e in row["CustomerExtensions"]] == ["hub-1"]

    def test_that_cova_does_not_have_are_for_a_person(self, simulator: RunningSimulator) -> None:
        with opened(simulator, licence_extension="Licence Nr") as client:
            row = client.create(new())

            with pytest.raises(PosNeedsHumanError) as caught:
                client.update(row, {"licence": "X-1", "notes": "new"})
            assert caught.value.code == "extension_unknown"
        assert truth(simulator, row)["notes"] is None

    def test_have_no_place_where_their_types_are_not_told(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        wanted = {"licence": "X-1", "medical_id": None, "notes": "new"}
        told = client.cannot_hold({}, wanted)
        simulator.control.set_habits(gateway="documented")

        with opened(simulator) as other, opened(simulator, licence_extension="") as fewer:
            assert told == frozenset()
            assert other.cannot_hold({}, wanted) == {"licence", "medical_id"}
            assert fewer.cannot_hold({}, wanted) == {"medical_id"}
            assert other.cannot_hold({}, {"notes": "new"}) == frozenset()

    def test_that_are_not_configured_are_unsupported(self, simulator: RunningSimulator) -> None:
        with opened(simulator, licence_extension="") as client:
            row = client.create(new())

            with pytest.raises(UnsupportedByPosError):
                client.update(row, {"licence": "X-1"})


class TestStatus:
    def test_is_set_with_one_request(self, simulator: RunningSimulator, client: CovaClient) -> None:
        row = client.create(new())

        row = client.set_status(row, RecordStatus.INACTIVE)
        row = client.set_status(row, RecordStatus.INACTIVE)

        assert row["Disabled"] is True
        assert requests_to(simulator, "DELETE", "/Customers({id})") == 1

    def test_is_set_back_and_keeps_everything(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        before = truth(simulator, row)

        row = client.set_status(row, RecordStatus.INACTIVE)
        client.set_status(row, RecordStatus.ACTIVE)

        assert truth(simulator, row) == before | {"updated_at": truth(simulator, row)["updated_at"]}

    def test_of_somebody_changed_meanwhile_is_a_conflict(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        row = client.create(new())
        simulator.control.patch(str(row["Id"]), notes="theirs")

        with pytest.raises(PosConflictError):
            client.set_status(row, RecordStatus.INACTIVE)
        assert truth(simulator, row)["status"] == "active"

    def test_of_somebody_merged_away_stays(
        self, simulator: RunningSimulator, client: CovaClient
    ) -> None:
        donor, survivor = client.create(new()), client.create(new())
        simulator.control.merge(str(donor["Id"]), into=str(survivor["Id"]))

        with pytest.raises(PosRefusedDataError) as caught:
            client.set_status(client.get(str(donor["Id"])), RecordStatus.ACTIVE)
        assert caught.value.code == "merged"
        assert truth(simulator, donor)["status"] == "inactive"
