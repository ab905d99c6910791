"""One conversation with a mail server for one mail; no more errors than the caller can act on."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from email.message import EmailMessage
from typing import Any, Final

from rollcall.notifications.rules.mail_server import MailServer, Tls

#: Seconds for one answer, and for the whole conversation: a server may also answer byte by byte.
ANSWER_S: Final = 10.0
CONVERSATION_S: Final = 60.0


class MailError(Exception):
    """A mail was not taken. Says a code, never an address, a password or the server's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ServerDownError(MailError):
    """The server cannot be reached or does not let us in: no other mail would fare better."""


class NotNowError(MailError):
    """This mail was not taken this time; others may be."""


class RefusedError(MailError):
    """The server will never take this mail for this recipient."""


def send_mail(server: MailServer, letter: EmailMessage, *, sender: str, recipient: str) -> None:
    """Hand a mail to the server; returns once the server has said that it takes it.

    :raises ServerDownError: see there, as the others.
    :raises NotNowError:
    :raises RefusedError:
    """
    connection = _connect(server, sender.rpartition("@")[2])
    try:
        _hand_over(connection, letter, sender=sender, recipient=recipient)
        # Taken; how the farewell goes changes nothing.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        connection.cut()


class _Connection(smtplib.SMTP):
    """An SMTP connection that is cut after a time, whatever the server does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._limit = threading.Timer(CONVERSATION_S, self._shut)
        self._limit.daemon = True
        self._limit.start()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self.cut()
            raise

    def cut(self) -> None:
        """Close the connection at once."""
        self._limit.cancel()
        self.close()

    def _shut(self) -> None:
        # Closing would leave a reader waiting; shutting wakes it up.
        with contextlib.suppress(OSError, AttributeError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


class _TlsConnection(_Connection, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def _connect(server: MailServer, own_name: str) -> _Connection:
    connection: _Connection | None = None
    try:
        connection = _open(server, own_name)
        _introduce(connection, server)
    except BaseException as error:
        if connection is not None:
            connection.cut()
        if isinstance(error, OSError | smtplib.SMTPException | UnicodeError):
            raise ServerDownError(_code_of(error)) from None
        raise
    return connection


def _open(server: MailServer, own_name: str) -> _Connection:
    options: dict[str, Any] = {"local_hostname": own_name or "localhost", "timeout": ANSWER_S}
    if server.tls is Tls.IMPLICIT:
        context = ssl.create_default_context()
        return _TlsConnection(server.host, server.port, context=context, **options)
    return _Connection(server.host, server.port, **options)


def _introduce(connection: _Connection, server: MailServer) -> None:
    connection.ehlo_or_helo_if_needed()
    if server.tls is Tls.STARTTLS:
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo()
    if server.user:
        connection.login(server.user, server.password)


def _hand_over(
    connection: _Connection, letter: EmailMessage, *, sender: str, recipient: str
) -> None:
    try:
        connection.send_message(letter, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _ in error.recipients.values()), 0)
        raise _by_code(code)(f"smtp_{code}") from None
    except smtplib.SMTPSenderRefused as error:
        # Whoever is written to, it is our own address that the server does not like.
        raise ServerDownError(f"sender_{error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code)(f"smtp_{error.smtp_code}") from None
    except (smtplib.SMTPNotSupportedError, UnicodeError):
        raise RefusedError("address_not_supported") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotNowError(_code_of(error)) from None


def _by_code(code: int) -> type[MailError]:
    if code == 421:  # the service closes
        return ServerDownError
    return RefusedError if 500 <= code < 600 else NotNowError


def _code_of(error: BaseException) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return "credentials_refused"
        case smtplib.SMTPNotSupportedError():
            return "tls_or_login_not_offered"
        case smtplib.SMTPResponseException():
            return f"smtp_{error.smtp_code}"
        case smtplib.SMTPServerDisconnected():
            return "disconnected"
        case ssl.SSLError():
            return "tls_failed"
        case TimeoutError():
            return "timed_out"
        case _:
            return "unreachable"
