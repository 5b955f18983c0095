"""
Dispatch measured beside its aims, a line a figure; the simulators have a process of their own.

Run it with `make bench-dispatch`. SQLite with one process, then PostgreSQL with doors and two
workers. Machines differ: read CPU seconds, counts and ratios rather than wall seconds; how many
others wanted the cores is printed beside them. Orders are counted in our own table, because
asking the simulator for all of them again and again would be most of what is measured.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chaos.engine import postgres  # noqa: E402
from isthmus.autotask.webhooks import HEADER, sign  # noqa: E402
from isthmus.dispatch.identity import load_own  # noqa: E402
from isthmus.dispatch.library import Library  # noqa: E402
from isthmus.dispatch.rules.check import check_result  # noqa: E402
from isthmus.dispatch.rules.needs import needs  # noqa: E402
from isthmus.dispatch.rules.orders import to_body  # noqa: E402
from isthmus.dispatch.rules.rule import export_rule  # noqa: E402
from isthmus.dispatch.scripts.translate import translate  # noqa: E402
from isthmus.wiring.build import House  # noqa: E402
from isthmus.wiring.dispatch.secrets import hook_secrets  # noqa: E402
from isthmus.wiring.dispatch.stores import Stores, open_desk  # noqa: E402
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim  # noqa: E402
from tests.dispatch.shores import DISPATCH, Shores  # noqa: E402

PORT = 18_484
ANYBODY = 4
"""Who changed a ticket, as a delivery says it: somebody who is not us."""
IN_ORDER = 200
"""Deliveries a second of a burst whose numbers do not overtake one another."""
SIMS = """
import json, sys
from isthmus_sim.in_thread import start, start_fieldnation
a, f = start(companies=60, tickets=3000), start_fieldnation()
keys = ("url", "username", "secret", "integration_code", "zone", "soap_url", "admin_url")
more = ("url", "token_url", "rest_url", "webhooks_url", "client_id", "client_secret", "username",
        "password", "environment", "company_id", "user_id", "provider_url", "admin_url")
print(json.dumps([{k: getattr(a, k) for k in keys}, {k: getattr(f, k) for k in more}]), flush=True)
sys.stdin.read()
a.stop(), f.stop()
"""


@contextmanager
def shores(folder: Path, state: str) -> Iterator[Shores]:
    """Give both vendors in one process of their own, and a home."""
    command = [sys.executable, "-c", SIMS]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        autotask, field_nation = json.loads(process.stdout.readline())
        more = {
            "ISTHMUS_LISTEN": f"127.0.0.1:{PORT}",
            "ISTHMUS_PUBLIC_URL": f"http://127.0.0.1:{PORT}",
            "ISTHMUS_SWEEP_S": "86400",
        }
        made = Shores(
            AutotaskSim(**autotask, stop=lambda: None),
            FieldNationSim(**field_nation, service=None, stop=lambda: None),  # type: ignore[arg-type]
            folder / "home",
            state,
            more,
        )
        made.settle_switches()
        yield made
        process.communicate("")


@dataclass
class Site:
    """What is measured: a home between the shores, and its processes."""

    shores: Shores
    title: str
    stores: Stores
    secret: str = ""
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    used: int = 0
    number: int = 1

    def start(self, *commands: str) -> None:
        """Start our processes."""
        env = {**os.environ, **self.shores.environment}
        for command in commands:
            line = [sys.executable, "-m", "isthmus", *command.split()]
            self.processes.append(
                subprocess.Popen(line, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
            )
        wait_until(lambda: len(self.stores.agenda.alive()) >= max(1, len(commands) - 1))

    def stop(self) -> None:
        """End them."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(30)

    def cpu(self) -> float:
        """Return the CPU seconds of our processes so far."""
        return sum(_cpu(process.pid) for process in self.processes)

    def memory(self) -> float:
        """Return the resident memory of the largest of our processes, in MiB."""
        return max(_memory(process.pid) for process in self.processes)

    def fresh(self, count: int) -> list[dict[str, Any]]:
        """Return tickets that were not used yet."""
        found = self.shores.fit_tickets(self.used + count)[self.used :]
        self.used += count
        return found

    def tell(self, title: str, figure: str, aim: str = "") -> None:
        """Print a line."""
        print(f"{self.title:24} {title:54} {figure:34} {aim}", flush=True)

    def calls(self) -> tuple[int, int]:
        """Return how many calls each vendor has answered."""
        sims = (self.shores.autotask, self.shores.fieldnation)
        both = [sum(one["calls"] for one in sim.admin("GET", "calls")["by"]
                    if "token" not in one["path"] and "webhook" not in one["path"].lower())
                for sim in sims]  # fmt: skip
        return both[0], both[1]

    def linked(self) -> int:
        """Return how many tickets have their order."""
        return self.stores.state.link_counts().get("linked", 0)

    def idle(self) -> None:
        """Wait until nothing waits or runs."""
        wait_until(
            lambda: self.stores.agenda.count() == 0 and not self.stores.inbox.count_unrelayed()
        )

    def payload(
        self, ticket: int, number: int, who: int, title: str = ""
    ) -> tuple[bytes, dict[str, str]]:
        """Return a signed delivery about a ticket that somebody changed; its title is a new one."""
        told = {"Action": "Update", "Guid": "6b0f0c1e-0000-4000-8000-000000000001",
                "EntityType": "Ticket", "Id": ticket, "Fields": {"Title": title or f"n {number}"},
                "EventTime": "2026-11-28T12:00:00Z", "SequenceNumber": number, "PersonID": who}  # fmt: skip
        body = json.dumps(told).encode()
        return body, {HEADER: sign(body, self.secret), "Content-Type": "application/json"}


