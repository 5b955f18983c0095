"""
Settings that people change while Isthmus runs: kept in the state, under the environment's.

Processes that share a PostgreSQL share them too. What is changed counts within seconds.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from isthmus.alerts import AlertNotSent, Channels, ChatChannel, MailChannel, Tried, insist
from isthmus.base.clock import sleep, utc_now
from isthmus.base.log import get_logger
from isthmus.state import KeyWrong, State
from isthmus.state.shared_secrets import SharedSecrets
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import Config
from isthmus.wiring.environment.settings import SETTINGS, Setting, SettingWrong
from isthmus.wiring.tending.unheard import Unheard, forget_tried, note_tried, unheard_of

__all__ = ["AlertNotSent", "Preference", "Preferences"]

CHAT: Final = "ISTHMUS_ALERT_CHAT"
MAIL: Final = "ISTHMUS_ALERT_MAIL"
KEEP: Final = "ISTHMUS_KEEP_DAYS"
SWEEP: Final = "ISTHMUS_SWEEP_S"
CHANGEABLE: Final = (CHAT, MAIL, KEEP, SWEEP)
CHANNELS: Final[Mapping[str, str]] = {"chat": CHAT, "mail": MAIL}
Channel = Literal["chat", "mail"]
Source = Literal["environment", "saved", "default", "nothing"]
_PREFIX: Final = "setting/"
_CHANGED: Final = "settings changed at"
_LOOK_SECONDS: Final = 2.0
_log = get_logger("settings")


class NoSuchPreference(SettingWrong):
    """There is no setting of that name that can be changed here."""


class EnvironmentDecides(SettingWrong):
    """The environment of the process sets it, and stands over what is saved."""


class NoChannel(SettingWrong):
    """A channel for alerts is to be tried that is not set."""


@dataclass(frozen=True, slots=True)
class Preference:
    """
    One setting as people may see it.

    `shown` is its value; of a secret only where it leads, such as the host of a chat. `is_saved`
    tells whether one is saved, also where the environment stands over it.
    """

    name: str
    meaning: str
    default: str | None
    is_secret: bool
    source: Source
    shown: str
    is_saved: bool
    saved_at: datetime | None


class Preferences:
    """
    What people set. Safe to use from several threads; every method blocks but the async ones.

    Raises: StateBusy, StateBroken.
    """

    def __init__(self, config: Config, kept: State | SharedSecrets) -> None:
        self._config = config
        self._kept = kept

    @classmethod
    def of(cls, house: House, stores: Stores) -> "Preferences":
        """Return those of a home, or of all processes that share its database."""
        if not stores.is_shared:
            return cls(house.config, house.state)
        key_file = house.config.home / "key"
        shared = SharedSecrets.open(stores.state.engine, key=house.config.key, key_file=key_file)
        return cls(house.config, shared)

    def describe(self) -> tuple[Preference, ...]:
        """Return every setting that can be changed here; needs no key."""
        return tuple(self._described(name) for name in CHANGEABLE)

    def get(self, name: str) -> Any:
        """Return the value that counts, read. Raises: NoSuchPreference, KeyWrong."""
        expect(name)
        if name in self._config.given:
            return _value_in(self._config, name)
        saved = self._saved(name)
        return _value_in(self._config, name) if saved is None else saved

    def set(self, name: str, text: str) -> Preference:
        """
        Save a value in the place of an earlier one, secrets locked.

        Raises: SettingWrong: it cannot be used; NoSuchPreference, EnvironmentDecides, KeyWrong.
        """
        setting = self._expect_ours(name)
        value = _read(setting, text)
        self._hear_anew(name)
        if setting.is_secret:
            self._kept.save_secret(_PREFIX + name, text.strip())
        shown = _place(value) if setting.is_secret else text.strip()
        note = {"at": utc_now().isoformat(), "shown": shown}
        self._kept.save_note(_PREFIX + name, json.dumps(note))
        self._mark()
        return self._described(name)

    def unset(self, name: str) -> bool:
        """
        Forget what is saved; tells whether anything was.

        Raises: NoSuchPreference, EnvironmentDecides.
        """
        self._expect_ours(name)
        self._hear_anew(name)
        was = self._kept.note(_PREFIX + name) is not None
        self._kept.save_note(_PREFIX + name, None)
        self._kept.forget_secret(_PREFIX + name)
        self._mark()
        return was

    def channels(self) -> Channels:
        """Return where alerts go. Raises: KeyWrong."""
        return Channels(self.get(CHAT), self.get(MAIL))

    def in_force(self) -> Config:
        """
        Return the home's settings with what people set.

        A channel that cannot be unlocked is left out; `isthmus health` tells people.
        """
        try:
            channels = self.channels()
        except KeyWrong as error:
            _log.warning("alert_channels_not_unlocked", what=error.what, remedy=error.remedy)
            channels = self._config.alerts
        return replace(self._config, alerts=channels, keep=self.get(KEEP), sweep=self.get(SWEEP))

    async def send_test(self, channel: Channel) -> None:
        """
        Send a few words by one channel.

        Raises: NoChannel: it is not set; AlertNotSent: it did not go out; KeyWrong.
        """
        channels = await asyncio.to_thread(self.channels)
        way = channels.chat if channel == "chat" else channels.mail
        if way is None:
            raise NoChannel(
                f"No {channel} is set for alerts.",
                where=CHANNELS[channel],
                remedy=f"Set it first: isthmus settings set {CHANNELS[channel]}",
            )
        alone = Channels(chat=channels.chat) if channel == "chat" else Channels(mail=channels.mail)
        tried = await alone.send(
            "A test from Isthmus", "Alerts arrive here. There is nothing to do."
        )
        await asyncio.to_thread(self.note_tried, tried)
        insist(tried)

    def note_tried(self, tried: Tried) -> None:
        """Keep by which channels alerts do not go out, until they do."""
        note_tried(self._kept, tried)

    def unheard(self) -> tuple[Unheard, ...]:
        """Return the channels that are set, and by which the last alert did not go out."""
        are_set = [one for one, by in CHANNELS.items() if self._described(by).source != "nothing"]
        return unheard_of(self._kept, are_set)

    def changed_at(self) -> str:
        """Return what moves when a setting is saved or forgotten."""
        return self._kept.note(_CHANGED) or ""

    async def until_changed(self, seen: str) -> str:
        """Return when a setting was saved or forgotten after `seen`, and what moved."""
        while True:
            found = await asyncio.to_thread(self.changed_at)
            if found != seen:
                return found
            await sleep(_LOOK_SECONDS)

    def _hear_anew(self, name: str) -> None:
        for channel in (one for one, by in CHANNELS.items() if by == name):
            forget_tried(self._kept, channel)

    def _described(self, name: str) -> Preference:
        setting, note = expect(name), self._note(name)
        value = _value_in(self._config, name)
        source: Source = "nothing" if value is None else "default"
        shown = _shown(name, value)
        if name in self._config.given:
            source = "environment"
        elif note:
            source, shown = "saved", note["shown"]
        return Preference(
            name=name,
            meaning=setting.meaning,
            default=setting.default,
            is_secret=setting.is_secret,
            source=source,
            shown=shown,
            is_saved=bool(note),
            saved_at=datetime.fromisoformat(note["at"]) if note else None,
        )

    def _note(self, name: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._kept.note(_PREFIX + name) or "{}")
        return found

    def _saved(self, name: str) -> Any:
        """Return what is saved, read; None: nothing, or what this Isthmus cannot read any more."""
        setting, note = expect(name), self._note(name)
        if not note:
            return None
        text = self._kept.load_secret(_PREFIX + name) if setting.is_secret else note["shown"]
        with suppress(ValueError):
            return None if text is None else setting.parse(text)
        _log.warning("saved_setting_not_readable", name=name)
        return None

    def _expect_ours(self, name: str) -> Setting:
        setting = expect(name)
        if name in self._config.given:
            raise EnvironmentDecides(
                f"The environment of this process sets {name}, which stands over what is saved.",
                where=f"environment variable {name}",
                remedy="Change the variable and start Isthmus again; or unset it, and set it here.",
            )
        return setting

    def _mark(self) -> None:
        self._kept.save_note(_CHANGED, utc_now().isoformat())


def expect(name: str) -> Setting:
    """Return a setting that can be changed here. Raises: NoSuchPreference."""
    found = next((one for one in SETTINGS if one.name == name and name in CHANGEABLE), None)
    if found is None:
        raise NoSuchPreference(
            f'"{name}" is no setting that can be changed here.',
            where="the name of the setting",
            remedy=f"It can be one of {', '.join(CHANGEABLE)}. All others are set in the"
            " environment.",
        )
    return found


def _read(setting: Setting, text: str) -> Any:
    try:
        return setting.parse(text.strip())
    except ValueError as error:
        shown = "" if setting.is_secret else f' "{text.strip()}"'
        raise SettingWrong(
            f"The setting {setting.name}{shown} cannot be used: {error}.",
            where=setting.name,
            remedy="Give what is expected. What was in force before still is.",
        ) from None


def _value_in(config: Config, name: str) -> Any:
    values: dict[str, Any] = {
        CHAT: config.alerts.chat,
        MAIL: config.alerts.mail,
        KEEP: config.keep,
        SWEEP: config.sweep,
    }
    return values[name]


def _shown(name: str, value: Any) -> str:
    """Return a value as it is typed; of a channel only where it leads."""
    if isinstance(value, timedelta):
        return str(value.days if name == KEEP else int(value.total_seconds()))
    return _place(value)


def _place(value: Any) -> str:
    """Return where a channel leads, without what must stay secret; "" for none."""
    if isinstance(value, ChatChannel):
        return urlsplit(value.url).hostname or ""
    if isinstance(value, MailChannel):
        return f"{', '.join(value.to)} by way of {value.host}"
    return ""
