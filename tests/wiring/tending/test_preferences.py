"""Settings that people change: kept in the state, locked, shared, under the environment's."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from isthmus.alerts import AlertNotSent
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError
from isthmus.engine import Every, Schedule
from isthmus.state import KeyWrong
from isthmus.state.dispatch import DeadLetter
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.alerting import parse_mail, write_mail
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.people import people_of
from isthmus.wiring.tending.health import health
from isthmus.wiring.tending.preferences import (
    CHANGEABLE,
    CHAT,
    KEEP,
    MAIL,
    SWEEP,
    EnvironmentDecides,
    NoChannel,
    NoSuchPreference,
    Preference,
    Preferences,
)
from isthmus.wiring.tending.telling import Tell
from isthmus.worker import Duties, working

HOOK = "https://chat.example.com/hooks/s3cr3t-path"
LETTER = "smtp://me:s3cr3t@mail.example.com/?from=a@example.com&to=b@example.com,c@example.com"


@contextmanager
def opened(folder: Path, **more: str) -> Iterator[tuple[House, Stores, Preferences]]:
    with (
        House(load_config({"ISTHMUS_HOME": str(folder), **more})) as house,
        Stores.open(house) as stores,
    ):
        yield house, stores, Preferences.of(house, stores)


def named(preferences: Preferences, name: str) -> Preference:
    return next(one for one in preferences.describe() if one.name == name)


@pytest.fixture
async def chat() -> AsyncIterator[tuple[str, list[str]]]:
    heard: list[str] = []

    async def take(request: web.Request) -> web.Response:
        heard.append((await request.json())["text"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", heard
    await runner.cleanup()


def test_without_anything_set_the_defaults_count(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, preferences):
        told = [(one.name, one.source, one.shown) for one in preferences.describe()]
        assert told == [
            (CHAT, "nothing", ""),
            (MAIL, "nothing", ""),
            (KEEP, "default", "90"),
            (SWEEP, "default", "300"),
        ]
        assert preferences.get(KEEP) == timedelta(days=90)
        assert not preferences.in_force().alerts.are_set
        assert preferences.changed_at() == ""


def test_what_is_set_counts_in_every_process_until_it_is_unset(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, mine), opened(tmp_path) as (_, _, theirs):
        mine.set(SWEEP, " 86400 ")
        mine.set(KEEP, "30")
        told = named(theirs, SWEEP)
        assert (told.source, told.shown, told.is_saved) == ("saved", "86400", True)
        assert told.saved_at is not None
        config = theirs.in_force()
        assert (config.sweep, config.keep) == (timedelta(days=1), timedelta(days=30))
        assert theirs.unset(SWEEP)
        assert not theirs.unset(SWEEP)
        assert mine.get(SWEEP) == timedelta(minutes=5)


def test_a_secret_is_kept_locked_and_only_where_it_leads_is_shown(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, preferences):
        assert preferences.set(CHAT, HOOK).shown == "chat.example.com"
        told = preferences.set(MAIL, LETTER)
        assert told.shown == "b@example.com, c@example.com by way of mail.example.com"
        assert "s3cr3t" not in repr(preferences.describe())
        channels = preferences.in_force().alerts
        assert channels.chat is not None
        assert channels.chat.url == HOOK
        assert channels.mail is not None
        assert channels.mail.password == "s3cr3t"
    for file in tmp_path.glob("*.db*"):
        assert b"s3cr3t" not in file.read_bytes()


def test_what_cannot_be_used_is_refused_and_what_was_before_stays(tmp_path: Path) -> None:
    wrong = [(KEEP, "0"), (KEEP, ""), (SWEEP, "4"), (CHAT, "s3cr3t"), (MAIL, "s3cr3t")]
    with opened(tmp_path) as (_, _, preferences):
        before = preferences.describe()
        for name, text in wrong:
            with pytest.raises(SettingWrong, match=name) as refused:
                preferences.set(name, text)
            assert "s3cr3t" not in str(refused.value)
        assert preferences.describe() == before


def test_other_settings_are_not_changed_here(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, preferences):
        for do in (preferences.get, preferences.unset, lambda name: preferences.set(name, "x")):
            with pytest.raises(NoSuchPreference, match="ISTHMUS_HOME") as refused:
                do("ISTHMUS_HOME")
            assert all(name in refused.value.remedy for name in CHANGEABLE)


def test_the_environment_stands_over_what_is_saved_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, preferences):
        preferences.set(KEEP, "30")
        preferences.set(CHAT, HOOK)
    more = {KEEP: "7", CHAT: "https://other.example.com/hook"}
    with opened(tmp_path, **more) as (_, _, preferences):
        told = named(preferences, KEEP)
        assert (told.source, told.shown, told.is_saved) == ("environment", "7", True)
        assert named(preferences, CHAT).shown == "other.example.com"
        assert preferences.in_force().keep == timedelta(days=7)
        for do in (preferences.unset, lambda name: preferences.set(name, "9")):
            with pytest.raises(EnvironmentDecides, match=KEEP):
                do(KEEP)


def test_without_the_key_the_rest_still_counts_and_nothing_breaks(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, _, preferences):
        preferences.set(CHAT, HOOK)
        preferences.set(KEEP, "30")
    (tmp_path / "key").unlink()
    with opened(tmp_path) as (_, _, preferences):
        assert named(preferences, CHAT).source == "saved"
        with pytest.raises(KeyWrong):
            preferences.channels()
        config = preferences.in_force()
        assert not config.alerts.are_set
        assert config.keep == timedelta(days=30)


def test_processes_that_share_a_database_share_what_is_set(
    tmp_path: Path, postgres_url: str
) -> None:
    key = "bW9yZS10aGFuLXRoaXJ0eS10d28tYnl0ZXMtaGVyZSE="
    more = {"ISTHMUS_STATE": postgres_url, "ISTHMUS_KEY": key}
    with (
        opened(tmp_path / "one", **more) as (_, _, mine),
        opened(tmp_path / "two", **more) as (_, _, theirs),
    ):
        mine.set(CHAT, HOOK)
        mine.set(SWEEP, "60")
        chat = theirs.in_force().alerts.chat
        assert chat is not None
        assert chat.url == HOOK
        assert theirs.get(SWEEP) == timedelta(minutes=1)
        assert theirs.changed_at() == mine.changed_at() != ""


async def test_a_test_goes_out_by_the_channel_that_is_set(
    tmp_path: Path, chat: tuple[str, list[str]]
) -> None:
    url, heard = chat
    with opened(tmp_path) as (_, _, preferences):
        with pytest.raises(NoChannel, match="mail"):
            await preferences.send_test("mail")
        preferences.set(CHAT, url)
        await preferences.send_test("chat")
        assert len(heard) == 1
        assert "test from Isthmus" in heard[0]
        preferences.set(CHAT, url.removesuffix("hook") + "s3cr3t")
        with pytest.raises(IsthmusError) as failed:
            await preferences.send_test("chat")
        assert "s3cr3t" not in str(failed.value)


async def test_a_worker_goes_by_what_is_set_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.wiring.tending.preferences._LOOK_SECONDS", 0.05)

    def alert_of(stores: Stores) -> list[Schedule]:
        return [one for one, _ in stores.agenda.scheduled() if one.name == "alert"]

    with opened(tmp_path) as (house, stores, preferences):
        duties = Duties(dispatch=False, refresh=False)
        async with working(house, stores, duties, lambda: House(house.config)):
            assert alert_of(stores) == []
            preferences.set(CHAT, HOOK)
            while not alert_of(stores):  # noqa: ASYNC110 - another process could say so
                await asyncio.sleep(0.02)
            assert alert_of(stores)[0].when == Every(timedelta(minutes=1))
            preferences.unset(CHAT)
            while alert_of(stores):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_what_people_did_is_forgotten_when_it_is_older_than_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as (house, stores, preferences):
        people = people_of(stores)
        for days in (40, 20):
            then = utc_now() - timedelta(days=days)
            monkeypatch.setattr("isthmus.state.people.store.utc_now", lambda at=then: at)
            people.note("ann", f"{days} days ago")
        monkeypatch.undo()
        preferences.set(KEEP, "30")
        duties = Duties(dispatch=False, refresh=False)
        async with working(house, stores, duties, lambda: House(house.config)):
            stores.agenda.enqueue("tidy", "tidy")
            while len(people.deeds()) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert [one.what for one in people.deeds()] == ["20 days ago"]


@pytest.mark.parametrize(
    ("way", "port", "is_tls", "is_plain"),
    [("starttls", 587, False, False), ("tls", 465, True, False), ("none", 587, False, True)],
)
def test_mail_written_from_its_parts_reads_as_they_are(
    way: str, port: int, is_tls: bool, is_plain: bool
) -> None:
    login = ("me@example.com", "a/b#c:d@e?f&g %")
    to = "b@example.com, c+d@example.com"
    text = write_mail("mail.example.com", way, sender="A <a@example.com>", to=to, login=login)
    read = parse_mail(text)
    assert (read.host, read.port, read.is_tls, read.is_plain) == (
        "mail.example.com", port, is_tls, is_plain,
    )  # fmt: skip
    assert (read.user, read.password) == login
    assert (read.sender, read.to) == ("A <a@example.com>", ("b@example.com", "c+d@example.com"))


def test_mail_without_a_log_in_and_with_a_port_reads_so() -> None:
    text = write_mail("[::1]:2525", "none", sender="a@b.test", to="c@d.test", login=("", ""))
    read = parse_mail(text)
    assert (read.host, read.port, read.user) == ("::1", 2525, "")


async def test_an_alert_that_goes_out_by_one_channel_alone_is_told_by_health(
    tmp_path: Path, chat: tuple[str, list[str]]
) -> None:
    url, heard = chat
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    no_run: Any = None
    with opened(tmp_path) as (house, stores, preferences):
        preferences.set(CHAT, url)
        preferences.set(MAIL, f"smtp://127.0.0.1:{closed}/?from=a@b.c&to=d@e.f&tls=no")
        letter = ("dl-1", "Tickets/7", "vendor", "Refused", "there", "Mend it", utc_now())
        stores.state.save_dead_letter(DeadLetter(*letter))
        await Tell(stores, preferences)(no_run)
        texts = [one.text for one in health(house, stores, preferences).reasons]
    assert len(heard) == 1
    assert [text for text in texts if "do not go out by mail" in text]
    assert not [text for text in texts if "do not go out by chat" in text]


async def test_a_test_that_goes_out_ends_what_health_said_of_the_channel(
    tmp_path: Path, chat: tuple[str, list[str]]
) -> None:
    with opened(tmp_path) as (_, _, preferences):
        preferences.set(CHAT, chat[0])
        preferences.note_tried({"chat": AlertNotSent("It answered 404")})
        assert [one.channel for one in preferences.unheard()] == ["chat"]
        await preferences.send_test("chat")
        assert preferences.unheard() == ()
        preferences.set(CHAT, chat[0].replace("/hook", "/nothing"))
        with pytest.raises(AlertNotSent):
            await preferences.send_test("chat")
        assert [one.channel for one in preferences.unheard()] == ["chat"]