def wait_until(holds: Any, seconds: float = 600, every: float = 0.05) -> None:
    """Wait until something holds. Raises: TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("it did not come about in time")
        time.sleep(every)


def _cpu(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 2**20


def percentiles(times: list[float]) -> str:
    """Return p50 and p99 in milliseconds."""
    whole = sorted(times)
    return f"p50 {1000 * statistics.median(whole):.1f} ms, p99 {1000 * whole[int(len(whole) * 0.99) - 1]:.1f} ms"


async def post_all(
    site: Site,
    tickets: list[int],
    rate: float,
    *,
    who: int = ANYBODY,
    again: bool = False,
    title: str = "",
) -> list[float]:
    """
    Post a delivery for each, so many a second (0: all at once); return the seconds each took.

    Numbers go on from the last: one left out would rightly be taken for a lost delivery, and swept
    for. Args: again: with the numbers before, as a repeat has them. title: what the tickets are called.
    """
    first = site.number - len(tickets) if again else site.number
    site.number = first + len(tickets)
    url = f"http://127.0.0.1:{PORT}/hooks/autotask/Tickets"
    times: list[float] = []
    refused = 0
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(ticket: int, number: int) -> None:
            nonlocal refused
            body, headers = site.payload(ticket, number, who, title)
            begun = time.monotonic()
            async with session.post(url, data=body, headers=headers) as answer:
                await answer.read()
                refused += answer.status >= 300
            times.append(time.monotonic() - begun)

        begun, tasks = time.monotonic(), []
        for at, ticket in enumerate(tickets):
            if rate:
                await asyncio.sleep(max(0.0, begun + at / rate - time.monotonic()))
            tasks.append(asyncio.create_task(post(ticket, first + at)))
        await asyncio.gather(*tasks)
    if refused:
        print(f"  {refused} REFUSED", flush=True)
    return times


def measure_sustained(site: Site, count: int) -> None:
    """Dispatch so many tickets that wait all at once."""
    code = site.shores.status_code(DISPATCH)
    tickets = site.fresh(count)
    for ticket in tickets:
        site.shores.autotask.admin(
            "PATCH", f"state/Tickets/{ticket['id']}?", {"status": code, "raw": True}
        )
    linked, cpu, calls, begun = site.linked(), site.cpu(), site.calls(), time.monotonic()
    asyncio.run(post_all(site, [one["id"] for one in tickets], 0))
    wait_until(lambda: site.linked() - linked >= count)
    site.idle()
    seconds = time.monotonic() - begun
    after = site.calls()
    site.tell("sustained dispatches", f"{count / seconds:.1f}/s, {1000 * (site.cpu() - cpu) / count:.0f} CPU ms each",
              "aim 25/s SQLite, 40/s PostgreSQL")  # fmt: skip
    site.tell("calls per dispatch (draft)",
              f"Autotask {(after[0] - calls[0]) / count:.2f}, Field Nation {(after[1] - calls[1]) / count:.2f}",
              "aim 2 and 1")  # fmt: skip


def measure_latency(site: Site, count: int) -> None:
    """Measure from a person's change to the work order, five a second, by real webhooks."""
    code = site.shores.status_code(DISPATCH)
    times: list[float] = []

    def has_order(ticket: int) -> bool:
        link = site.stores.state.link_of(f"Tickets/{ticket}")
        return link is not None and link.work_order_id is not None

    def follow(ticket: int) -> None:
        begun = time.monotonic()
        site.shores.edit("Tickets", ticket, status=code)
        wait_until(lambda: has_order(ticket), 30, every=0.005)
        times.append(time.monotonic() - begun)

    with ThreadPoolExecutor(8) as pool:
        for ticket in site.fresh(count):
            pool.submit(follow, ticket["id"])
            time.sleep(0.2)
    assert len(times) == count, "not every ticket got its order"
    site.idle()
    site.tell("webhook to work order at 5/s", percentiles(times), "aim 400 ms / 1 s")


