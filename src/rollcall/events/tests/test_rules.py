from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress

import pytest

from rollcall.events.rules.retrying import SCHEDULE_S, pause_s, rest_s
from rollcall.events.rules.signing import headers_of, mint_secret, show_secret, sign
from rollcall.events.rules.targets import (
    TargetRefusedError,
    is_public,
    judge_addresses,
    judge_plain,
    parse_target,
)

#: Of the reference libraries' own tests.
VECTOR = {
    "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1_614_265_330,
    "body": b'{"test": 2432232314}',
    "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
PRIVATE_V4 = [
    *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "100.100.100.200", "168.63.129.16"),
]
PRIVATE_V6 = [
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "ff0e::1", "3fff::1"),
    "5f00::1",
]
PRIVATE = [*PRIVATE_V4, *PRIVATE_V6]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::808:808"]


class TestSigning:
    def test_gives_what_the_reference_libraries_give(self) -> None:
        secret = base64.b64decode(str(VECTOR["secret"]))

        signature = sign(
            secret,
            message_id=str(VECTOR["id"]),
            timestamp=1_614_265_330,
            body=b'{"test": 2432232314}',
        )

        assert signature == VECTOR["signature"]

    def test_signs_with_every_live_secret(self) -> None:
        secrets = [mint_secret(), mint_secret()]

        headers = headers_of(secrets, message_id="evt_1_0", timestamp=17, body=b"{}")

        by_hand = [
            base64.b64encode(hmac.new(one, b"evt_1_0.17.{}", hashlib.sha256).digest()).decode()
            for one in secrets
        ]
        assert headers == {
            "webhook-id": "evt_1_0",
            "webhook-timestamp": "17",
            "webhook-signature": f"v1,{by_hand[0]} v1,{by_hand[1]}",
        }

    def test_has_secrets_as_the_specification_wants_them(self) -> None:
        shown = show_secret(mint_secret())

        assert shown.startswith("whsec_")
        assert 24 <= len(base64.b64decode(shown.removeprefix("whsec_"), validate=True)) <= 64


class TestRetrying:
    def test_goes_from_seconds_to_a_day_and_then_gives_up(self) -> None:
        pauses = [pause_s(tries) for tries in range(1, len(SCHEDULE_S) + 1)]

        assert [0.8 * most <= (pause or 0) <= most for pause, most in zip(
            pauses, SCHEDULE_S, strict=True
        )] == [True] * 9  # fmt: skip
        assert (SCHEDULE_S[0], SCHEDULE_S[-1]) == (5.0, 86_400.0)
        assert pause_s(10) is None

    def test_leaves_an_address_alone_for_five_minutes_at_most(self) -> None:
        assert [rest_s(one) for one in (0, 1, 2, 7, 10_000)] == [5.0, 5.0, 10.0, 300.0, 300.0]


class TestAddresses:
    def test_of_private_and_special_networks_are_not_public(self) -> None:
        assert [one for one in PRIVATE if is_public(ipaddress.ip_address(one))] == []
        assert [one for one in PUBLIC if not is_public(ipaddress.ip_address(one))] == []

    def test_are_refused_if_one_of_them_is_private(self) -> None:
        assert judge_addresses(PUBLIC, opens_loopback=False) == PUBLIC
        for one in PRIVATE:
            with pytest.raises(TargetRefusedError, match="address_not_public"):
                judge_addresses(["8.8.8.8", one], opens_loopback=False)
        with pytest.raises(TargetRefusedError, match="unknown_host"):
            judge_addresses([], opens_loopback=True)

    def test_of_this_machine_are_opened_alone(self) -> None:
        assert judge_addresses(["127.0.0.1", "::1"], opens_loopback=True) == ["127.0.0.1", "::1"]
        for one in ("10.0.0.1", "169.254.169.254", "fe80::1%eth0", "::ffff:10.0.0.1"):
            with pytest.raises(TargetRefusedError, match="address_not_public"):
                judge_addresses([one], opens_loopback=True)
        with pytest.raises(TargetRefusedError, match="https_needed"):
            judge_plain(["127.0.0.1", "8.8.8.8"])


class TestUrls:
    def test_that_can_be_called_are_taken_apart(self) -> None:
        target = parse_target("https://Hooks.example.com:8443/a/b?c=d", opens_loopback=False)

        assert (target.host, target.port, target.path) == ("hooks.example.com", 8443, "/a/b?c=d")
        assert target.host_header == "hooks.example.com:8443"
        assert parse_target("https://example.com", opens_loopback=False).path == "/"

    def test_that_cannot_are_refused_with_a_reason(self) -> None:
        refused = {
            "": "not_a_url",
            "example.com": "not_a_url",
            "ftp://example.com/": "not_a_url",
            "file:///etc/passwd": "not_a_url",
            "https://": "not_a_url",
            "https://example.com:0/": "not_a_url",
            "https://example.com:99999/": "not_a_url",
            "https://example.com/a b": "not_a_url",
            "https://example.com/a\r\nX-Other: 1": "not_a_url",
            "https://example.com\\@10.0.0.1/": "not_a_url",
            "https://exämple.com/": "not_a_url",
            "https://[::1": "not_a_url",
            "https://example.com/" + "x" * 2_000: "not_a_url",
            "https://user:word@example.com/": "credentials_in_url",
            "https://example.com/#part": "credentials_in_url",
            "http://example.com/": "https_needed",
            "http://127.0.0.1/": "https_needed",
            "https://127.0.0.1/": "address_not_public",
            "https://169.254.169.254/latest/meta-data": "address_not_public",
            "https://[::1]/": "address_not_public",
            "https://[fe80::1%25eth0]/": "address_not_public",
        }
        for url, reason in refused.items():
            with pytest.raises(TargetRefusedError) as caught:
                parse_target(url, opens_loopback=False)
            assert (url, caught.value.code) == (url, reason)

    def test_of_this_machine_are_opened_by_the_setting_alone(self) -> None:
        assert parse_target("http://127.0.0.1:9/x", opens_loopback=True).is_https is False
        for url in ("http://example.com/", "http://10.0.0.1/"):
            with pytest.raises(TargetRefusedError):
                parse_target(url, opens_loopback=True)
