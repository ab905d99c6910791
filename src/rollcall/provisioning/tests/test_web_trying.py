"""Trying a connection from the form: every answer in words, and within five seconds."""

from __future__ import annotations

import html
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rollcall.kit.scope import Scope
from rollcall.pos.registry import kinds
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import RunningSimulator, running
from rollcall.provisioning.tests.conftest import Fill
from rollcall.provisioning.tests.pos_servers import answering, closed, self_signed, silent
from rollcall.sync.models import PosConnection

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "very-secret-key-of-alder"
TREEZ = {"dispensary": "alderway", "api_key": KEY, "client_id": "very-secret-client-id"}
#: A setting of each POS that makes its credentials wrong.
WRONG = {
    "blaze": {"dispensary_key": KEY},
    "cova": {"password": KEY},
    "flowhub": {"api_key": KEY},
    "leaflogix": {"api_key": KEY},
    "treez": {"api_key": KEY},
}


def result(client: Client, kind: str, posted: dict[str, object]) -> str:
    """What the page says in its result, as a browser with JavaScript gets it."""
    started = time.monotonic()
    answer = client.post(f"/connections/new/{kind}/", posted, headers={"HX-Request": "true"})
    assert time.monotonic() - started < 5.0
    assert answer.status_code == 200
    text = answer.content.decode()
    assert KEY not in text
    assert "Traceback" not in text
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", plain).strip()


def try_treez(client: Client, fill: Fill, base_url: str, **given: object) -> str:
    return result(client, "treez", fill("treez", {**TREEZ, "base_url": base_url, **given}))


@pytest.mark.parametrize("kind", kinds())
class TestAnySimulator:
    def test_is_reached_with_right_credentials_only(
        self, admin: Client, fill: Fill, scope_a: Scope, tmp_path: Path, kind: str
    ) -> None:
        options = SimulatorOptions(state=tmp_path / "pos.sqlite", people=12, no_limits=True)
        with running(kind, options) as simulator:
            right = result(admin, kind, fill(kind, simulator.settings))
            wrong = result(admin, kind, fill(kind, {**simulator.settings, **WRONG[kind]}))

        assert right.startswith("It works. These settings read the customers of ")
        assert "clock and ours agree" in right
        assert wrong.startswith("The POS answers, but it does not accept these credentials.")
        assert "What to check next: Copy each key once more" in wrong
        assert PosConnection.objects.scoped(scope_a).count() == 0

    def test_says_that_a_wrong_path_is_one(
        self, admin: Client, fill: Fill, tmp_path: Path, kind: str
    ) -> None:
        options = SimulatorOptions(state=tmp_path / "pos.sqlite", people=12, no_limits=True)
        with running(kind, options) as simulator:
            base_url = f"{simulator.settings['base_url']}/nowhere"
            said = result(admin, kind, fill(kind, {**simulator.settings, "base_url": base_url}))

        assert said.startswith("The server answers, but it knows nothing at this address.")
        assert "letter by letter" in said


