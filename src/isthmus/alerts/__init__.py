"""Tells people that something needs them: to a chat's incoming webhook, by e-mail, or both."""

from isthmus.alerts.channels import (
    AlertNotSent,
    Channels,
    ChatChannel,
    MailChannel,
    Tried,
    insist,
)

__all__ = ["AlertNotSent", "Channels", "ChatChannel", "MailChannel", "Tried", "insist"]
