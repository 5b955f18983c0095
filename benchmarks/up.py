"""
How the simulators bear a steady load: 50 requests a second for each service, on one core.

Starts `isthmus-sim up` on one core and asks from here, at a fixed rate that does not wait for
answers: Autotask over REST (a ticket by query, a page of 25, a note written), over SOAP (a ticket
by query, one updated) and Field Nation (a work order read, listed, created). Prints for each
service what came back, the median and the 99th percentile in milliseconds, and the CPU spent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

TICKS = os.sysconf("SC_CLK_TCK")
NAMESPACE = "http://autotask.net/ATWS/v1_6/"
ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Header>'
    '<AutotaskIntegrations xmlns="{namespace}"><IntegrationCode>{code}</IntegrationCode>'
    "</AutotaskIntegrations></soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
)

Ask = Callable[[int], Awaitable[int]]


@dataclass
class Seen:
    """What one service answered: milliseconds and statuses, in order of arrival."""

    name: str
    ms: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def line(self) -> str:
        """Tell it in a line."""
        ordered = sorted(self.ms)
        p99 = ordered[max(0, round(0.99 * len(ordered)) - 1)]
        wrong = sum(status >= 400 for status in self.statuses)
        return (
            f"{self.name:14} {len(self.ms):6} answers  {wrong:4} refused  "
            f"median {statistics.median(ordered):6.1f} ms  p99 {p99:6.1f}  max {ordered[-1]:6.1f}"
        )


class Rest:
    """Autotask over REST."""

    def __init__(self, http: aiohttp.ClientSession, ready: dict[str, Any], ids: list[int]) -> None:
        self._http = http
        self._url = ready["url"] + "V1.0/"
        self._ids = ids
        self._headers = {
            "UserName": ready["username"],
            "Secret": ready["secret"],
            "ApiIntegrationCode": ready["integration_code"],
        }

    async def ask(self, number: int) -> int:
        """Send one of three kinds of request."""
        ticket = self._ids[number % len(self._ids)]
        if number % 10 == 0:
            note = {"ticketID": ticket, "title": "Load", "description": "-", "noteType": 1}
            path, body = f"Tickets/{ticket}/Notes", {**note, "publish": 1}
        elif number % 3 == 0:
            path, body = "Tickets/query", {"filter": [gt(ticket)], "maxRecords": 25}
        else:
            one = {"op": "eq", "field": "id", "value": ticket}
            path, body = "Tickets/query", {"filter": [one]}
        async with self._http.post(self._url + path, json=body, headers=self._headers) as answer:
            await answer.read()
            return answer.status


class Soap:
    """Autotask over SOAP, with bare envelopes."""

    def __init__(self, http: aiohttp.ClientSession, ready: dict[str, Any], ids: list[int]) -> None:
        self._http = http
        self._ready = ready
        self._ids = ids
        self._signed = aiohttp.encode_basic_auth(ready["username"], ready["secret"])

    async def ask(self, number: int) -> int:
        """Ask for a ticket, or write a note."""
        ticket = self._ids[number % len(self._ids)]
        if number % 10 == 0:
            fields = f"<TicketID>{ticket}</TicketID><Title>Load</Title><Description>-</Description>"
            fields += "<NoteType>1</NoteType><Publish>1</Publish>"
            entity = f'<Entity xsi:type="TicketNote">{fields}</Entity>'
            return await self.call("create", f"<Entities>{entity}</Entities>")
        query = f'<field>id<expression op="equals">{ticket}</expression></field>'
        text = f"<queryxml><entity>Ticket</entity><query>{query}</query></queryxml>"
        return await self.call("query", f"<sXML><![CDATA[{text}]]></sXML>")

    async def call(self, operation: str, inside: str) -> int:
        """Send one envelope."""
        code = self._ready["integration_code"]
        body = f'<{operation} xmlns="{NAMESPACE}">{inside}</{operation}>'
        data = ENVELOPE.format(namespace=NAMESPACE, code=code, body=body).encode()
        headers = {
            "SOAPAction": f'"{NAMESPACE}{operation}"',
            "Content-Type": "text/xml",
            "Authorization": self._signed,
        }
        url = self._ready["soap_url"]
        async with self._http.post(url, data=data, headers=headers) as answer:
            text = await answer.text()
            return answer.status if "<ReturnCode>1<" in text else 599


class FieldNation:
    """Field Nation's REST API."""

    def __init__(self, http: aiohttp.ClientSession, ready: dict[str, Any]) -> None:
        self._http = http
        self._ready = ready
        self._token = ""
        self._orders: list[int] = []

    async def begin(self) -> None:
        """Log in and make the orders that are read."""
        keys = ("client_id", "client_secret", "username", "password")
        body = {"grant_type": "password", **{key: self._ready[key] for key in keys}}
        async with self._http.post(self._ready["token_url"], json=body) as answer:
            self._token = (await answer.json())["access_token"]
        for number in range(20):
            async with self._http.post(self._path("workorders"), json=title(number)) as answer:
                self._orders.append((await answer.json())["id"])

    async def ask(self, number: int) -> int:
        """Read an order, list some, or create one."""
        if number % 10 == 0:
            request = self._http.post(self._path("workorders"), json=title(number))
        elif number % 3 == 0:
            query = "&list=workorders_draft&sticky=false&per_page=25"
            request = self._http.get(self._path("workorders") + query)
        else:
            order = self._orders[number % len(self._orders)]
            request = self._http.get(self._path(f"workorders/{order}"))
        async with request as answer:
            await answer.read()
            return answer.status

    def _path(self, path: str) -> str:
        return f"{self._ready['rest_url']}{path}?access_token={self._token}"


