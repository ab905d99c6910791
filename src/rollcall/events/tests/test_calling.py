from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from rollcall.events.operations import calling
from rollcall.events.operations.calling import CallError, post
from rollcall.events.tests.receiver import Receiver

PUBLIC = "93.184.216.34"


def answers_of(addresses: list[str]) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were connected to; none of them is reached."""
    found: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        found.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return found


class TestACall:
    def test_goes_to_the_address_that_was_judged_whatever_dns_says_next(
        self, monkeypatch: pytest.MonkeyPatch, dialled: list[str]
    ) -> None:
        told = [[PUBLIC], ["127.0.0.1"]]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers_of(told.pop(0)))

        with pytest.raises(CallError, match="refused"):
            post("https://rebinding.example.com/", b"{}", {})
        with pytest.raises(CallError, match="address_not_public"):
            post("https://rebinding.example.com/", b"{}", {})

        assert dialled == [PUBLIC]

    def test_reaches_nobody_if_one_of_the_addresses_is_private(
        self, monkeypatch: pytest.MonkeyPatch, dialled: list[str], settings: Settings
    ) -> None:
        for private in ("10.0.0.7", "169.254.169.254", "::ffff:127.0.0.1", "127.0.0.1"):
            found = answers_of([PUBLIC, private])
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, found=found, **__: found)
            with pytest.raises(CallError, match="address_not_public"):
                post("https://hooks.example.com/", b"{}", {})
        settings.WEBHOOKS_TO_LOOPBACK = True
        with pytest.raises(CallError, match="https_needed"):
            post("http://localhost/", b"{}", {})

        assert dialled == []

    def test_follows_no_redirect(self, receiver: Receiver) -> None:
        receiver.answer(307)

        assert post(f"{receiver.url}/a", b"{}", {}) == 307
        assert [call.path for call in receiver.calls] == ["/a"]

    def test_reads_no_more_than_it_needs(self, receiver: Receiver) -> None:
        receiver.answers = [
            b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 202 Taken\r\n\r\n" + b"x" * 10**6,
            b"X" * 1_000_000,
            b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
            b"SSH-2.0-OpenSSH\r\n",
            b"",
        ]

        assert post(receiver.url, b"{}", {}) == 202
        for code in ("bad_answer", "bad_answer", "disconnected", "disconnected"):
            with pytest.raises(CallError, match=code):
                post(receiver.url, b"{}", {})

    def test_ends_in_time_when_the_answer_comes_byte_by_byte(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.WEBHOOKS_TO_LOOPBACK = True
        monkeypatch.setattr(calling, "CALL_S", 0.4)
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=_drip, args=(server,), daemon=True).start()
            began = time.monotonic()

            with pytest.raises(CallError, match="timed_out"):
                post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})

        assert time.monotonic() - began < 3

    def test_trusts_no_certificate_that_nobody_vouches_for(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.WEBHOOKS_TO_LOOPBACK = True
        received: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=_shake_hands, args=(server, tmp_path, received))
            thread.start()

            with pytest.raises(CallError, match="tls_failed"):
                post(f"https://localhost:{server.getsockname()[1]}/", b"secret", {})
            thread.join(5)

        assert received == []


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        for byte in b"HTTP/1.1 " + b" " * 100:
            try:
                connection.send(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)


def _shake_hands(server: socket.socket, folder: Path, received: list[bytes]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    plain, _ = server.accept()
    try:
        with context.wrap_socket(plain, server_side=True) as connection:
            received.append(connection.recv(1))
    except OSError:
        plain.close()


def _certificate(folder: Path) -> Path:
    """Signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    encoding, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(encoding, pkcs8, serialization.NoEncryption())
        + certificate.public_bytes(encoding)
    )
    return path
