"""Alerts leave by real HTTP and real SMTP, and no secret shows when they cannot."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from isthmus.alerts import AlertNotSent, Channels, ChatChannel, MailChannel


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


async def test_one_way_that_fails_does_not_keep_the_other_back(chat: Chat, post: Post) -> None:
    chat.status = 500
    await Channels(ChatChannel(chat.url), mail(post.port)).send("A", "b")
    assert len(post.letters) == 1


async def test_when_no_way_works_it_is_told_without_the_address(chat: Chat) -> None:
    chat.status = 404
    with pytest.raises(AlertNotSent) as told:
        await Channels(ChatChannel(chat.url)).send("A", "b")
    assert "404" in told.value.what
    assert "s3cr3t" not in str(told.value) + told.value.where + repr(ChatChannel(chat.url))


async def test_a_mail_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(AlertNotSent, match="mail server"):
        await mail(port).send("A", "b")
