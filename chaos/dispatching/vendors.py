"""Both vendors, simulated in threads of this process, with a gate before and behind each call."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Protocol, TypeVar

from aiohttp import web
from aiohttp.web_request import BaseRequest

from chaos.dispatching.watch import AUTOTASK, FIELDNATION, Call, step_of
from isthmus_sim.autotask.tenancy import Tenancy, make_tenancy
from isthmus_sim.autotask.tenancy import Wanted as Tenant
from isthmus_sim.autotask.tenant.shapes import TenantPlan
from isthmus_sim.autotask.web.server import AutotaskService
from isthmus_sim.base.serving import Running, Service
from isthmus_sim.base.serving import start as serve
from isthmus_sim.fieldnation.service import FieldNationService
from isthmus_sim.fieldnation.world import Wanted as Account
from isthmus_sim.fieldnation.world import World, make_world
from isthmus_sim.in_thread import AutotaskSim, FieldNationSim

T = TypeVar("T")
_PATIENCE_S: Final = 60


class Gate(Protocol):
    """Who is told of every call before it takes effect, and again after."""

    def before(self, step: str, call: Call) -> bool:
        """Return whether it is to take effect."""

    def after(self, step: str, call: Call, answer: bytes) -> bool:
        """Return whether the answer is to be sent."""


class Open:
    """A gate through which everything passes."""

    def before(self, step: str, call: Call) -> bool:
        """Let it pass."""
        return True

    def after(self, step: str, call: Call, answer: bytes) -> bool:
        """Let it pass."""
        return True


@dataclass(slots=True)
class Watched:
    """A simulated service whose calls go through a gate."""

    side: str
    service: Service
    gate: Gate = field(default_factory=Open)

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request; a call that the gate stops gets no answer."""
        try:
            call = await _call_of(self.side, request)
        except ConnectionError:  # the caller was killed while it spoke
            return _hung_up(request)
        step = step_of(call)
        if not step:
            return await self.service.handle(request)
        if not self.gate.before(step, call):
            return _hung_up(request)
        answer = await self.service.handle(request)
        body = answer.body if isinstance(answer, web.Response) else b""
        if not self.gate.after(step, call, body if isinstance(body, bytes) else b""):
            return _hung_up(request)
        return answer

    def ready(self, origin: str) -> dict[str, Any]:
        """Return what a client needs."""
        return self.service.ready(origin)

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """Return what goes on by itself."""
        return self.service.background()

    def close(self) -> None:
        """Let go of files."""
        self.service.close()


async def _call_of(side: str, request: BaseRequest) -> Call:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    url = request.rel_url
    port = peer[1] if peer else 0
    return Call(side, request.method, url.path, url.query_string, await request.read(), port)


def _hung_up(request: BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


class Served:
    """A service in a thread of its own."""

    def __init__(self, service: Service, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name)
        self._thread.start()
        self._running: Running = self.do(serve(service))
        self.ready = self._running.ready

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the thread that answers calls, between two of them."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    def stop(self) -> None:
        """End it."""
        self.do(self._running.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(slots=True)
class Vendors:
    """Both vendors. `world` and `tenancy` are what an oracle and people reach into."""

    autotask: AutotaskSim
    fieldnation: FieldNationSim
    tenancy: Tenancy
    world: World
    _watched: tuple[Watched, Watched]
    _field_nation: Served

    def at_fieldnation(self, move: Callable[[World], T]) -> T:
        """Have something happen at Field Nation, as from its own pages: no fault strikes it."""

        async def moved() -> T:
            return move(self.world)

        return self._field_nation.do(moved())

    def guard(self, gate: Gate) -> None:
        """Have all calls go through a gate from now on."""
        for watched in self._watched:
            watched.gate = gate

    def stop(self) -> None:
        """End both."""
        self.autotask.stop()
        self.fieldnation.stop()

    def settle_switches(self) -> None:
        """Let neither vendor slow down what is not about slowness."""
        self.autotask.admin("PATCH", "switches", {"added_latency_scale": 0, "hourly_limit": 10**7})
        self.fieldnation.admin("PATCH", "switches", {"rate_limit_per_minute": 0})


def start(*, seed: int = 1, companies: int = 12, tickets: int = 150) -> Vendors:
    """Start both; call `stop` when done."""
    folder = Path(mkdtemp(prefix="isthmus-chaos-"))
    plan = TenantPlan(seed, companies, tickets, 5)
    tenancy = make_tenancy(Tenant(plan, path=str(folder / "tenant.sqlite")))
    world = make_world(Account(seed, "sandbox", str(folder / "account.sqlite")))
    psa = Watched(AUTOTASK, AutotaskService(tenancy))
    service = FieldNationService(world)
    field_nation = Watched(FIELDNATION, service)
    one, other = Served(psa, "autotask"), Served(field_nation, "fieldnation")
    return Vendors(
        AutotaskSim(**one.ready, stop=one.stop),
        FieldNationSim(**other.ready, service=service, stop=other.stop),
        tenancy,
        world,
        (psa, field_nation),
        other,
    )
