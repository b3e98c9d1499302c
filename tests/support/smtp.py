"""A real SMTP server on loopback that keeps what it received, and can be made slow, refusing, or to hang up at the worst moment."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.net import free_port


class SmtpServer:
    """`messages` are the mails received so far. `refuse` maps an address to the answer it gets, e.g. `550 5.1.1 no such user`."""

    def __init__(self) -> None:
        """Start listening on a free loopback port."""
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: dict[str, str] = {}
        self.refuse_all: str | None = None
        self.delay = 0.0
        self.drop_after_dot = False
        # Addresses whose mail gets no answer to its final dot as long as they stand here.
        self.held: set[str] = set()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()

    @property
    def url(self) -> str:
        """The value of `MAIL_URL` for this server."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        """aiosmtpd's hook for one recipient."""
        answer = self.refuse_all or self.refuse.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """aiosmtpd's hook for one message, after its final dot."""
        if self.delay:
            await asyncio.sleep(self.delay)
        while not self.held.isdisjoint(envelope.rcpt_tos):
            await asyncio.sleep(0.01)
        message = message_from_bytes(envelope.content, policy=policy.default)
        if isinstance(message, EmailMessage):
            self.messages.append(message)
            self.recipients.append(list(envelope.rcpt_tos))
        if self.drop_after_dot:
            server.transport.abort()
        return "250 OK"
