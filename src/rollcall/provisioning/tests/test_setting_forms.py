from __future__ import annotations

import datetime as dt
import enum
import socket
import ssl

import pytest
from pydantic import BaseModel, Field, SecretStr

from rollcall.pos.contract import PosSettings
from rollcall.pos.errors import PosError, PosNeedsHumanError, PosUnavailableError
from rollcall.pos.registry import connector, kinds
from rollcall.provisioning.rules.setting_fields import Control, list_fields
from rollcall.provisioning.rules.setting_values import read_settings, without_secrets
from rollcall.provisioning.rules.targets import AddressError, check_address, is_inside
from rollcall.provisioning.rules.trouble import Trouble, trouble_of


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Everything(PosSettings):
    name: str = Field(title="Name")
    key: SecretStr = SecretStr("")
    count: int = 3
    share: float | None = None
    since: dt.date = dt.date(2020, 1, 1)
    all_of_it: bool = True
    size: Size = Size.SMALL
    ids: dict[str, str] = Field(default_factory=dict)


class TestListFields:
    def test_finds_a_control_for_every_type(self) -> None:
        found = {one.name: (one.control, one.default) for one in list_fields(Everything)}

        assert found == {
            "name": (Control.TEXT, ""),
            "key": (Control.SECRET, ""),
            "count": (Control.WHOLE, "3"),
            "share": (Control.NUMBER, ""),
            "since": (Control.DAY, "2020-01-01"),
            "all_of_it": (Control.SWITCH, "yes"),
            "size": (Control.CHOICE, "small"),
            "ids": (Control.PAIRS, ""),
        }

    @pytest.mark.parametrize("kind", kinds())
    def test_understands_every_connector(self, kind: str) -> None:
        fields = list_fields(connector(kind).settings_model)

        assert [one.name for one in fields if not (one.label and one.help)] == []

    def test_refuses_a_type_that_nobody_can_type(self) -> None:
        class Odd(BaseModel):
            parts: list[int] = []

        with pytest.raises(TypeError, match=r"Odd\.parts"):
            list_fields(Odd)


class TestReadSettings:
    def test_takes_what_differs_from_the_default_only(self) -> None:
        typed = {
            "name": " a ",
            "count": "3",
            "since": "2021-02-03",
            "size": "large",
            "ids": "x = 1\r\n\r\ny=2",
        }

        filled = read_settings(Everything, list_fields(Everything), typed, held={})

        assert filled.problems == {}
        assert filled.settings is not None
        assert filled.settings.model_dump(exclude_unset=True) == {
            "name": "a",
            "since": dt.date(2021, 2, 3),
            "all_of_it": False,
            "size": Size.LARGE,
            "ids": {"x": "1", "y": "2"},
        }

    @pytest.mark.parametrize(
        ("name", "text", "words"),
        [
            ("count", "1.5", "has to be a whole number"),
            ("share", "a lot", "has to be a number"),
            ("since", "2021-02-30", "has to be a day such as 2024-01-31"),
            ("size", "huge", "has to be one of the list"),
            ("ids", "x=1\nx=2", "line 2 has a name that stands further up already"),
            ("name", "\ud800", "holds a character that cannot be shown; type it, or copy it again"),
        ],
    )
    def test_says_what_is_wrong_with_a_value(self, name: str, text: str, words: str) -> None:
        typed = {"name": "a", name: text}

        filled = read_settings(Everything, list_fields(Everything), typed, held={})

        assert filled.problems == {name: words}
        assert filled.settings is None


class TestWithoutSecrets:
    def test_cuts_them_out_of_what_a_pos_says(self) -> None:
        settings = Everything(name="a", key=SecretStr("hush"))

        assert without_secrets("bad key hush!", settings) == "bad key …!"
        assert len(without_secrets("x" * 9_999, settings)) == 301


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "https://api.treez.io/v2.0/dispensary",
            "http://127.0.0.1:8080/x",
            "https://localhost/",
            "http://[::1]:80/",
            "https://93.184.216.34/",
        ],
    )
    def test_of_the_internet_and_of_this_machine_are_called(self, url: str) -> None:
        check_address(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://",
            "https:///x",
            "https://a..b@c/",
            "https://169.254.169.254",
            "https://100.100.100.200/",
            "https://224.0.0.1/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[2002:a9fe:a9fe::]/",
            "https://[::/",
            "javascript://alert",
            "https://host?x=1",
            "https://host/\t",
        ],
    )
    def test_of_anything_else_are_not(self, url: str) -> None:
        with pytest.raises(AddressError):
            check_address(url)

    def test_with_a_scope_are_told_by_what_they_are(self) -> None:
        assert is_inside("fe80::1%eth0")
        assert is_inside("not an address")
        assert not is_inside("93.184.216.34")


def caused(error: PosError, by: BaseException) -> PosError:
    try:
        raise by
    except type(by):
        try:
            raise error from None
        except PosError as raised:
            return raised


class TestTrouble:
    @pytest.mark.parametrize(
        ("by", "expected"),
        [
            (socket.gaierror(), Trouble.NAME_UNKNOWN),
            (ConnectionRefusedError(), Trouble.REFUSED),
            (ssl.SSLCertVerificationError(), Trouble.UNTRUSTED),
            (ssl.SSLError(), Trouble.NO_TLS),
            (OSError("no route"), Trouble.UNREACHABLE),
        ],
    )
    def test_is_known_by_what_broke_the_connection(
        self, by: BaseException, expected: Trouble
    ) -> None:
        error = caused(PosUnavailableError("no answer", code="ConnectError"), by)

        assert trouble_of(error) is expected

    def test_of_a_firewall_and_of_a_person(self) -> None:
        unanswered = PosUnavailableError("no answer", code="ConnectTimeout")

        assert trouble_of(unanswered) is Trouble.UNREACHABLE
        assert trouble_of(PosNeedsHumanError("locked")) is Trouble.NEEDS_PERSON
        led_inside = PosNeedsHumanError("it leads inside", code="address_refused")
        assert trouble_of(led_inside) is Trouble.INSIDE
        assert trouble_of(RuntimeError("closed")) is Trouble.ODD
