"""How a message leaves the house: a file a message, or SMTP. Chosen by MAIL_URL. No database here."""

import os
import smtplib
import ssl
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT = 20.0


class Rejected(Exception):
    """The server will never take this message for this recipient (5xx). `str()` is its answer."""


class NotNow(Exception):
    """It did not work this time. `whole` = the server itself is out of reach, so the next message need not be tried."""

    def __init__(self, answer: str, *, whole: bool = False) -> None:
        super().__init__(answer)
        self.whole = whole


class Spool:
    """One `.eml` a message, named by its Message-ID: a repeated delivery overwrites the same file."""

    lease = timedelta(seconds=10)

    def __init__(self, folder: Path) -> None:
        """Files go to `folder`, which is made on first use."""
        self.folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def send(self, message_id: str, _sender: str, _recipient: str, content: bytes) -> str:
        """Write the file whole or not at all. Raises NotNow when the disk refuses."""
        name = "".join(c for c in message_id if c.isalnum() or c in "@.-_")
        part = self.folder / f".{name}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with part.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            part.replace(self.folder / f"{name}.eml")
        except OSError as error:
            part.unlink(missing_ok=True)
            raise NotNow(f"file: {error.strerror or error}", whole=True) from error
        return "ファイルに書き出しました。"


class Smtp:
    """One connection for a run of messages, opened with the first and again after a break. Every wait ends after 20 seconds."""

    lease = timedelta(seconds=180)

    def __init__(self, url: str) -> None:
        """`smtp://user:pass@host:port[?starttls=1]` or `smtps://…`. Raises ValueError for another form."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("MAIL_URL must be file:, smtp://host:port or smtps://host:port")
        self.host = parts.hostname
        self.tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.tls else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] not in ("", "0")
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._close()

    def send(self, _message_id: str, sender: str, recipient: str, content: bytes) -> str:
        """Deliver to one recipient and return the server's answer. Raises Rejected or NotNow."""
        server = self._connected()
        try:
            if server.has_extn("8bitmime"):
                options: tuple[str, ...] = ("BODY=8BITMIME",)
            else:
                options, content = (), _seven_bit(content)
            server.sendmail(parseaddr(sender)[1], [recipient], content, mail_options=options)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = error.recipients[recipient]
            raise _judged(code, words) from error
        except smtplib.SMTPSenderRefused as error:
            raise NotNow(_answer(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPDataError as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            raise NotNow(f"{type(error).__name__}: {error}"[:300], whole=True) from error
        return "250 OK"

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        context = ssl.create_default_context()
        try:
            if self.tls:
                server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
            self._server = server
            if self.starttls:
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            # An error of the sign-in may repeat what was sent; only its code is kept.
            words = f"{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else str(error)
            raise NotNow(f"{type(error).__name__}: {words}"[:300], whole=True) from error
        return server

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def transport(mail_url: str, instance: Path) -> Spool | Smtp:
    """The way out that MAIL_URL names. Raises ValueError for an unknown one."""
    return Spool(instance / "mail") if mail_url in ("file:", "file") else Smtp(mail_url)


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
