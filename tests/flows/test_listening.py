"""The doors for vendors and the pages for people: on one port, on two, and each by itself."""

import asyncio
import socket
from pathlib import Path

import httpx2
import pytest

from tests.flows.serving import serving

_DOOR, _PAGE = "/hooks/fieldnation", "/begin"
_THERE = {_DOOR: 503, _PAGE: 200}
"""What is answered where nothing is connected, and nobody has an account."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Give a home whose doors have a port; nothing is asked of the vendor it names."""
    return {
        "ISTHMUS_HOME": str(tmp_path),
        "ISTHMUS_LISTEN": f"127.0.0.1:{free_port()}",
        "ISTHMUS_AUTOTASK_USERNAME": "isthmus@api.example.com",
        "ISTHMUS_AUTOTASK_SECRET": "s",
        "ISTHMUS_AUTOTASK_INTEGRATION_CODE": "c",
        "ISTHMUS_AUTOTASK_URL": "http://127.0.0.1:9/ATServicesRest/",
    }


async def found(environment: dict[str, str], *options: str) -> list[set[str]]:
    """Serve, and return which of a door and a page are there, by the ports in their order."""
    ports = [address for name, address in environment.items() if name.endswith("LISTEN")]
    async with serving(environment, "--no-dispatch", "--no-refresh", *options):
        return [await asyncio.to_thread(_asked, f"http://{address}") for address in ports]


def _asked(url: str) -> set[str]:
    with httpx2.Client(base_url=url, timeout=60) as client:
        answers = {
            _DOOR: client.post(_DOOR, content=b"{}").status_code,
            _PAGE: client.get(_PAGE).status_code,
        }
    assert set(answers.items()) <= {*_THERE.items(), (_DOOR, 404), (_PAGE, 404)}
    return {path for path, status in answers.items() if status == _THERE[path]}


async def test_on_one_port_both_are_open(home: dict[str, str]) -> None:
    assert await found(home) == [{_DOOR, _PAGE}]


async def test_on_two_ports_neither_has_what_is_on_the_other(home: dict[str, str]) -> None:
    home["ISTHMUS_CONSOLE_LISTEN"] = f"127.0.0.1:{free_port()}"
    assert await found(home) == [{_DOOR}, {_PAGE}]


async def test_each_is_opened_without_the_other(home: dict[str, str]) -> None:
    assert await found(home, "--no-console") == [{_DOOR}]
    assert await found(home, "--no-doors") == [{_PAGE}]
