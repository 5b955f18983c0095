"""Access tokens: given, found again, expired."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from isthmus_sim.base.clock import parse_time, to_text
from isthmus_sim.fieldnation.base.errors import UNAUTHENTICATED, VALIDATION, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isthmus_sim.fieldnation.account.ground import Ground


def give(ground: Ground, user_id: int) -> dict[str, Any]:
    """Make a token for a user; answers the documented body of the token endpoint."""
    lives = int(ground.switches["token_lifetime_s"])
    text = ground.token_text("token", ground.store.next_id("token"))
    ends = ground.clock.now() + timedelta(seconds=lives)
    ground.store.put("token", text, {"user_id": user_id, "ends": to_text(ends)})
    return {
        "access_token": text,
        "expires_in": lives,
        "token_type": "Bearer",
        "scope": "viewprofile",
        "refresh_token": ground.token_text("refresh", text),
    }


def check(ground: Ground, text: str) -> int:
    """
    Give the user behind an access token.

    Raises: Refusal: 401 without or with an unknown token; for an expired one 400 or 401 by
    the switch `expired_token_answer` (sources disagree).
    """
    if not text:
        raise Refusal(UNAUTHENTICATED, "An access token is required.")
    token = ground.store.look("token", text)
    if token is None:
        raise Refusal(UNAUTHENTICATED, "The access token is not valid.")
    if ground.clock.now() >= parse_time(token["ends"]):
        kind = VALIDATION if ground.switches["expired_token_answer"] == 400 else UNAUTHENTICATED
        raise Refusal(kind, "Expired token")
    user: int = token["user_id"]
    return user


def bearer(headers: Mapping[str, str]) -> str:
    """Give the token of an `Authorization: Bearer` header, or ""."""
    scheme, _, text = headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""
