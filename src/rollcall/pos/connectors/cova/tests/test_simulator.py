"""The simulated Cova: its errors, filters, writes and habits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rollcall.pos.connectors.cova.simulator.odata import FilterError, fits, parse
from rollcall.pos.connectors.cova.tests.cova import (
    COMPANY,
    DIRECT,
    GATEWAY,
    ask,
    call,
    cova,
    token,
    token_form,
)
from rollcall.pos.simulator import RunningSimulator

TOKEN = "/v1/oauth2/token"
NEW: dict[str, Any] = {
    "CustomerTypeId": 2, "PrimaryName": "Priya", "FamilyName": "Raman",
    "ContactMethods": [
        {"ContactMethodCategoryId": 1, "ContactMethodTypeId": 3, "Value": "(720) 555-0199"},
        {"ContactMethodCategoryId": 2, "ContactMethodTypeId": 9, "Value": "priya@example.com"},
    ],
    "CustomerExtensions": [{"ExtensionTypeId": 2, "Value": "hub-A03K"}],
}  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    with cova(tmp_path, people=30) as simulator:
        yield simulator


def create(simulator: RunningSimulator, **changes: object) -> tuple[int, Any]:
    status, body, _ = ask(simulator, "POST", f"{GATEWAY}/CustomerFull", {**NEW, **changes})
    return status, body


def count(simulator: RunningSimulator) -> int:
    return int(simulator.control.health()["customers"])


class TestTokens:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [({"grant_type": "code"}, "unsupported_grant_type"), ({"client_id": "x"}, "invalid_client"),
         ({"client_secret": "x"}, "invalid_client"), ({"username": "x"}, "invalid_grant"),
         ({"password": ""}, "invalid_grant"),
         ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant")],
    )  # fmt: skip
    def test_are_refused_with_400(
        self, simulator: RunningSimulator, changes: dict[str, str], error: str
    ) -> None:
        status, body, _ = call(simulator, "POST", TOKEN, form=token_form(simulator, **changes))

        assert (status, body["error"]) == (400, error)

    def test_are_new_for_every_call_and_old_ones_stay(self, simulator: RunningSimulator) -> None:
        first, second = token(simulator), token(simulator)
        path = f"{GATEWAY}/CustomerTypes"

        statuses = [
            call(simulator, "GET", path, headers={"Authorization": f"Bearer {t}"})[0]
            for t in (first, second)
        ]

        assert first != second
        assert statuses == [200, 200]

    @pytest.mark.parametrize(("revokes", "status"), [(True, 401), (False, 200)])
    def test_are_revoked_by_a_refresh(
        self, simulator: RunningSimulator, revokes: bool, status: int
    ) -> None:
        simulator.control.set_habits(refresh_revokes=revokes)
        told = call(simulator, "POST", TOKEN, form=token_form(simulator))[1]
        form = token_form(
            simulator, grant_type="refresh_token", refresh_token=told["refresh_token"]
        )
        new = call(simulator, "POST", TOKEN, form=form)[1]["access_token"]
        path = f"{GATEWAY}/CustomerTypes"

        statuses = [
            call(simulator, "GET", path, headers={"Authorization": f"Bearer {t}"})[0]
            for t in (told["access_token"], new)
        ]

        assert statuses == [status, 200]
        assert call(simulator, "POST", TOKEN, form=form)[0] == 400

    def test_end(self, simulator: RunningSimulator) -> None:
        simulator.control.set_habits(token_life_s=0)

        assert ask(simulator, "GET", f"{GATEWAY}/CustomerTypes")[0] == 401

    @pytest.mark.parametrize("header", ["", "Bearer x", "Basic x"])
    def test_that_are_unknown_get_401(self, simulator: RunningSimulator, header: str) -> None:
        status, body, _ = call(
            simulator, "GET", f"{GATEWAY}/CustomerTypes", headers={"Authorization": header}
        )

        assert (status, body) == (
            401,
            {"Message": "Authorization has been denied for this request."},
        )


class TestPaths:
    def test_are_compared_whatever_their_case(self, simulator: RunningSimulator) -> None:
        assert ask(simulator, "GET", f"/crm/v1/companies({COMPANY})/customers")[0] == 200

    def test_of_another_company_are_forbidden(self, simulator: RunningSimulator) -> None:
        assert ask(simulator, "GET", "/crm/v1/Companies(1)/Customers")[0] == 403

    def test_of_nobody_get_the_services_404(self, simulator: RunningSimulator) -> None:
        path = f"{GATEWAY}/CustomerFull(7f2c1c1e-3f0e-4f4e-9f59-0f6a2d6b1a01)"

        status, body, headers = ask(simulator, "GET", path)

        assert (status, body) == (404, {"Message": "Resource cannot be found"})
        assert headers["Content-Type"] == "application/hal+json"

    def test_of_a_search_exist_at_the_gateway_only(self, simulator: RunningSimulator) -> None:
        criterion = {"Criteria": "x", "Field": "Contact", "Operation": "Equals"}
        body = {"Criteria": [criterion]}

        statuses = [ask(simulator, "POST", f"{base}/Search", body)[0] for base in (GATEWAY, DIRECT)]

        assert statuses == [200, 404]


class TestPages:
    @pytest.mark.parametrize(
        ("top", "rows"), [(10, 10), (100, 100), (101, 100), (-1, 100), ("x", 100), (0, 0)]
    )
    def test_are_at_most_100_rows(self, tmp_path: Path, top: object, rows: int) -> None:
        with cova(tmp_path, people=120) as simulator:
            assert len(ask(simulator, "GET", f"{GATEWAY}/Customers", top=top)[1]) == rows

    def test_are_50_rows_unless_asked(self, tmp_path: Path) -> None:
        with cova(tmp_path, people=70) as simulator:
            assert len(ask(simulator, "GET", f"{GATEWAY}/Customers")[1]) == 50
            assert len(ask(simulator, "GET", f"{GATEWAY}/Customers", skip=60)[1]) == 10

    def test_in_hal_have_relative_links(self, simulator: RunningSimulator) -> None:
        _, body, _ = ask(
            simulator, "GET", f"{DIRECT}/Customers", top=10, skip=10, accept="application/hal+json"
        )

        links = {name: link and link["href"] for name, link in body["_links"].items()}
        base = f"Companies({COMPANY})/Customers"
        assert links == {
            "self": f"{base}?$skip=10&$top=10", "prev": f"{base}?$skip=0&$top=10",
            "next": f"{base}?$skip=20&$top=10",
        }  # fmt: skip
        first = body["_embedded"]["self"][0]
        assert first["_links"]["self"]["href"] == f"{base}({first['Id']})"
        assert "ContactMethods" not in first

    def test_in_hal_that_are_empty_lack_their_rows(self, simulator: RunningSimulator) -> None:
        _, body, _ = ask(
            simulator, "GET", f"{DIRECT}/Customers", skip=500, accept="application/hal+json"
        )

        assert body["_embedded"] == {}


class TestFilters:
    ROW = {
        "PrimaryName": "O'Neil", "FamilyName": "Xu", "CustomerTypeId": 2, "Disabled": False,
        "DateOfBirth": "1990-01-01T00:00:00", "Id": "7f2c1c1e-3f0e-4f4e-9f59-0f6a2d6b1a01",
        "ContactMethods": [{"Value": "(720) 555-0177"}], "CustomerExtensions": [{"Value": "hub-1"}],
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "does_fit"),
        [("PrimaryName eq 'O''Neil'", True), ("PrimaryName eq 'o''neil'", False),
         ("tolower(PrimaryName) eq 'o''neil'", True), ("CustomerTypeId gt 1", True),
         ("CustomerTypeId lt 2 and PrimaryName eq 'O''Neil'", False), ("Disabled eq false", True),
         ("DateOfBirth eq DateTime'1990-01-01'", True), ("substringof('Nei', PrimaryName)", True),
         ("DateOfBirth ge datetime'1990-01-02T00:00:00z'", False),
         ("Id eq guid'7f2c1c1e-3f0e-4f4e-9f59-0f6a2d6b1a01'", True), ("Nickname eq 'x'", False),
         ("Criteria eq 'xu'", True), ("Criteria eq 'HUB-1'", True),
         ("Criteria eq '7205550177'", False), ("substringof('555-01', Criteria)", True)],
    )  # fmt: skip
    def test_choose_rows(self, text: str, does_fit: bool) -> None:
        assert fits(self.ROW, parse(text), is_case_sensitive=True) is does_fit

    @pytest.mark.parametrize(
        "text",
        ["x", "a eq 'b' or c eq 'd'", "a eq 'b", "a ne 'b'", "a eq datetime'x'", "a eq 'b' and"],
    )  # fmt: skip
    def test_that_are_wrong_are_refused(self, simulator: RunningSimulator, text: str) -> None:
        with pytest.raises(FilterError):
            parse(text)
        assert ask(simulator, "GET", f"{GATEWAY}/Customers", filter=text)[0] == 400


class TestSearches:
    def test_take_all_criteria_together(self, simulator: RunningSimulator) -> None:
        create(simulator)
        create(simulator, PrimaryName="Priyanka")
        phone = {"Criteria": "7205550199", "Field": "Phone", "Operation": "Equals"}
        name = {"Criteria": "priyanka", "Field": "PrimaryName", "Operation": "StartsWith"}
        email = {"Criteria": "else", "Field": "Contact", "Operation": "Contains"}

        found = [
            ask(simulator, "POST", f"{GATEWAY}/Search", {"Criteria": criteria})[1]
            for criteria in ([phone], [phone, name], [phone, email])
        ]

        assert [len(told["Results"]) for told in found] == [2, 1, 0]
        assert found[1]["Criteria"] == [phone, name]

    @pytest.mark.parametrize("body", [{}, {"Criteria": "x"}, {"Criteria": [{"Field": "Shoe"}]}])
    def test_that_are_wrong_are_refused(
        self, simulator: RunningSimulator, body: dict[str, object]
    ) -> None:
        assert ask(simulator, "POST", f"{GATEWAY}/Search", body)[0] == 400


class TestCreates:
    def test_answer_201_with_everything(self, simulator: RunningSimulator) -> None:
        status, row = create(simulator)

        assert (status, row["Version"], row["CustomerType"]) == (201, 1, "Person")
        assert [m["ContactMethodType"] for m in row["ContactMethods"]] == ["Mobile", "Home"]
        assert row["CustomerExtensions"][0]["ExtensionType"] == "ExternalCustomerId"

    def test_opt_people_out_unless_told(self, simulator: RunningSimulator) -> None:
        row = create(simulator)[1]

        assert row["DoNotContact"] is True
        assert [m["DoNotContact"] for m in row["ContactMethods"]] == [True, True]

    def test_look_for_no_duplicates(self, simulator: RunningSimulator) -> None:
        assert create(simulator)[1]["Id"] != create(simulator)[1]["Id"]
        assert count(simulator) == 32

    @pytest.mark.parametrize(
        "changes",
        [{"CustomerTypeId": None}, {"CustomerTypeId": 9}, {"PrimaryName": "x" * 101},
         {"MiddleName": "x" * 51}, {"Notes": "x" * 2001}, {"DateOfBirth": "2023-02-30"},
         {"ContactMethods": [{"ContactMethodCategoryId": 2, "ContactMethodTypeId": 3}]},
         {"ContactMethods": [{**NEW["ContactMethods"][1], "Value": "priya"}]},
         {"Addresses": [{"StateCode": "CO", "CountryCode": "US"}]},
         {"Addresses": [{"AddressTypeId": 2, "StateCode": "CO"}]},
         {"CustomerExtensions": [{"ExtensionTypeId": 99, "Value": "x"}]}],
    )  # fmt: skip
    def test_refuse_what_cannot_be(
        self, simulator: RunningSimulator, changes: dict[str, object]
    ) -> None:
        assert create(simulator, **changes)[0] == 400
        assert count(simulator) == 30


class TestUpdates:
    def test_replace_the_slim_customer_whole_and_leave_the_parts(
        self, simulator: RunningSimulator
    ) -> None:
        row = create(simulator, Notes="old", DoNotContact=False)[1]
        path = f"{GATEWAY}/Customers({row['Id']})"
        body = {"Id": row["Id"], "CustomerTypeId": 2, "Version": 1, "PrimaryName": "Pri"}

        status, told, _ = ask(simulator, "PUT", path, body)

        full = ask(simulator, "GET", f"{GATEWAY}/CustomerFull({row['Id']})")[1]
        assert (status, told["Version"], told["Notes"], told["DoNotContact"]) == (
            200,
            2,
            None,
            True,
        )
        assert full["ContactMethods"] == row["ContactMethods"]
        assert simulator.control.customer(row["Id"])["given_name"] == "Pri"

    @pytest.mark.parametrize("conflict", [409, 412, 400])
    def test_with_an_old_version_are_refused(
        self, simulator: RunningSimulator, conflict: int
    ) -> None:
        simulator.control.set_habits(conflict=conflict)
        row = create(simulator)[1]
        simulator.control.patch(row["Id"], given_name="Pri")
        path = f"{GATEWAY}/Customers({row['Id']})"

        assert ask(simulator, "PUT", path, row)[0] == conflict
        assert simulator.control.customer(row["Id"])["given_name"] == "Pri"

    @pytest.mark.parametrize("changes", [{"Id": "x"}, {"Version": None}, {"CustomerTypeId": None}])
    def test_that_lack_something_are_refused(
        self, simulator: RunningSimulator, changes: dict[str, object]
    ) -> None:
        row = create(simulator)[1]
        path = f"{GATEWAY}/Customers({row['Id']})"

        assert ask(simulator, "PUT", path, {**row, **changes})[0] == 400

    def test_of_a_part_raise_both_versions(self, simulator: RunningSimulator) -> None:
        row = create(simulator)[1]
        method = {**row["ContactMethods"][0], "Value": "3035550142"}
        path = f"{GATEWAY}/Customers({row['Id']})/ContactMethods({method['Id']})"

        told = ask(simulator, "PUT", path, method)[1]

        full = ask(simulator, "GET", f"{GATEWAY}/CustomerFull({row['Id']})")[1]
        assert (told["Version"], full["Version"]) == (2, 2)
        assert simulator.control.customer(row["Id"])["phone"] == "+13035550142"

    def test_of_parts_can_be_read_and_removed(self, simulator: RunningSimulator) -> None:
        row = create(simulator)[1]
        path = f"{GATEWAY}/Customers({row['Id']})/ContactMethods"
        one = f"{path}({row['ContactMethods'][0]['Id']})"

        before = ask(simulator, "GET", path)[1]
        statuses = [ask(simulator, method, one)[0] for method in ("GET", "DELETE", "GET", "DELETE")]

        assert before == row["ContactMethods"]
        assert statuses == [200, 204, 404, 404]
        assert simulator.control.customer(row["Id"])["phone"] is None

    def test_disable_and_keep_the_customer_readable(self, simulator: RunningSimulator) -> None:
        row = create(simulator)[1]

        status = ask(simulator, "DELETE", f"{GATEWAY}/Customers({row['Id']})")[0]

        slim = ask(simulator, "GET", f"{GATEWAY}/Customers({row['Id']})")[1]
        assert (status, slim["Disabled"]) == (204, True)
        assert simulator.control.customer(row["Id"])["status"] == "inactive"

    def test_at_the_till_raise_the_version_each_time(self, simulator: RunningSimulator) -> None:
        row = create(simulator)[1]
        for number in range(3):
            simulator.control.patch(row["Id"], notes=f"note {number}")

        slim = ask(simulator, "GET", f"{GATEWAY}/Customers({row['Id']})")[1]
        assert slim["Version"] == 4


class TestMerges:
    @pytest.mark.parametrize("key", ["MergedCustomers", "MergedCustomerIds"])
    def test_are_told_by_both_and_form_chains(self, simulator: RunningSimulator, key: str) -> None:
        simulator.control.set_habits(merged_key=key)
        first, second, third = (create(simulator)[1]["Id"] for _ in range(3))
        simulator.control.merge(first, into=second)
        simulator.control.merge(second, into=third)

        rows = [
            ask(simulator, "GET", f"{GATEWAY}/CustomerFull({pos_id})")[1]
            for pos_id in (first, second, third)
        ]

        assert [row["MergedIntoCustomerId"] for row in rows] == [second, third, None]
        assert [row[key] for row in rows] == [[], [first], [second]]
        assert [row["Disabled"] for row in rows] == [True, True, False]


class TestLimits:
    @pytest.mark.parametrize("tells", [True, False])
    def test_are_the_gateways(self, tmp_path: Path, tells: bool) -> None:
        with cova(tmp_path, people=10, no_limits=False) as simulator:
            simulator.control.set_habits(
                rate_limit=0, tells_retry_after=tells, tells_remaining=tells
            )
            status, body, headers = ask(simulator, "GET", f"{GATEWAY}/CustomerTypes")
            past = ask(simulator, "GET", f"{DIRECT}/CustomerTypes")[0]

        assert (status, body["statusCode"], past) == (429, 429, 200)
        assert headers["COVA-APIM-RateLimit-Limit"] == "0"
        assert ("Retry-After" in headers) is tells
        assert ("COVA-APIM-RateLimit-Remaining" in headers) is tells

    def test_are_told_before_they_are_reached(self, tmp_path: Path) -> None:
        with cova(tmp_path, people=10, no_limits=False) as simulator:
            headers = ask(simulator, "GET", f"{GATEWAY}/CustomerTypes")[2]

        assert headers["COVA-APIM-RateLimit-Limit"] == "1000"
        assert headers["COVA-APIM-RateLimit-Remaining"] == "999"
