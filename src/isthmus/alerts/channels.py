"""The two ways a message leaves. Addresses and log-ins are secrets: no error shows them."""

import asyncio
import json
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, TypeAlias

from isthmus.base import redaction
from isthmus.base.errors import IsthmusError, Retryable
from isthmus.base.log import get_logger
from isthmus.transport import HttpSession, TransportSettings

_SECONDS: Final = 20.0
_FINE: Final = range(200, 300)
_log = get_logger("alerts")


class AlertNotSent(Retryable):
    """An alert did not go out by one of its ways."""


Tried: TypeAlias = Mapping[str, AlertNotSent | None]
"""By channel, chat or mail, what came of sending: None where it went out."""


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
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise _not_sent(f"the mail server {self.host}", self._why(error)) from None

    def _why(self, error: Exception) -> str:
        """Return why it was not sent; what a server or the library says may hold the log-in."""
        if isinstance(error, UnicodeError) and not f"{self.user}{self.password}".isascii():
            return "a sign in the user or password is not ASCII (such as ä), and cannot be sent"
        return type(error).__name__

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

    async def send(self, title: str, text: str) -> Tried:
        """Send by every way; one that fails does not keep the others back, and is in the log."""
        ways = {"chat": self.chat, "mail": self.mail}
        tried = {
            name: _sent(name, way, title, text) for name, way in ways.items() if way is not None
        }
        found = dict(zip(tried, await asyncio.gather(*tried.values()), strict=True))
        for name, error in found.items():
            if error is not None:
                _log.warning("alert_not_sent", channel=name, what=error.what)
        return found


async def _sent(
    name: str, way: ChatChannel | MailChannel, title: str, text: str
) -> AlertNotSent | None:
    try:
        await way.send(title, text)
    except AlertNotSent as error:
        return error
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told by the other channel
        return _not_sent(f"the {name}", type(error).__name__)
    return None


def insist(tried: Tried) -> None:
    """Raise AlertNotSent where nobody heard: every channel failed."""
    failed = [error for error in tried.values() if error is not None]
    if failed and len(failed) == len(tried):
        raise failed[0]


def _not_sent(by: str, why: str) -> AlertNotSent:
    return AlertNotSent(
        f"An alert could not be sent: {by}: {why}",
        where="alerts",
        remedy="Check ISTHMUS_ALERT_CHAT and ISTHMUS_ALERT_MAIL; they are tried every minute.",
    )
