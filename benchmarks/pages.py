"""
The pages of the console at size, over HTTP from `isthmus serve`: server time, bytes on the wire.

1,000,000 tickets in the tables, 100,000 links, 1,000,000 lines of the trail, 500 of them one link's,
20,000 dead letters, 100,000 deeds of people. Run it with `make bench-pages`; `--tickets` and `--lines` make it smaller, `--on postgres` keeps tables and state in
PostgreSQL. Aims: under 100 ms of server time, the first look after a start included, and under
300 KB; the command ends with 1 where one is missed.

Not in it are what asks a vendor (both sides as they are now, webhooks as they stand, dry runs,
checks of rules and mappings, what a dead letter lacks), the log-in, the forms of a connection, the
later steps of the welcome, saved reports, the search of the menu, lists of choices while one types, and downloads, which take as long as they are large.
"""

import argparse
import re
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import httpx2  # noqa: E402
from sqlalchemy import text  # noqa: E402

from benchmarks import filling  # noqa: E402
from chaos.engine import postgres  # noqa: E402
from chaos.harness import Home, Simulator, must  # noqa: E402
from isthmus.console.guard import COOKIE  # noqa: E402
from isthmus.reports.catalogue import REPORTS  # noqa: E402
from isthmus.state.dispatch import TrailFilter  # noqa: E402
from isthmus.wiring.build import House  # noqa: E402
from isthmus.wiring.dispatch.stores import Stores  # noqa: E402
from isthmus.wiring.environment.config import load_config  # noqa: E402
from isthmus.wiring.people import people_of  # noqa: E402