class TestAServerThatIsNoPos:
    def test_hangs(self, admin: Client, fill: Fill) -> None:
        with silent() as url:
            said = try_treez(admin, fill, url)

        assert said.startswith("The server picks up, but says nothing.")

    def test_drips(self, admin: Client, fill: Fill) -> None:
        with answering(200, b"{" + b" " * 100, drip_s=0.5) as url:
            said = try_treez(admin, fill, url)

        assert said.startswith("The POS did not finish its answer within five seconds.")

    def test_is_not_there(self, admin: Client, fill: Fill) -> None:
        said = try_treez(admin, fill, closed())

        assert said.startswith("The server is there, but it does not take calls")

    def test_has_no_name(self, admin: Client, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HTTPS_PROXY", raising=False)
        monkeypatch.delenv("https_proxy", raising=False)

        said = try_treez(admin, fill, "https://pos.invalid/v2")

        assert said.startswith("There is no server of this name on the internet.")

    def test_is_a_web_page(self, admin: Client, fill: Fill) -> None:
        with answering(200, b"<!doctype html><title>Welcome</title>") as url:
            said = try_treez(admin, fill, url)

        assert said.startswith("A server answers, but not like this POS: it may be a web page.")

    def test_redirects(self, admin: Client, fill: Fill) -> None:
        with answering(302, headers={"Location": "https://example.com/"}) as url:
            said = try_treez(admin, fill, url)

        assert said.startswith("The server sends us on to another address")

    def test_has_a_certificate_that_nobody_vouches_for(
        self, admin: Client, fill: Fill, tmp_path: Path
    ) -> None:
        with answering(200, b"{}", tls=self_signed(tmp_path)) as url:
            said = try_treez(admin, fill, url)

        assert said.startswith("The server cannot prove that it is who it says it is")

    def test_speaks_no_tls(self, admin: Client, fill: Fill) -> None:
        with answering(200, b"{}") as url:
            said = try_treez(admin, fill, url.replace("http://", "https://"))

        assert said.startswith("The server does not speak https at this address.")

    def test_repeats_the_key(self, admin: Client, fill: Fill) -> None:
        body = f'{{"resultCode": "FAIL", "resultReason": "{KEY}"}}'.encode()
        with answering(200, body, headers={"Content-Type": "application/json"}) as url:
            said = try_treez(admin, fill, url)

        assert said.startswith("The POS answers, but it does not accept these credentials.")


class TestASlowOrBusyPos:
    def test_is_told_as_slow(self, admin: Client, fill: Fill, treez: RunningSimulator) -> None:
        treez.control.set_faults(latency_ms=3000)

        said = result(admin, "treez", fill("treez", treez.settings))

        assert said.startswith("The POS did not finish its answer within five seconds.")

    def test_is_told_as_throttling(
        self, admin: Client, fill: Fill, treez: RunningSimulator
    ) -> None:
        treez.control.set_faults(throttle_burst=5, retry_after=30)

        said = result(admin, "treez", fill("treez", treez.settings))

        assert said.startswith("The POS says that it is asked too often at the moment.")

    def test_is_told_as_having_a_problem(
        self, admin: Client, fill: Fill, treez: RunningSimulator
    ) -> None:
        treez.control.set_faults(error_500_rate=1.0)

        said = result(admin, "treez", fill("treez", treez.settings))

        assert said.startswith("The POS is there, but has a problem of its own.")


class TestAnAddress:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("file:///etc/passwd", "has to begin with https://"),
            ("gopher://example.com/", "has to begin with https://"),
            ("api.example.com", "has to begin with https://"),
            ("https://169.254.169.254/latest/", "inside the network"),
            ("https://[fd00:ec2::254]/", "inside the network"),
            ("https://[::ffff:169.254.169.254]/", "inside the network"),
            ("https://[fe80::1]/", "inside the network"),
            ("https://0.0.0.0/", "inside the network"),
            ("https://10.0.0.5/", "inside the network"),
            ("https://metadata.google.internal/", "inside the network"),
            ("https://user:pass@example.com/", "user name or password"),
            ("https://example.com\\@169.254.169.254/", "user name or password"),
            ("https://example.com/#x", "is no address"),
            ("https://exa mple.com/", "is no address"),
            ("https://example.com:99999/", "is no address"),
            ("http://example.com/", "has to begin with https://"),
        ],
    )
    def test_that_is_none_of_a_pos_is_not_called(
        self, admin: Client, fill: Fill, url: str, words: str
    ) -> None:
        said = try_treez(admin, fill, url)

        assert said.startswith("1 thing needs a correction")
        assert words in said

    @pytest.mark.parametrize("host", ["2852039166", "0x7f.1", "127.1"])
    def test_whose_name_leads_inside_is_not_called(
        self, admin: Client, fill: Fill, host: str
    ) -> None:
        said = try_treez(admin, fill, f"https://{host}/")

        assert "leads into the network that Rollcall runs in" in said

    def test_whose_name_leads_inside_the_second_time_it_is_looked_up_gets_nothing(
        self, admin: Client, fill: Fill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        really, outside = socket.getaddrinfo, ["93.184.215.14"]

        def rebinding(host: str, *rest: Any, **named: Any) -> Any:
            if host == "pos.example":
                host = outside.pop() if outside else "127.0.0.1"
            return really(host, *rest, **named)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            said = try_treez(admin, fill, f"https://pos.example:{listening.getsockname()[1]}/v2")

            listening.settimeout(2)
            called, _ = listening.accept()
            with called:
                assert called.recv(1) == b""

        assert said.startswith("This address leads into the network that Rollcall runs in")


class TestWhatWasTyped:
    def test_is_corrected_all_at_once_and_beside_its_field(self, admin: Client, fill: Fill) -> None:
        wrong = {"dispensary": "no spaces", "page_size": "many", "history_from": "soon"}

        posted = fill("treez", wrong, slug="Alder Way", stores=[])
        answer = admin.post("/connections/new/treez/", posted)

        text = answer.content.decode()
        assert answer.status_code == 422
        assert "7 things need a correction" in text
        for name, words in {
            "slug": "Name of the connection may hold small letters",
            "stores": "Stores need at least one that is ticked.",
            "dispensary": "Dispensary does not look like one",
            "api_key": "API key is needed.",
            "client_id": "Client id is needed.",
            "page_size": "Rows a page has to be a whole number.",
            "history_from": "Customers since has to be a day such as 2024-01-31.",
        }.items():
            assert f'id="field-{name}-error">{words}' in text

    def test_in_lines_is_read_line_by_line(self, admin: Client, fill: Fill) -> None:
        given = {"client_id": "c", "api_key": KEY, "store_id": "s", "group_ids": {"Vip": "7"}}
        posted = fill("flowhub", given)

        said = result(admin, "flowhub", {**posted, "setting-group_ids": "Vip=7\nnonsense"})

        assert "Ids of groups line 2 is not name=value." in said

    @pytest.mark.parametrize("text", ["a\x00b", "a\nb", "x" * 30_000])
    def test_is_refused_where_it_is_hostile(self, admin: Client, fill: Fill, text: str) -> None:
        said = try_treez(admin, fill, "https://example.com", api_key=f"{KEY}{text}y")

        assert said.startswith("1 thing needs a correction API key ")


class TestJsonOfSomebodyElse:
    @pytest.mark.parametrize("kind", ["leaflogix", "flowhub"])
    def test_is_not_taken_for_a_pos(self, admin: Client, fill: Fill, kind: str) -> None:
        given = {"api_key": KEY, "client_id": "c", "store_id": "s"}
        with answering(200, b'"hello"', headers={"Content-Type": "application/json"}) as url:
            said = result(admin, kind, fill(kind, {**given, "base_url": url}))

        assert said.startswith("A server answers, but not like this POS")
