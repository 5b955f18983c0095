"""The command line of the simulators: `isthmus-sim autotask`, `fieldnation` and `up`."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - the command line reads the types
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter, validators

import isthmus_sim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isthmus_sim.autotask.tenant.shapes import TenantPlan
    from isthmus_sim.autotask.web.server import AutotaskService
    from isthmus_sim.base.serving import Service
    from isthmus_sim.fieldnation.service import FieldNationService

GC_THRESHOLD = 10_000  # a page of orders is thousands of new objects and not one circle of them
USE = {
    "Autotask": (
        "url is the base URL of a REST client, soap_url of a SOAP client.",
        "Both sign in with username, secret and integration_code.",
    ),
    "Field Nation": (
        "url is the base URL of a client; it logs in with client_id, client_secret,",
        "username and password. provider_url is the technician's side, for a browser.",
    ),
}

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
    object: url, username, secret, integration_code, zone, soap_url, admin_url.

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
        Number of user-defined ticket fields beside the three for dispatch, up to 300 in all.
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
    plan = _plan(seed, companies, tickets, ticket_udfs)
    answers = (latency_ms, gzip, activity_per_minute)
    service = _autotask(plan, answers, state=state, frozen_clock=frozen_clock)
    _serve({"Autotask": (service, port)}, host=host, ready_file=ready_file)


@app.command
def fieldnation(
    *,
    port: Annotated[int, _within(0, 65_535)] = 8090,
    seed: int = 1,
    state: Path | None = None,
    ready_file: Path | None = None,
    environment: Literal["sandbox", "production"] = "sandbox",
    rate_limit: Annotated[int | None, _within(0, 1_000_000)] = None,
    frozen_clock: Annotated[bool, Parameter(negative="")] = False,
    host: str = "127.0.0.1",
) -> None:
    """
    Serve a simulated Field Nation until interrupted.

    The account is made from the seed: a company, its managers, projects, templates, custom
    fields and providers. What a client needs is printed once the server accepts calls, and
    written to the ready file as one JSON object: url, token_url, rest_url, webhooks_url,
    client_id, client_secret, username, password, environment, company_id, user_id,
    provider_url, admin_url.

    Parameters
    ----------
    port
        Port to listen on; 0 takes a free one.
    seed
        Seed of the account.
    state
        File that keeps the account; a file with an account is continued, clock included.
    ready_file
        File to write when the server accepts calls.
    environment
        Whose ids to use: no id of the sandbox holds in production.
    rate_limit
        Calls a minute for the company, after a burst of 100; 0 for no limit. Not given: 60, as at
        the vendor, or what the state file says.
    frozen_clock
        Let time stand still until it is moved by the admin API.
    host
        Address to listen on.
    """
    service = _fieldnation(seed, environment, rate_limit, state=state, frozen_clock=frozen_clock)
    _serve({"Field Nation": (service, port)}, host=host, ready_file=ready_file)


@app.command
def up(
    *,
    port: Annotated[int, _within(0, 65_534)] = 8080,
    seed: int = 1,
    companies: Annotated[int, _within(5, 100_000)] = 120,
    tickets: Annotated[int, _within(0, 5_000_000)] = 5_000,
    state: Path | None = None,
    ready_file: Path | None = None,
    environment: Literal["sandbox", "production"] = "sandbox",
    rate_limit: Annotated[int, _within(0, 1_000_000)] = 0,
    frozen_clock: Annotated[bool, Parameter(negative="")] = False,
    activity_per_minute: Annotated[float, _within(0, 60_000)] = 0,
    live: Annotated[bool, Parameter(negative="")] = False,
    field_port: Annotated[int | None, _within(0, 65_535)] = None,
    until_input_ends: Annotated[bool, Parameter(negative="")] = False,
    host: str = "127.0.0.1",
) -> None:
    """
    Serve a simulated Autotask and a simulated Field Nation together until interrupted.

    Autotask answers REST and SOAP on one port, Field Nation its REST API and webhooks API on the
    next. What to put where is printed once both accept calls; the ready file gets one JSON object
    with the keys autotask and fieldnation, each as its own command writes it.

    Parameters
    ----------
    port
        Port of Autotask; Field Nation takes the next one. 0 takes two free ones.
    seed
        Seed of the tenant and of the account.
    companies
        Number of Autotask companies, the tenant's own (id 0) among them.
    tickets
        Number of Autotask tickets; notes, time and service calls follow from it.
    state
        Folder that keeps both; what is there is continued, clocks included.
    ready_file
        File to write when both accept calls.
    environment
        Whose ids Field Nation uses: no id of the sandbox holds in production.
    rate_limit
        Field Nation's calls a minute, after a burst of 100; 60 as at the vendor, 0 for no limit.
    frozen_clock
        Let time stand still until it is moved by the admin API of each.
    activity_per_minute
        Steps of activity the Autotask tenant lives by itself each minute.
    live
        Let people be at work on both sides: tickets come and change, some are sent to the field,
        and technicians take them. Six steps a minute on each side, or as many as are said above.
        The tenant's past ends now, by this machine's clock, instead of on 15 June 2026.
    field_port
        Port of Field Nation, where it is not to be the next one; 0 takes a free one.
    until_input_ends
        Stop when standard input ends, as it does when the process that holds it is gone.
    host
        Address to listen on.
    """
    if until_input_ends:
        threading.Thread(target=_end_with_input, daemon=True).start()
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
    psa = _autotask(
        _plan(seed, companies, tickets, is_now=live),
        (0, False, 0 if live else activity_per_minute),
        state=state / "autotask.sqlite" if state else None,
        frozen_clock=frozen_clock,
    )
    field = _fieldnation(
        seed,
        environment,
        rate_limit,
        state=state / "fieldnation.sqlite" if state else None,
        frozen_clock=frozen_clock,
    )
    if live:
        _live(psa, field, activity_per_minute)
    next_port = (port + 1 if port else 0) if field_port is None else field_port
    both: dict[str, tuple[Service, int]] = {
        "Autotask": (psa, port),
        "Field Nation": (field, next_port),
    }
    _serve(both, host=host, ready_file=ready_file)


def _plan(
    seed: int, companies: int, tickets: int, ticket_udfs: int = 5, *, is_now: bool = False
) -> TenantPlan:
    """
    Plan a tenant.

    Args: is_now: its past ends now, and not on the day on which every tenant of a seed does.
    """
    from isthmus_sim.autotask.tenant.shapes import TenantPlan  # noqa: PLC0415

    plan = TenantPlan(seed, companies, tickets, ticket_udfs)
    if not is_now:
        return plan
    return replace(plan, epoch=datetime.now(UTC).replace(second=0, microsecond=0))


def _autotask(
    plan: TenantPlan,
    answers: tuple[float, bool, float],
    *,
    state: Path | None,
    frozen_clock: bool,
) -> AutotaskService:
    """Make or continue a tenant. answers: the fields of `Options`."""
    from isthmus_sim.autotask.tenancy import Wanted, make_tenancy  # noqa: PLC0415
    from isthmus_sim.autotask.web.server import AutotaskService, Options  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _leave)  # until the server takes over: leave no helper behind
    path = str(state) if state else None
    tenancy = make_tenancy(Wanted(plan, path=path, frozen_clock=frozen_clock))
    gc.collect()
    gc.freeze()  # a collection that walks a whole tenant's definitions would be felt in answers
    return AutotaskService(tenancy, Options(*answers))


def _fieldnation(
    seed: int, environment: str, rate_limit: int | None, *, state: Path | None, frozen_clock: bool
) -> FieldNationService:
    """Make or continue an account."""
    from isthmus_sim.fieldnation.service import FieldNationService  # noqa: PLC0415
    from isthmus_sim.fieldnation.world import Wanted, make_world  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    path = str(state) if state else None
    world = make_world(Wanted(seed, environment, path, frozen_clock))
    if rate_limit is not None:
        world.ground.switches.begin_with({"rate_limit_per_minute": rate_limit})
    return FieldNationService(world)


def _live(psa: AutotaskService, market: FieldNationService, per_minute: float) -> None:
    """Have people at work on both sides while they are served."""
    from isthmus_sim import live  # noqa: PLC0415

    rate = per_minute or live.PER_MINUTE
    psa.beside.append(lambda: live.desk(psa.tenancy, rate))
    market.world.background.append(lambda: live.field(market.world.ground, rate))


def _serve(
    services: Mapping[str, tuple[Service, int]], *, host: str, ready_file: Path | None
) -> None:
    """Serve by name, each on its port, and say so; one alone has its document to itself."""
    from isthmus_sim.base.serving import serve, write_ready_file  # noqa: PLC0415

    def announce(readies: list[dict[str, Any]]) -> None:
        named = dict(zip(services, readies, strict=True))
        if ready_file is not None:
            keyed = {name.lower().replace(" ", ""): ready for name, ready in named.items()}
            write_ready_file(ready_file, keyed if len(keyed) > 1 else readies[0])
        _print(named)

    gc.set_threshold(GC_THRESHOLD)
    try:
        asyncio.run(serve(list(services.values()), host, announce))
    except OSError as error:
        ports = " or ".join(f"{host}:{port}" for _, port in services.values())
        sys.stderr.write(
            f"The simulator cannot listen on {ports}: {error.strerror or error}.\n"
            "What to do: name another port with --port, or let it take a free one with --port 0.\n"
        )
        sys.exit(2)


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(number: int, _frame: Any) -> None:
    sys.exit(128 + number)


def _print(named: Mapping[str, Mapping[str, Any]]) -> None:
    """Print what to put where."""
    lines = []
    for name, ready in named.items():
        width = max(map(len, ready))
        lines += [f"Simulated {name} is ready.", *(f"  {line}" for line in USE[name]), ""]
        lines += [f"  {key:<{width}}  {value}" for key, value in ready.items()]
        lines.append("")
    sys.stdout.write("\n".join([*lines, "Stop it with Ctrl+C."]) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
