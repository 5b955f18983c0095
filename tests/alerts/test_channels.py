"""Alerts leave by real HTTP and real SMTP, and no secret shows when they cannot."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web

from isthmus.alerts import AlertNotSent, Channels, ChatChannel, MailChannel, insist


@dataclass
class Chat:
    """A chat's incoming webhook."""

    url: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append((await request.json())["text"])
        return web.Response(status=self.status)


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    kept = Chat()
    app = web.Application()
    app.router.add_post("/hook/s3cr3t-path", kept.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/s3cr3t-path"
    yield kept
    await runner.cleanup()


@dataclass
class Post:
    """A mail server that takes one letter at a time, as the protocol has it."""

    port: int = 0
    letters: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                writer.write(b"250-post\r\n250 AUTH PLAIN LOGIN\r\n")
                continue
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n")
            if verb == "QUIT":
                break
        await writer.drain()
        writer.close()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    kept = Post()
    server = await asyncio.start_server(kept.serve, "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept


def mail(port: int) -> MailChannel:
    return MailChannel("127.0.0.1", port, "isthmus@example.com", ("a@example.com",), is_plain=True)


async def test_a_chat_and_a_mailbox_hear_the_same(chat: Chat, post: Post) -> None:
    await Channels(ChatChannel(chat.url), mail(post.port)).send("Two letters", "émoji 🚪 & more")
    assert chat.heard == ["*Two letters*\némoji 🚪 & more"]
    assert "Subject: Two letters" in post.letters[0]
    assert "To: a@example.com" in post.letters[0]


async def test_one_way_that_fails_does_not_keep_the_other_back_and_is_in_the_log(
    chat: Chat, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    chat.status = 500
    caplog.set_level(logging.WARNING, "isthmus")
    tried = await Channels(ChatChannel(chat.url), mail(post.port)).send("A", "b")
    assert len(post.letters) == 1
    assert tried["mail"] is None
    assert "500" in str(tried["chat"])
    insist(tried)
    assert "alert_not_sent" in caplog.text
    assert "s3cr3t" not in caplog.text


async def test_when_no_way_works_it_is_told_without_the_address(chat: Chat) -> None:
    chat.status = 404
    with pytest.raises(AlertNotSent) as told:
        insist(await Channels(ChatChannel(chat.url)).send("A", "b"))
    assert "404" in told.value.what
    assert "s3cr3t" not in str(told.value) + told.value.where + repr(ChatChannel(chat.url))


async def test_a_mail_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(AlertNotSent, match="mail server"):
        await mail(port).send("A", "b")


@pytest.mark.parametrize("log_in", [("desk", "Stra\u00dfe"), ("b\u00fcro", "hunter2")])
async def test_a_log_in_that_mail_cannot_carry_is_told_without_it(
    post: Post, log_in: tuple[str, str]
) -> None:
    user, password = log_in
    with pytest.raises(AlertNotSent, match="is not ASCII") as told:
        await replace(mail(post.port), user=user, password=password).send("A", "b")
    assert user not in str(told.value)
    assert password not in str(told.value)
