"""A real SMTP server on loopback that keeps what it takes, and misbehaves as it is told."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import email
import email.policy
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Caught:
    """A mail that was taken.

    :param secure: whether it came over TLS.
    """

    sender: str
    recipients: list[str]
    raw: bytes
    secure: bool

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)


@dataclass
class Habits:
    """How the server answers.

    :param greeting: its first line.
    :param recipients: answers to RCPT by address, instead of 250.
    :param after_data: answer to a whole mail.
    :param silent_at: the verb at which it says nothing any more ("" is the greeting).
    :param drip: answers come byte by byte, with so many seconds between.
    :param cut_after_data: the connection goes once a mail was kept, without a word.
    :param password: without it AUTH is not offered.
    """

    greeting: str = "220 mail.example.com ESMTP"
    recipients: dict[str, str] = field(default_factory=dict)
    sender: str = "250 OK"
    after_data: str = "250 OK"
    silent_at: str | None = None
    drip: float = 0.0
    cut_after_data: bool = False
    password: str = ""
    certificate: Path | None = None
    encrypted_from_start: bool = False


class MailCatcher(socketserver.ThreadingTCPServer):
    """The server; ``port`` is where it listens."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = True

    def __init__(self) -> None:
        self.habits = Habits()
        self.caught: list[Caught] = []
        self.verbs: list[str] = []
        self.connections = 0
        self.ended = threading.Event()
        super().__init__(("127.0.0.1", 0), _Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is what tests do."""


class _Conversation(socketserver.StreamRequestHandler):
    server: MailCatcher
    timeout = 15

    def setup(self) -> None:
        self.secure = self.server.habits.encrypted_from_start
        if self.secure:
            self.request = self._wrapped()
        super().setup()

    def handle(self) -> None:
        self.server.connections += 1
        self._forget()
        with contextlib.suppress(OSError, ValueError):
            if self._say(self.server.habits.greeting, at=""):
                while self._turn():
                    pass

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        with contextlib.suppress(OSError):
            self.request.close()

    def _forget(self) -> None:
        self.sender = ""
        self.recipients: list[str] = []

    def _say(self, answer: str, *, at: str) -> bool:
        if self.server.habits.silent_at == at:
            self.server.ended.wait(15)
            return False
        data = f"{answer}\r\n".encode()
        if self.server.habits.drip:
            for one in data:
                if self.server.ended.wait(self.server.habits.drip):
                    return False
                self.wfile.write(bytes([one]))
        else:
            self.wfile.write(data)
        return not answer.startswith("421")

    def _turn(self) -> bool:
        line = self.rfile.readline(2_000).decode("ascii", "replace").strip()
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        self.server.verbs.append(verb)
        if not verb or verb == "QUIT":
            return verb == "QUIT" and self._say("221 Bye", at="QUIT") and False
        if verb == "DATA":
            return self._take()
        if verb == "STARTTLS":
            return self._encrypt()
        return self._say(self._answer(verb, rest), at=verb)

    def _answer(self, verb: str, rest: str) -> str:
        habits = self.server.habits
        match verb:
            case "EHLO":
                return self._offers()
            case "AUTH":
                given = base64.b64decode(rest.partition(" ")[2]).decode()
                return "235 OK" if given.endswith(f"\0{habits.password}") else "535 No"
            case "MAIL":
                self._forget()
                self.sender = rest.partition("<")[2].partition(">")[0]
                return habits.sender
            case "RCPT":
                address = rest.partition("<")[2].partition(">")[0]
                answer = habits.recipients.get(address, "250 OK")
                if answer.startswith("2"):
                    self.recipients.append(address)
                return answer
            case "RSET":
                self._forget()
                return "250 OK"
            case _:
                return "250 OK"

    def _offers(self) -> str:
        habits = self.server.habits
        offers = ["mail.example.com"]
        if habits.certificate and not self.secure:
            offers.append("STARTTLS")
        if habits.password:
            offers.append("AUTH PLAIN")
        return "".join(f"250-{offer}\r\n" for offer in offers) + "250 8BITMIME"

    def _take(self) -> bool:
        self._say("354 Go on", at="DATA")
        lines = []
        while (line := self.rfile.readline(100_000)) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        habits = self.server.habits
        if habits.after_data.startswith("2"):
            self.server.caught.append(
                Caught(self.sender, self.recipients, b"".join(lines), self.secure)
            )
        if habits.cut_after_data:
            return False
        return self._say(habits.after_data, at="mail")

    def _encrypt(self) -> bool:
        if self.server.habits.certificate is None:
            return self._say("454 Not now", at="STARTTLS")
        self._say("220 Go on", at="STARTTLS")
        self.request = self._wrapped()
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", buffering=0)
        self.secure = True
        return True

    def _wrapped(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server.habits.certificate or "")
        return context.wrap_socket(self.request, server_side=True)


@contextlib.contextmanager
def running_mail_catcher() -> Iterator[MailCatcher]:
    """A server that answers until the block ends."""
    with MailCatcher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


def free_port() -> int:
    """A port at which nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def write_certificate(folder: Path) -> Path:
    """A certificate of localhost that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