FOLDER = ROOT / ".bench" / "pages"
FILLED_IN_S: Final = 3_600
STARTED_S: Final = 3
LOOKS: Final = 7
AIM_MS: Final = 100.0
AIM_KB: Final = 300.0
PASSWORD: Final = "seven boats on the lagoon"
PAGES: Final = (
    "/", "/datasets", "/datasets/Tickets", "/datasets/Tickets/columns", "/datasets/Tickets/preview",
    "/datasets/Tickets/preview?q=printer", "/datasets/Tickets/preview?sort=title",
    "/datasets/Tickets/rows/{ticket}", "/datasets/add",
    "/joins", "/joins/counts", "/joins?from=Tickets&to=Contracts",
    "/explore", *(f"/explore/{report.name}" for report in REPORTS), "/explore/ticket-flow -> rows",
    "/explore/hours-by-client -> rows", "/explore/sql",
    "/explore/sql?sql=select+id,+title+from+Tickets+order+by+id+limit+300", "/explore/connect",
    "/dispatch", "/dispatch?state=stuck", "/dispatch?q=T20260101.050000", "/dispatch?q=printer",
    "/dispatch/{link}", "/dispatch/{link}?calls=1", "/dispatch/{link}/made",
    "/dispatch/{link}/sides", "/dispatch/calls/{call}", "/letters", "/letters?state=settled",
    "/letters?q=service_window",
    "/rules", "/rules/ticket_dispatch", "/rules/ticket_dispatch?as=text",
    "/rules/ticket_dispatch/versions", "/mappings", "/mappings/ticket_inbound",
    "/mappings/ticket_inbound?as=text", "/mappings/ticket_inbound/versions", "/welcome",
    "/activity", "/activity?q=T20260101.050000", "/activity?q={link}", "/activity?q=Tickets",
    "/activity?failed=1", "/connections", "/connections/permissions", "/connections/quota",
    "/connections/quota?hours=720",
    "/connections/webhooks",
    "/settings/me", "/settings/people", "/settings/audit", "/settings/audit?q=T20260101.050000",
    "/settings/alerts", "/settings/about",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a page took: the first look and the middle of the others, in ms; bytes on the wire."""

    path: str
    first: float
    middle: float
    size: int
    status: int

    @property
    def missed(self) -> str:
        """Say what is missed, "" for nothing."""
        if self.status != 200:
            return str(self.status)
        slow = [
            name for name, took in (("first", self.first), ("again", self.middle)) if took > AIM_MS
        ]
        return " ".join([*slow, *(["large"] if self.size > 1000 * AIM_KB else [])])


def look_at(client: httpx2.Client, path: str) -> Look:
    """Ask for a page some times."""
    took, size, status = [], 0, 0
    for _ in range(LOOKS):
        answer = client.get(path)
        told = re.search(r"app;dur=([\d.]+)", answer.headers.get("server-timing", ""))
        took.append(float(told[1]) if told else 0.0)
        size, status = answer.num_bytes_downloaded, answer.status_code
    return Look(path, took[0], statistics.median(took[1:]), size, status)


def time_pages(url: str, secret: str, names: dict[str, object]) -> int:
    """Print a line for each page; returns how many missed an aim."""
    missed = 0
    print(f"{'page':46} {'first':>9} {'again':>9} {'on the wire':>12}")
    with httpx2.Client(base_url=url, cookies={COOKIE: secret}, timeout=60) as client:
        for path in PAGES:
            seen = look_at(client, _address(client, path.format(**names)))
            missed += bool(seen.missed)
            mark = f"  MISSED {seen.missed}" if seen.missed else ""
            print(
                f"{path:46} {seen.first:6.1f} ms {seen.middle:6.1f} ms {seen.size / 1000:9.1f} kB{mark}",
                flush=True,
            )
    return missed


def _address(client: httpx2.Client, path: str) -> str:
    """Return a path; `A -> B`: where the first link of page A leads that has B in it."""
    page, _, wanted = path.partition(" -> ")
    if not wanted:
        return path
    found = re.search(rf'href="([^"]*/{wanted}\?[^"]*)"', client.get(page).text)
    return unescape(found[1]) if found else f"{page}/{wanted}"


@contextmanager
def served(
    folder: Path, given: argparse.Namespace, server: str
) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Give a full console: its address, a session, and the ids that paths want."""
    more = {"ISTHMUS_STATE": server, "ISTHMUS_WAREHOUSE": server} if server else {}
    with Simulator(folder, "--tickets", str(given.tickets), "--companies", "800") as simulator:
        home = Home(folder / "home", simulator, **more)
        must(home.connect())
        must(home.run("sync", patience=FILLED_IN_S))
    environment = {"ISTHMUS_HOME": str(folder / "home"), **more}
    with House(load_config(environment)) as house, Stores.open(house) as stores:
        filling.fill(house, stores, given.lines, given.links)
        if server:  # as it does by itself a while later
            with stores.state.engine.connect() as session:
                session.execution_options(isolation_level="AUTOCOMMIT").execute(
                    text("VACUUM ANALYZE")
                )
        people = people_of(stores)
        people.begin("ann", "Ann", PASSWORD)
        _, secret = people.log_in("ann", PASSWORD, source="here", agent="bench")
        link = stores.state.find_links(f"T20260101.{given.links // 2:06d}")[0].id
        of_link = TrailFilter(kinds=("call",), link_ids=(link,))
        call = stores.state.lookout.trail(of_link, 1, None)[0].number
        ticket = house.query("select min(id) from autotask.Tickets").rows[0][0]
    with home.serving("--no-doors", "--no-dispatch", "--no-refresh") as url:
        time.sleep(STARTED_S)
        yield url, secret, {"link": link, "ticket": ticket, "call": call}


def main() -> int:
    """Fill a home, serve its console, ask for its pages; 1 when one missed an aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=100_000)
    parser.add_argument("--on", choices=("files", "postgres"), default="files")
    given = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ExitStack() as closing:
        on_server = given.on == "postgres"
        server = closing.enter_context(postgres(FOLDER / "postgres")) if on_server else ""
        url, secret, names = closing.enter_context(served(FOLDER, given, server))
        where = "PostgreSQL" if server else "DuckDB and SQLite"
        print(f"{where}: {given.tickets:,} tickets, {given.links:,} links, {given.lines:,} lines")
        missed = time_pages(url, secret, names)
    print(f"{missed} of {len(PAGES)} pages missed an aim ({AIM_MS:.0f} ms, {AIM_KB:.0f} kB)")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