def title(number: int) -> dict[str, Any]:
    """Give a work order that is easily told from others."""
    return {"title": f"Load {number}"}


def gt(ticket: int) -> dict[str, Any]:
    """Give the condition that an id lies above."""
    return {"op": "gt", "field": "id", "value": ticket}


async def load(name: str, ask: Ask, rate: float, seconds: float) -> Seen:
    """Ask at a steady rate, whatever is still open; wait for all answers."""
    seen = Seen(name)
    began = time.perf_counter()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        sent = time.perf_counter()
        status = await ask(number)
        seen.ms.append((time.perf_counter() - sent) * 1000)
        seen.statuses.append(status)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    return seen


def start(folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    """Start both vendors on the first core."""
    ready_file = folder / "ready.json"
    command = [sys.executable, "-m", "isthmus_sim.cli", "up", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--ready-file", str(ready_file)], stdout=subprocess.DEVNULL
    )
    while not ready_file.exists():
        if process.poll() is not None:
            raise SystemExit(f"the simulators ended with {process.returncode}")
        time.sleep(0.05)
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    return process, json.loads(ready_file.read_text())


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """Give the user and system seconds of a process so far."""
    stat = Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / TICKS


async def off(http: aiohttp.ClientSession, url: str, switches: dict[str, Any]) -> None:
    """Switch off the vendors' own limits, which would be measured otherwise."""
    async with http.patch(url + "switches", json=switches) as answer:
        answer.raise_for_status()


async def measure(ready: dict[str, Any], rate: float, seconds: float) -> tuple[Seen, ...]:
    """Load all three services at once."""
    psa, field_nation = ready["autotask"], ready["fieldnation"]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        autotask_off = {"added_latency_scale": 0, "hourly_limit": 10_000_000, "slots": 1_000}
        await off(http, psa["admin_url"], autotask_off)
        async with http.get(psa["admin_url"] + "state/Tickets") as answer:
            ids = [row["id"] for row in await answer.json()][-2000:]
        orders = FieldNation(http, field_nation)
        await orders.begin()
        return await asyncio.gather(
            load("Autotask REST", Rest(http, psa, ids).ask, rate, seconds),
            load("Autotask SOAP", Soap(http, psa, ids).ask, rate, seconds),
            load("Field Nation", orders.ask, rate, seconds),
        )


def main() -> None:
    """Read the options, load, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process, ready = start(Path(folder))
        try:
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
            before = cpu_s(process)
            found = asyncio.run(measure(ready, given.rate, given.seconds))
            spent = cpu_s(process) - before
        finally:
            process.terminate()
            process.wait(30)
    print(f"{given.rate:.0f} requests a second for each service, {given.seconds:.0f} s, one core")
    for seen in found:
        print(seen.line())
    answers = sum(len(seen.ms) for seen in found)
    print(f"{spent / answers * 1000:.1f} ms of CPU an answer")


if __name__ == "__main__":
    main()