def measure_acks(site: Site, seconds: int) -> None:
    """Measure answers with the workers busy, then a burst."""
    tickets = [one["id"] for one in site.shores.autotask.rows("Tickets")[-400:]]
    cpu = site.cpu()
    at_rate = [tickets[n % len(tickets)] for n in range(100 * seconds)]
    times = asyncio.run(post_all(site, at_rate, 100))
    site.tell(
        f"ack at 100/s for {seconds} s, workers busy",
        percentiles(times),
        "aim p99 25 ms SQLite, 50 PostgreSQL",
    )
    site.tell("  CPU meanwhile", f"{(site.cpu() - cpu) / seconds:.2f} cores")
    site.idle()
    burst = [tickets[n % len(tickets)] for n in range(1_000)]
    site.tell(
        "ack of a burst of 1,000",
        percentiles(asyncio.run(post_all(site, burst, 0))),
        "aim p99 1 s, none refused",
    )
    site.idle()


def measure_keeping(site: Site, own: int) -> None:
    """Measure what an answer costs by itself: echoes of our own writes, which nobody works on."""
    ticket = site.stores.state.links(("linked",), 1)[0].record_id
    asyncio.run(post_all(site, [ticket] * 100, 0, who=own))
    for title, rate, count in (("alone, at 100/s", 100, 1_000), ("in a burst", 0, 1_000)):
        cpu = site.cpu()
        times = asyncio.run(post_all(site, [ticket] * count, rate, who=own))
        used = f", {1000 * (site.cpu() - cpu) / count:.2f} CPU ms each"
        site.tell(f"ack, nothing to do, {title}", percentiles(times) + used)


def measure_mappings(site: Site, house: House, name: str, count: int) -> None:
    """Measure the shipped mapping on a real ticket: translated, and held against metadata."""
    link = site.stores.state.links(("linked",), 1)[0]

    async def run() -> float:
        async with open_desk(house, site.stores) as desk:
            mapping, known = desk.library.mapping(name), await desk.metadata.known()
            record = await desk.reader.record("Tickets", link.record_id)
            assert mapping is not None
            assert record is not None
            source = await desk.hydrator.document("ticket", record, needs(mapping))
            begun = time.process_time()
            for _ in range(count):
                result = translate(mapping, source, desk.scripts)
                to_body(result.document, known.company)
                check_result(mapping, result, known)
            return count / (time.process_time() - begun)

    site.tell("mappings, checked", f"{asyncio.run(run()):.0f} a CPU second")


