"""
Every page of the console at size, over HTTP: server time and bytes on the wire.

1,000,000 tickets in the tables, 100,000 links, 1,000,000 lines of the trail. Run it with `make
bench-pages`; `--tickets` and `--lines` make it smaller. Aims: under 100 ms of server time, under
300 KB. Pages that ask the vendors are not in it.
"""

import argparse
import re
import shutil
import statistics
import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import httpx2  # noqa: E402

from benchmarks import console as filling  # noqa: E402
from chaos.harness import Home, Simulator, must  # noqa: E402
from isthmus.console import make_app  # noqa: E402
from isthmus.console.guard import COOKIE  # noqa: E402
from isthmus.console.opening import open_site  # noqa: E402
from isthmus.listening import Listener  # noqa: E402
from isthmus.wiring.build import House  # noqa: E402
from isthmus.wiring.dispatch.stores import Stores  # noqa: E402
from isthmus.wiring.environment.config import load_config  # noqa: E402

FOLDER = ROOT / ".bench" / "pages"
LOOKS: Final = 7
AIM_MS: Final = 100.0
AIM_KB: Final = 300.0
PASSWORD: Final = "seven boats on the lagoon"
PAGES: Final = (
    "/", "/datasets", "/datasets/Tickets", "/datasets/Tickets/preview",
    "/datasets/Tickets/preview?q=printer", "/joins", "/joins?from=Tickets&to=Contracts",
    "/explore", "/explore/ticket-flow", "/explore/sql", "/dispatch", "/dispatch?state=stuck",
    "/dispatch?q=T20260101.050000", "/dispatch?q=printer", "/dispatch/{link}", "/dispatch/{link}/made",
    "/letters", "/rules", "/rules/ticket_dispatch", "/mappings", "/mappings/ticket_inbound",
    "/activity", "/activity?q=T20260101.050000", "/activity?q=Tickets", "/activity?failed=1",
    "/connections", "/connections/quota", "/settings/me", "/settings/people", "/settings/audit",
    "/settings/alerts", "/settings/about",
)  # fmt: skip


def time_pages(url: str, secret: str, link: str) -> int:
    """Print a line for each page; returns how many missed an aim."""
    missed = 0
    print(f"{'page':42} {'median':>9} {'worst':>9} {'on the wire':>12}")
    with httpx2.Client(base_url=url, cookies={COOKIE: secret}, timeout=60) as client:
        for path in PAGES:
            took, size, status = [], 0, 0
            for _ in range(LOOKS):
                answer = client.get(path.format(link=link))
                told = re.search(r"app;dur=([\d.]+)", answer.headers["server-timing"])
                took.append(float(told[1]) if told else 0.0)
                size, status = answer.num_bytes_downloaded, answer.status_code
            middle = statistics.median(took)
            late = middle > AIM_MS or size > 1000 * AIM_KB or status != 200
            missed += late
            mark = f"  {status}" if status != 200 else "  MISSED" if late else ""
            print(f"{path:42} {middle:6.1f} ms {max(took):6.1f} ms {size / 1000:9.1f} kB{mark}")
    return missed


def main() -> None:
    """Fill a home, serve its console, ask for every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=100_000)
    given = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with Simulator(FOLDER, "--tickets", str(given.tickets), "--companies", "800") as simulator:
        home = Home(FOLDER / "home", simulator)
        must(home.connect())
        must(home.run("sync", "Companies", "Resources", "Contracts", "Tickets"))
        environment = {"ISTHMUS_HOME": str(FOLDER / "home")}
        with House(load_config(environment)) as house, Stores.open(house) as stores:
            filling.fill(house, stores, given.lines, given.links)
            with open_site(house, stores) as site:
                site.people.begin("ann", "Ann", PASSWORD)
                _, secret = site.people.log_in("ann", PASSWORD, source="here", agent="bench")
                listener = Listener(make_app(site), what="the console")
                listener.start()
                link = stores.state.find_links("T20260101.050000")[0].id
                print(f"{given.tickets:,} tickets, {given.links:,} links, {given.lines:,} lines")
                missed = time_pages(f"http://{listener.address}", secret, link)
                site.live.close()
                listener.stop()
    print(f"{missed} of {len(PAGES)} pages missed an aim ({AIM_MS:.0f} ms, {AIM_KB:.0f} kB)")


if __name__ == "__main__":
    main()
