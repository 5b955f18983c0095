"""A simulator inside the caller's process, for tests: its own thread and event loop."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.tenancy import Wanted, make_tenancy
from isthmus_sim.autotask.tenant.shapes import TenantPlan
from isthmus_sim.autotask.web.server import AutotaskService, Options
from isthmus_sim.base.serving import Running, Service
from isthmus_sim.base.serving import start as start_server
from isthmus_sim.fieldnation.service import FieldNationService
from isthmus_sim.fieldnation.world import Wanted as Account
from isthmus_sim.fieldnation.world import make_world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message

TIMEOUT_S = 60
COMPANIES, TICKETS = 12, 150


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (any case) and the whole body."""

    status: int
    headers: Message[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Give the body as JSON."""
        return json.loads(self.body)


def ask(
    method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Call any URL; an error status is an answer too. body: bytes as they are, else as JSON."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - loopback, for tests
        url, data, headers={"Content-Type": "application/json", **(headers or {})}
    )
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310
            return Answer(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())


@dataclass
class AutotaskSim:
    """A running simulator. `url` is the zone's, with a trailing slash; call it as a client would.

    `get`, `post`, `put`, `patch` and `delete` sign in and take a path below the version;
    `admin` speaks to the admin API and raises for what it refuses.
    """

    url: str
    username: str
    secret: str
    integration_code: str
    zone: int
    soap_url: str
    admin_url: str
    stop: Callable[[], None] = field(repr=False)

    @property
    def wsdl_url(self) -> str:
        """Give where a SOAP client finds the description (WSDL)."""
        return self.soap_url.removesuffix(".asmx") + ".wsdl"

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that sign in."""
        return {
            "UserName": self.username,
            "Secret": self.secret,
            "ApiIntegrationCode": self.integration_code,
            "Content-Type": "application/json",
        }

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """GET a path below /V1.0/."""
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """POST a JSON body to a path below /V1.0/."""
        return self._call("POST", path, body, headers)

    def patch(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """PATCH a path below /V1.0/."""
        return self._call("PATCH", path, body, headers)

    def put(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """PUT a path below /V1.0/."""
        return self._call("PUT", path, body, headers)

    def delete(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """DELETE a path below /V1.0/."""
        return self._call("DELETE", path, None, headers)

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Call the admin API, for instance `admin("POST", "clock", {"advance_s": 60})`.

        Raises: ValueError with the simulator's text when it refuses.
        """
        return _told(self.ask(method, self.admin_url + path.lstrip("/"), body))

    def rows(self, collection: str, row_id: int | None = None) -> list[dict[str, Any]]:
        """Give the rows of a collection as they are, whatever permissions and faults say."""
        one = "" if row_id is None else f"?id={row_id}"
        found: list[dict[str, Any]] = self.admin("GET", f"state/{collection}{one}")
        return found

    def ask(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call any URL, without signing in; an error status is an answer too."""
        return ask(method, url, body, headers)

    def _call(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None) -> Answer:
        url = f"{self.url}V1.0/{path.lstrip('/')}"
        return self.ask(method, url, body, {**self.headers, **(headers or {})})


def start(
    *,
    seed: int = 1,
    companies: int = COMPANIES,
    tickets: int = TICKETS,
    ticket_udfs: int = 5,
    latency_ms: float = 0,
    gzip: bool = False,
    frozen_clock: bool = False,
    activity_per_minute: float = 0,
    folder: Path | None = None,
) -> AutotaskSim:
    """Start a simulator of its own; call `stop` when done.

    A tenant of given sizes is generated once per folder (a new one when None) and copied.
    """
    plan = TenantPlan(seed, companies, tickets, ticket_udfs)
    place = folder or Path(mkdtemp(prefix="isthmus-sim-"))
    copy = Path(mkdtemp(dir=place)) / "tenant.sqlite"
    shutil.copyfile(_template(plan, place), copy)
    tenancy = make_tenancy(Wanted(plan, path=str(copy), frozen_clock=frozen_clock))
    options = Options(latency_ms, gzip, activity_per_minute)
    thread = ServiceThread(AutotaskService(tenancy, options))

    def stop() -> None:
        thread.stop()
        shutil.rmtree(copy.parent if folder else place, ignore_errors=True)

    return AutotaskSim(**thread.ready, stop=stop)


@dataclass
class FieldNationSim:
    """A running Field Nation. The fields are those of its ready document.

    `get`, `post`, `put` and `delete` take a path below /api/rest/v2/ and sign in by
    themselves; `upload` sends a file; `admin` and `provider` speak to the simulator's own APIs.
    """

    url: str
    token_url: str
    rest_url: str
    webhooks_url: str
    client_id: str
    client_secret: str
    username: str
    password: str
    environment: str
    company_id: int
    user_id: int
    provider_url: str
    admin_url: str
    service: FieldNationService = field(repr=False)
    stop: Callable[[], None] = field(repr=False)
    _token: str = field(default="", repr=False)

    @property
    def credentials(self) -> dict[str, str]:
        """Give the body of a password grant."""
        names = ("client_id", "client_secret", "username", "password")
        return {"grant_type": "password", **{name: getattr(self, name) for name in names}}

    @property
    def token(self) -> str:
        """Give an access token, asked for once."""
        if not self._token:
            self._token = ask("POST", self.token_url, self.credentials).json["access_token"]
        return self._token

    def get(self, path: str) -> Answer:
        """GET a path below /api/rest/v2/."""
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        """POST to a path below /api/rest/v2/."""
        return self.call("POST", path, body)

    def put(self, path: str, body: Any = None) -> Answer:
        """PUT to a path below /api/rest/v2/."""
        return self.call("PUT", path, body)

    def delete(self, path: str, body: Any = None) -> Answer:
        """DELETE a path below /api/rest/v2/."""
        return self.call("DELETE", path, body)

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call a path below /api/rest/v2/, signed in."""
        mark = "&" if "?" in path else "?"
        url = f"{self.rest_url}{path.lstrip('/')}{mark}access_token={self.token}"
        return ask(method, url, body, headers)

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Call the admin API. Raises: ValueError with the simulator's text when it refuses."""
        return _told(ask(method, self.admin_url + path.lstrip("/"), body))

    def provider(self, method: str, path: str, body: Any = None) -> Any:
        """Call the technician's side, for instance `provider("GET", "api/providers")`.

        Raises: ValueError with its text when it refuses.
        """
        return _told(ask(method, self.provider_url + path.lstrip("/"), body))

    def do_job(
        self,
        order_id: int,
        provider_id: int,
        *,
        notes: str,
        hours: float,
        expense: float | Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """
        Have a technician do a whole job; gives the order as it is then: Work Done.

        Accepts an offer or is assigned, confirms, sets out, checks in (`hours` ago) and out,
        claims an expense (an amount, or what the action `expense` takes), leaves closing notes.
        Raises: ValueError with the text of the step that was refused; those before it stay.
        """
        body = {"order": order_id, "provider": provider_id, "notes": notes, "hours": hours}
        done: dict[str, Any] = self.admin("POST", "job", {**body, "expense": expense})["order"]
        return done


def start_fieldnation(
    *,
    seed: int = 1,
    environment: str = "sandbox",
    frozen_clock: bool = False,
    state: Path | None = None,
) -> FieldNationSim:
    """Start a Field Nation of its own; call `stop` when done. state: a file that keeps it."""
    path = str(state) if state else None
    world = make_world(Account(seed, environment, path, frozen_clock))
    service = FieldNationService(world)
    thread = ServiceThread(service)
    return FieldNationSim(**thread.ready, service=service, stop=thread.stop)


def _told(answer: Answer) -> Any:
    """Give the JSON of an answer. Raises: ValueError with the text of a refusal."""
    try:
        said = answer.json
    except ValueError:
        raise ValueError("no JSON came: is it a page for a browser?") from None
    if answer.status >= 400:
        raise ValueError(said["error"])
    return said


def _template(plan: TenantPlan, place: Path) -> Path:
    name = f"tenant-{plan.seed}-{plan.companies}-{plan.tickets}-{plan.ticket_udfs}.sqlite"
    kept = place / name
    if not kept.exists():
        made = Path(mkdtemp(dir=place)) / name
        make_tenancy(Wanted(plan, path=str(made))).state.close()
        made.replace(kept)
        shutil.rmtree(made.parent)
    return kept


class ServiceThread:
    """A thread with an event loop that serves one simulated vendor."""

    def __init__(self, service: Service) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="isthmus-sim")
        self._thread.start()
        self._running: Running = self._do(start_server(service))
        self.ready: dict[str, Any] = self._running.ready

    def stop(self) -> None:
        """Stop serving and end the thread; twice does no harm."""
        if self._loop.is_closed():
            return
        self._do(self._running.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT_S)