def measure_nothing(site: Site, own: int) -> None:
    """Count calls for what is no news: repeats, echoes, what did not change, edits in a burst."""
    link = site.stores.state.links(("linked",), 1)[0]
    asyncio.run(post_all(site, [link.record_id], 0))
    site.idle()
    known = site.shores.ticket(link.record_id)["title"]
    for what, told in (
        ("a repeated delivery", {"again": True}),
        ("an echo", {"who": own}),
        ("a ticket that is as it was", {"title": known}),
    ):
        calls = site.calls()
        asyncio.run(post_all(site, [link.record_id], 0, **told))
        site.idle()
        site.tell(f"calls for {what}", str(sum(site.calls()) - sum(calls)), "aim 0")
    before = site.calls()[0]
    asyncio.run(post_all(site, [link.record_id] * 10, IN_ORDER))
    site.idle()
    site.tell("reads for a burst of 10 edits", str(site.calls()[0] - before), "aim at most 2")


def measure_all_on(site: Site, commands: tuple[str, ...]) -> None:
    """Measure what doing nothing costs with everything on: refreshes too, and a sweep a minute."""
    env = {**os.environ, **site.shores.environment}
    sync = [sys.executable, "-m", "isthmus", "sync"]
    subprocess.run(sync, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    swept, site.shores.more["ISTHMUS_SWEEP_S"] = site.shores.more["ISTHMUS_SWEEP_S"], "60"
    site.start(*(command.replace(" --no-refresh", "") for command in commands))
    measure_idle(site, 60, ", all on, a sweep a minute")
    site.stop()
    site.processes.clear()
    site.shores.more["ISTHMUS_SWEEP_S"] = swept


def measure_idle(site: Site, seconds: int, how: str = "") -> None:
    """Measure what doing nothing costs."""
    time.sleep(3)
    cpu = site.cpu()
    time.sleep(seconds)
    share = 100 * (site.cpu() - cpu) / seconds / len(site.processes)
    site.tell(f"idle CPU of a process{how}", f"{share:.1f} % of a core", "aim at most 4 %")
    site.tell(
        f"memory of the largest process{how}", f"{site.memory():.0f} MiB", "aim under 200 MiB"
    )


def measure(title: str, folder: Path, state: str, commands: tuple[str, ...], options: Any) -> None:
    """Measure one site."""
    print(f"{title}: {os.getloadavg()[0]:.1f} wanted the {os.cpu_count()} cores before", flush=True)
    with ExitStack() as closing:
        sims = closing.enter_context(shores(folder, state))
        house = closing.enter_context(sims.house())
        stores = closing.enter_context(Stores.open(house))
        library = Library(stores.definitions)
        rule = library.rule("ticket_dispatch")
        assert rule is not None
        draft = replace(rule, action="draft", is_enabled=True, breaker_writes=10**6)
        library.publish_rule(export_rule(draft), by="a benchmark")
        site = Site(sims, title, stores)
        measure_all_on(site, commands)
        site.start(*commands)
        closing.callback(site.stop)
        env = {**os.environ, **sims.environment}
        install = [sys.executable, "-m", "isthmus", "webhooks", "install"]
        subprocess.run(install, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        site.secret = hook_secrets(house, stores).live("hook/autotask/Tickets")[0]
        own = load_own(stores.state, sims.autotask.username, "").resource
        assert own is not None
        measure_idle(site, 10)
        measure_latency(site, options.latency)
        measure_sustained(site, options.count)
        measure_mappings(site, house, rule.inbound, 300)
        measure_nothing(site, own)
        measure_keeping(site, own)
        measure_acks(site, options.seconds)
    print(f"{title}: {os.getloadavg()[0]:.1f} wanted them at the end", flush=True)


def main() -> int:
    """Read the options and measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--latency", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    options = parser.parse_args()
    folder = ROOT / ".bench" / "dispatch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    if options.only != "postgres":
        one = ("serve --no-refresh",)
        measure("SQLite, 1 process", folder / "one", "", one, options)
    if options.only != "sqlite":
        with postgres(folder / "postgres") as url:
            two = ("serve --no-dispatch --no-refresh", "worker --no-refresh", "worker --no-refresh")
            measure("PostgreSQL, 2 workers", folder / "two", url, two, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
