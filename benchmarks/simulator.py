"""
How fast the simulated Autotask is.

Prints full ticket pages a second (500 rows, all fields, 5 user-defined fields) over HTTP from one
process, the CPU it spends on a page, and, with --large N, the seconds to start and the peak
memory of a tenant of N tickets. The client reads and drops the bytes; it runs beside the server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A simulator as a process of its own."""

    process: subprocess.Popen[bytes]
    ready: dict[str, Any]
    start_s: float

    def cpu_s(self) -> float:
        """User and system seconds of the server so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    def helper_cpu_s(self) -> float:
        """The same of the processes it waited for: helpers that loaded a part of the tenant."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(stat[13]) + int(stat[14])) / TICKS

    def memory_mib(self, name: str = "VmHWM") -> float:
        """Peak memory, or by VmRSS what it holds now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(30)


def start(tickets: int, companies: int, one_core: bool) -> Server:
    ready_file = Path(tempfile.mkdtemp()) / "ready.json"
    command = [sys.executable, "-m", "isthmus_sim.cli", "autotask", "--port", "0"]
    command += ["--tickets", str(tickets), "--companies", str(companies)]
    command += ["--ready-file", str(ready_file)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not ready_file.exists():
        if process.poll() is not None:
            raise SystemExit(f"the simulator ended with {process.returncode}")
        time.sleep(0.01)
    took = time.perf_counter() - began
    if one_core:
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    return Server(process, json.loads(ready_file.read_text()), took)


def walk(server: Server, pages: int) -> tuple[int, int]:
    """Read pages by id; start anew at the end. Gives rows and bytes."""
    url = urlsplit(server.ready["url"])
    connection = http.client.HTTPConnection(str(url.hostname), url.port)
    headers = {
        "UserName": server.ready["username"],
        "Secret": server.ready["secret"],
        "ApiIntegrationCode": server.ready["integration_code"],
        "Content-Type": "application/json",
    }
    after, rows, size = -1, 0, 0
    for _ in range(pages):
        body = json.dumps({"filter": [{"op": "gt", "field": "id", "value": after}]})
        connection.request("POST", url.path + "V1.0/Tickets/query", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}: {content[:200]!r}")
        details = json.loads(content[content.rindex(b'"pageDetails":') + 14 : -1])
        token = content.rfind(b'{"id":')
        after = int(content[token + 6 : content.index(b",", token)])
        rows, size = rows + details["count"], size + len(content)
        if details["nextPageUrl"] is None:
            after = -1
    return rows, size


def measure_pages(tickets: int, pages: int) -> None:
    server = start(tickets, 120, one_core=True)
    try:
        cpu, began = server.cpu_s(), time.perf_counter()
        rows, size = walk(server, pages)
        took, spent = time.perf_counter() - began, server.cpu_s() - cpu
        print(f"tickets {tickets:,}, started in {server.start_s:.1f} s")
        print(f"{pages} pages, {rows:,} rows, {size / 1e6:.0f} MB in {took:.2f} s")
        print(f"{pages / took:.0f} pages/s as one client sees it")
        print(f"{spent / pages * 1000:.1f} ms of CPU a page: {pages / spent:.0f} pages/s a core")
        print(f"peak memory {server.memory_mib():.0f} MiB")
    finally:
        server.stop()


def measure_large(tickets: int) -> None:
    server = start(tickets, 2_000, one_core=False)
    try:
        print(f"tickets {tickets:,}: started in {server.start_s:.1f} s")
        print(f"CPU: {server.cpu_s():.1f} s of its own, {server.helper_cpu_s():.1f} s of a helper")
        print(f"peak memory {server.memory_mib():.0f} MiB, now {server.memory_mib('VmRSS'):.0f}")
        cpu, began = server.cpu_s(), time.perf_counter()
        walk(server, 200)
        took, spent = time.perf_counter() - began, server.cpu_s() - cpu
        print(f"200 pages in {took:.2f} s, {spent / 200 * 1000:.1f} ms of CPU a page")
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--large", type=int, help="measure the start of so many tickets, too")
    given = parser.parse_args()
    measure_pages(given.tickets, given.pages)
    if given.large:
        measure_large(given.large)


if __name__ == "__main__":
    main()
