"""
The secrets of webhooks: made, changed without refusing a delivery, and dropped when it is safe.

A new secret counts here before the vendor knows it, and the old one counts until the vendor has
had the new one for a while. What the vendor surely has is noted as a hash, because Autotask does
not show it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.ids import new_secret
from isthmus.dispatch.rules.occurrences import digest
from isthmus.state import State
from isthmus.state.shared_secrets import SharedSecrets

PREFIX: Final = "hook/"
FIELDNATION: Final = "hook/fieldnation"
CALLOUT: Final = "hook/callout"
GRACE: Final = timedelta(days=1)
"""
How long an old secret still counts once the vendor has the new one.

Autotask gives a delivery up after two minutes (documented). Field Nation tries for days, and
whether it signs each attempt anew is not known; by then it has told the same by other events.
"""
_SET: Final = "set at the vendor/"


def autotask_name(entity: str) -> str:
    """Return the name under which the secret of an entity's webhook is kept."""
    return f"{PREFIX}autotask/{entity}"


def note_of(name: str) -> str:
    """Return under which key it is noted that the vendor has the secret of a name."""
    return _SET + name


class HookSecrets:
    """The secrets of our webhooks. Blocks for a moment. Raises: KeyWrong, StateBusy."""

    def __init__(self, state: State | SharedSecrets) -> None:
        self._state = state

    def names(self, prefix: str = PREFIX) -> tuple[str, ...]:
        """Return the names under which secrets are kept, of those that begin so."""
        return tuple(secret.name for secret in self._state.secrets(prefix))

    def live(self, prefix: str) -> tuple[str, ...]:
        """Return every secret that counts of the names that begin so; of one name newest first."""
        return tuple(one for secret in self._state.secrets(prefix) for one in secret.live)

    def newest(self, name: str) -> str | None:
        """Return the secret the vendor is to use; None when there is none yet."""
        return self._state.load_secret(name)

    def ensure(self, name: str, make: Callable[[], str] = new_secret) -> str:
        """Return the newest secret; one is made, and counts from now on, where there is none."""
        found = self._state.load_secret(name)
        if found is None:
            found = make()
            self._state.save_secret(name, found)
        return found

    def adopt(self, name: str, secret: str) -> None:
        """Take over a secret that the vendor uses already."""
        self._state.save_secret(name, secret)
        self.note_set(name, secret)

    def change(self, name: str, make: Callable[[], str] = new_secret) -> str:
        """
        Return a secret that is new to the vendor; it counts beside those before it.

        One that was made before and is not known to have arrived is taken again.
        """
        newest = self._state.load_secret(name)
        if newest is not None and not self.is_set(name, newest):
            return newest
        made = make()
        self._state.rotate_secret(name, made)
        return made

    def is_set(self, name: str, secret: str) -> bool:
        """Tell whether the vendor surely has this very secret."""
        return (self._state.note(note_of(name)) or "").partition(" ")[0] == digest(secret)

    def note_set(self, name: str, secret: str) -> None:
        """Note that the vendor has it, from now on; noted before, its time stays."""
        if not self.is_set(name, secret):
            self._state.save_note(note_of(name), f"{digest(secret)} {utc_now().isoformat()}")

    def standing(self, name: str) -> str:
        """Return known, changing, unsure or missing. Raises: KeyWrong."""
        live = self._state.live_secrets(name)
        if not live:
            return "missing"
        if name != CALLOUT and not self.is_set(name, live[0]):
            return "unsure"
        return "changing" if len(live) > 1 else "known"

    def settle(self, name: str) -> bool:
        """Let only the newest count; tells whether an older one did."""
        return self._state.settle_secret(name)

    def settle_due(self, now: datetime, grace: timedelta = GRACE) -> tuple[str, ...]:
        """
        Drop old secrets that no delivery can be signed with any more; return the names.

        A callout's is never dropped so: only a person knows whether its new address is in use.
        """
        done = []
        for secret in self._state.secrets(PREFIX):
            since = self._set_since(secret.name, secret.value)
            is_due = since is not None and now - since >= grace
            if secret.is_changing and is_due and self._state.settle_secret(secret.name):
                done.append(secret.name)
        return tuple(done)

    def due(self, name: str, grace: timedelta = GRACE) -> datetime | None:
        """Return when the old secret of a name is dropped; None: there is none, or no time."""
        live = self._state.live_secrets(name)
        since = self._set_since(name, live[0]) if len(live) > 1 else None
        return None if since is None else since + grace

    def forget(self, name: str) -> None:
        """Forget all secrets of a name: its webhook is gone."""
        self._state.forget_secret(name)
        self._state.save_note(note_of(name), None)

    def _set_since(self, name: str, secret: str) -> datetime | None:
        if not self.is_set(name, secret):
            return None
        text = (self._state.note(note_of(name)) or "").partition(" ")[2]
        return datetime.fromisoformat(text) if text else None
