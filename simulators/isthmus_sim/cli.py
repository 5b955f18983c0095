"""The command line of the simulators: `isthmus-sim autotask`."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from pathlib import Path  # noqa: TC003 - the command line reads the types
from typing import Annotated, Any

from cyclopts import App, Parameter, validators

import isthmus_sim

app = App(
    name="isthmus-sim",
    help="Simulated vendors that real clients run against unchanged.",
    version=isthmus_sim.__version__,
)


def _within(least: float, most: float) -> Parameter:
    return Parameter(validator=validators.Number(gte=least, lte=most))


@app.command
def autotask(
    *,
    port: Annotated[int, _within(0, 65_535)] = 8080,
    seed: int = 1,
    companies: Annotated[int, _within(5, 100_000)] = 120,
    tickets: Annotated[int, _within(0, 5_000_000)] = 5_000,
    ticket_udfs: Annotated[int, _within(0, 300)] = 5,
    latency_ms: Annotated[float, _within(0, 600_000)] = 0,
    state: Path | None = None,
    ready_file: Path | None = None,
    gzip: Annotated[bool, Parameter(negative="")] = False,
    frozen_clock: Annotated[bool, Parameter(negative="")] = False,
    activity_per_minute: Annotated[float, _within(0, 60_000)] = 0,
    host: str = "127.0.0.1",
) -> None:
    """
    Serve a simulated Autotask PSA until interrupted.

    The tenant is made from the seed: the same seed and sizes give the same rows. What a client
    needs is printed once the server accepts calls, and written to the ready file as one JSON
    object: url, username, secret, integration_code, zone, admin_url.

    Parameters
    ----------
    port
        Port to listen on; 0 takes a free one.
    seed
        Seed of the tenant and of everything that happens in it.
    companies
        Number of companies, the tenant's own (id 0) among them.
    tickets
        Number of tickets; notes, time and service calls follow from it.
    ticket_udfs
        Number of user-defined ticket fields, up to 300.
    latency_ms
        Milliseconds added to every API call.
    state
        File that keeps the tenant; a file with a tenant is continued, clock included.
    ready_file
        File to write when the server accepts calls.
    gzip
        Compress answers for callers that accept it.
    frozen_clock
        Let time stand still until it is moved by the admin API.
    activity_per_minute
        Steps of activity the tenant lives by itself each minute.
    host
        Address to listen on.
    """
    from isthmus_sim.autotask.tenancy import Wanted, make_tenancy  # noqa: PLC0415
    from isthmus_sim.autotask.tenant.shapes import TenantPlan  # noqa: PLC0415
    from isthmus_sim.autotask.web.server import AutotaskService, Options  # noqa: PLC0415
    from isthmus_sim.base.serving import serve, write_ready_file  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _leave)  # until the server takes over: leave no helper behind
    plan = TenantPlan(seed, companies, tickets, ticket_udfs)
    tenancy = make_tenancy(
        Wanted(plan, path=str(state) if state else None, frozen_clock=frozen_clock)
    )
    gc.collect()
    gc.freeze()  # a collection that walks a whole tenant's definitions would be felt in answers
    service = AutotaskService(tenancy, Options(latency_ms, gzip, activity_per_minute))

    def announce(readies: list[dict[str, Any]]) -> None:
        (ready,) = readies
        if ready_file is not None:
            write_ready_file(ready_file, ready)
        _print(ready)

    try:
        asyncio.run(serve([(service, port)], host, announce))
    except OSError as error:
        sys.stderr.write(
            f"The simulator cannot listen on {host}:{port}: {error.strerror or error}.\n"
            "What to do: name another port with --port, or let it take a free one with --port 0.\n"
        )
        sys.exit(2)


def _leave(number: int, _frame: Any) -> None:
    sys.exit(128 + number)


def _print(ready: dict[str, Any]) -> None:
    width = max(map(len, ready))
    lines = [f"  {name:<{width}}  {value}" for name, value in ready.items()]
    text = "\n".join(["Simulated Autotask is ready.", *lines, "Stop it with Ctrl+C."])
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
