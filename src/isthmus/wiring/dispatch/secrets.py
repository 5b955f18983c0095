"""Where the secrets of webhooks are: in the home, or with what several homes share."""

from contextlib import suppress

from isthmus.dispatch.hooks.secrets import PREFIX, HookSecrets, note_of
from isthmus.state import KeyWrong, State
from isthmus.state.shared_secrets import SharedSecrets
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores


def hook_secrets(house: House, stores: Stores) -> HookSecrets:
    """
    Return the secrets of webhooks. Blocks. Raises: StateBusy, StateBroken.

    On PostgreSQL all processes share them, so that any may open doors or renew webhooks.
    """
    if not stores.is_shared:
        return HookSecrets(house.state)
    key_file = house.config.home / "key"
    shared = SharedSecrets.open(stores.state.engine, key=house.config.key, key_file=key_file)
    _bring_along(house.state, shared)
    return HookSecrets(shared)


def _bring_along(state: State, shared: SharedSecrets) -> None:
    """Move what the home kept before it shared; what the others have already counts."""
    with suppress(KeyWrong):  # locked with a key of the past: of no use to anybody
        for secret in state.secrets(PREFIX):
            if shared.live_secrets(secret.name):
                continue
            for one in reversed(secret.live):
                shared.rotate_secret(secret.name, one)
            shared.save_note(note_of(secret.name), state.note(note_of(secret.name)))
            state.forget_secret(secret.name)
