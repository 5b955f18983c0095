"""The two ways a message leaves. Addresses and log-ins are secrets: no error shows them."""

import asyncio
import json
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from isthmus.base import redaction
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.transport import HttpSession, TransportSettings

_SECONDS: Final = 20.0
_FINE: Final = range(200, 300)


class AlertNotSent(Retryable):
    """An alert did not go out by one of its ways."""


@dataclass(frozen=True, slots=True)
class ChatChannel:
    """
    The incoming webhook of a chat; it takes `{"text": ...}`.

    Source: documented for Slack's and Mattermost's webhooks, and for those of Teams' workflows
    that read the field `text`.
    """

    url: str = field(repr=False)

    async def send(self, title: str, text: str) -> None:
        """Post it. Raises: AlertNotSent."""
        redaction.guard(self.url)
        body = json.dumps({"text": f"*{title}*\n{text}"}).encode()
        headers = {"Content-Type": "application/json"}
        settings = TransportSettings(read_timeout=_SECONDS, call_timeout=_SECONDS)
        try:
            async with HttpSession(settings) as session:
                answer = await session.send("POST", self.url, headers=headers, body=body)
        except IsthmusError as error:
            raise _not_sent("the chat", error.what) from None
        if answer.status not in _FINE:
            raise _not_sent("the chat", f"it answered {answer.status}")


@dataclass(frozen=True, slots=True)
class MailChannel:
    """A mail server and who writes to whom. `is_tls`: from the first byte, else STARTTLS."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    is_tls: bool = False
    is_plain: bool = False
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    async def send(self, title: str, text: str) -> None:
        """Send it. Raises: AlertNotSent."""
        message = EmailMessage()
        message["Subject"] = title
        message["From"], message["To"] = self.sender, ", ".join(self.to)
        message.set_content(text)
        try:
            await asyncio.to_thread(self._send, message)
        except (OSError, smtplib.SMTPException) as error:
            raise _not_sent(f"the mail server {self.host}", type(error).__name__) from None

    def _send(self, message: EmailMessage) -> None:
        safe = ssl.create_default_context()
        if self.is_tls:
            with smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=safe) as server:
                self._hand_in(server, message)
            return
        with smtplib.SMTP(self.host, self.port, timeout=_SECONDS) as server:
            if not self.is_plain:
                server.starttls(context=safe)
            self._hand_in(server, message)

    def _hand_in(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        if self.user:
            server.login(self.user, self.password)
        server.send_message(message)


@dataclass(frozen=True, slots=True)
class Channels:
    """All ways that are set up; none is fine too."""

    chat: ChatChannel | None = None
    mail: MailChannel | None = None

    @property
    def are_set(self) -> bool:
        """Tell whether anybody would hear."""
        return self.chat is not None or self.mail is not None

    async def send(self, title: str, text: str) -> None:
        """
        Send by every way; one that fails does not keep the others back.

        Raises: AlertNotSent: by none of them.
        """
        ways = [way for way in (self.chat, self.mail) if way is not None]
        sent = await asyncio.gather(
            *(way.send(title, text) for way in ways), return_exceptions=True
        )
        failed = [one for one in sent if isinstance(one, BaseException)]
        if failed and len(failed) == len(ways):
            raise failed[0]


def _not_sent(by: str, why: str) -> AlertNotSent:
    return AlertNotSent(
        f"An alert could not be sent: {by}: {why}",
        where="alerts",
        remedy="Check ISTHMUS_ALERT_CHAT and ISTHMUS_ALERT_MAIL; they are tried every minute.",
    )
