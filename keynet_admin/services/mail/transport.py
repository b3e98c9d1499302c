"""How a message is delivered: a file a message, or SMTP over Flask-Mail's connection. Chosen by MAIL_URL. No database here."""

import os
import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import Any, Self

from flask_mail import Connection, Message

from keynet_admin.config import Settings
from keynet_admin.extensions import mail


@dataclass(frozen=True)
class TransportLimits:
    """Seconds that one wait may take. The last one is RFC 5321's (4.5.3.2.6): who gives up earlier makes duplicates."""

    connect: float = 30
    command: float = 60
    final_dot: float = 600


LIMITS = TransportLimits()
# From the greeting to the message's last byte: EHLO twice, STARTTLS, sign-in in up to three steps, MAIL, RCPT, DATA, the body, RSET.
COMMANDS = 12


class Rejected(Exception):
    """The server will never take this message for this recipient (5xx). `str()` is its answer."""


class NotNow(Exception):
    """It did not work this time. `whole` = the server itself is out of reach, so the next message need not be tried."""

    def __init__(self, answer: str, *, whole: bool = False) -> None:
        super().__init__(answer)
        self.whole = whole


class Uncertain(Exception):
    """The connection was lost after the message's final dot: the server may have taken it. Never to be repeated without a decision."""


class Outgoing(Message):
    """A message of the outbox. `seven_bits` puts its text into base64, for a server that does not take eight."""

    seven_bits = False

    def as_bytes(self) -> bytes:
        """The whole message; the same each time."""
        content: bytes = super().as_bytes()
        return _seven_bit(content) if self.seven_bits else content


class Spool:
    """One `.eml` a message, named by its Message-ID: a repeated delivery overwrites the same file."""

    lease = timedelta(seconds=10)
    repeatable = True

    def __init__(self, folder: Path) -> None:
        """Files go to `folder`, which is made on first use."""
        self.folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def deliver(self, message: Outgoing) -> str:
        """Write the file whole or not at all. Raises NotNow when the disk refuses."""
        name = "".join(c for c in message.msgId.strip("<>") if c.isalnum() or c in "@.-_")
        part = self.folder / f".{name}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with part.open("wb") as out:
                out.write(message.as_bytes())
                out.flush()
                os.fsync(out.fileno())
            part.replace(self.folder / f"{name}.eml")
        except OSError as error:
            part.unlink(missing_ok=True)
            raise NotNow(f"file: {error.strerror or error}", whole=True) from error
        return "ファイルに書き出しました。"


class _Host(smtplib.SMTP):
    """smtplib's client that knows whether it waits for the answer to a message's final dot, the longest wait of all."""

    after_dot = False
    answer: tuple[int, bytes] = (0, b"")
    _in_data = False

    def data(self, message: Any) -> tuple[int, bytes]:
        """Hand a message over and keep the server's answer."""
        self._in_data = True
        try:
            self.answer = super().data(message)
        finally:
            self._in_data = False
        self.after_dot = False
        self.wait_at_most(LIMITS.command)
        return self.answer

    def send(self, content: Any) -> None:
        """Send a command (text), or a message with its final dot (bytes)."""
        super().send(content)
        if self._in_data and isinstance(content, bytes):
            self.after_dot = True
            self.wait_at_most(LIMITS.final_dot)

    def wait_at_most(self, seconds: float) -> None:
        """The limit of each wait from now on."""
        if self.sock is not None:
            self.sock.settimeout(seconds)


class _TlsHost(_Host, smtplib.SMTP_SSL):
    pass


class Smtp(Connection):
    """Flask-Mail's connection with limits for each wait: opened by a run's first message, and again after a break."""

    host: _Host | None
    # A message whose delivery was cut off in the middle may have arrived.
    repeatable = False

    def __init__(self, settings: Settings) -> None:
        """A connection to the server of `mail_url`."""
        super().__init__(mail.init_mail(settings.for_mail()))  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    @property
    def lease(self) -> timedelta:
        """Longer than all waits of one message together."""
        return timedelta(seconds=LIMITS.connect + COMMANDS * LIMITS.command + LIMITS.final_dot)

    def configure_host(self) -> _Host:
        """Connect and sign in."""
        server, context = self.mail, ssl.create_default_context()
        kind = partial(_TlsHost, context=context) if server.use_ssl else _Host
        host = self.host = kind(server.server, server.port, timeout=LIMITS.connect)
        host.wait_at_most(LIMITS.command)
        if server.use_tls:
            host.starttls(context=context)
        host.ehlo_or_helo_if_needed()
        if server.username:
            host.login(server.username, server.password)
        return host

    def deliver(self, message: Outgoing) -> str:
        """Send to its one recipient and return the server's answer. Raises Rejected, NotNow or Uncertain."""
        try:
            host = self.host or self.configure_host()
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            # An error of the sign-in may repeat what was sent; only its code is kept.
            words = f"{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else str(error)
            raise NotNow(f"{type(error).__name__}: {words}"[:300], whole=True) from error
        message.seven_bits = not host.has_extn("8bitmime")
        message.mail_options = [] if message.seven_bits else ["BODY=8BITMIME"]
        try:
            self.send(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _judged(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPSenderRefused as error:
            raise NotNow(_answer(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPDataError as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            words = f"{type(error).__name__}: {error}"[:300]
            raise (Uncertain(words) if host.after_dot else NotNow(words, whole=True)) from error
        return _answer(*host.answer)

    def _close(self) -> None:
        host, self.host = self.host, None
        if host is None:
            return
        try:
            host.quit()
        except (smtplib.SMTPException, OSError):
            host.close()


def transport(settings: Settings) -> Spool | Smtp:
    """The way out that MAIL_URL names."""
    return Smtp(settings) if settings.by_smtp else Spool(settings.instance / "mail")


def _judged(code: int, words: bytes | str) -> Rejected | NotNow:
    """5xx is final for this recipient, but 552 (mailbox full by RFC 5321's older servers); anything else is worth another try."""
    answer = _answer(code, words)
    return Rejected(answer) if 500 <= code < 600 and code != 552 else NotNow(answer)


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(''.join(c if c.isprintable() else ' ' for c in text).split())}"[:300]


def _seven_bit(content: bytes) -> bytes:
    """The same message in base64, for a server that does not take eight bits."""
    message = message_from_bytes(content, policy=policy.SMTP)
    text = message.get_payload(decode=True)
    if isinstance(text, bytes):
        message.set_content(text.decode("utf-8"), cte="base64")
    return message.as_bytes()
