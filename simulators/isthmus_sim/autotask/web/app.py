"""One tenant behind HTTP: from the bytes of a request to the bytes of an answer."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from isal import igzip

from isthmus_sim.autotask.api import service
from isthmus_sim.autotask.api.routes import Place, find_place, take
from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.base.call import Call
from isthmus_sim.autotask.base.limits import ThreadRefused
from isthmus_sim.autotask.soap.door import read_address as read_soap_address
from isthmus_sim.base.origin import origin_of
from isthmus_sim.base.reply import Outcome, Reply, json_reply, send, status_of

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.web_request import BaseRequest

    from isthmus_sim.autotask.tenancy import Tenancy

LOG = logging.getLogger("isthmus_sim")
GZIP_FROM = 1_024
_ZONE = re.compile(r"zone-(\d+)", re.IGNORECASE)
_ROOT = "atservicesrest"
_VERSION = "v1.0"


@dataclass(frozen=True)
class Address:
    """
    A request's path, taken apart.

    zone: the number of a /zone-N/ prefix. rest: what follows the API root, None outside of it.
    """

    zone: int | None
    rest: tuple[str, ...] | None
    segments: tuple[str, ...]


def read_address(raw_path: str) -> Address:
    """Normalise a path: any case, doubled and trailing slashes, a repeated API root."""
    segments = tuple(unquote(part) for part in raw_path.split("/") if part)
    zoned = _ZONE.fullmatch(segments[0]) if segments else None
    rest = segments[1:] if zoned else segments
    if not rest or rest[0].lower() != _ROOT:
        return Address(None, None, segments)
    while rest and rest[0].lower() == _ROOT:
        rest = rest[1:]
    return Address(int(zoned[1]) if zoned else None, rest, segments)


class App:
    """The request handler of one tenancy."""

    def __init__(self, tenancy: Tenancy, *, latency_ms: float = 0, gzip: bool = False) -> None:
        self._t = tenancy
        self._latency_s = latency_ms / 1000
        self._gzip = gzip

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        started = time.perf_counter()
        body = await request.read()
        raw_path = request.rel_url.raw_path
        address = read_address(raw_path)
        if address.rest is None and address.segments[:1] == ("_sim",):
            return await self._send(request, await self._administer(request, address, body))
        call = self._call(request, address, body)
        soap = read_soap_address(address.segments)
        if soap is not None:
            outcome = await self._t.soap.answer(call, soap, self._settle)
        else:
            outcome = await self._outcome(call, address)
        self._t.admin.record(call, status_of(outcome), (time.perf_counter() - started) * 1000)
        return await self._send(request, outcome)

    async def _administer(self, request: BaseRequest, address: Address, body: bytes) -> Reply:
        path = "/".join(address.segments[1:])
        try:
            return await self._t.admin.handle(request.method, path, request.query, body)
        except Exception as error:
            LOG.exception("a defect of the simulator: %s %s", request.method, path)
            return json_reply({"error": f"a defect of the simulator: {error!r}"}, 500)

    def _call(self, request: BaseRequest, address: Address, body: bytes) -> Call:
        headers = request.headers
        rest = address.rest or ()
        versioned = bool(rest) and rest[0].lower() == _VERSION
        prefix = f"/zone-{address.zone}" if address.zone is not None else ""
        impersonate = headers.get("ImpersonationResourceId", "")
        return Call(
            method=request.method,
            path=rest[1:] if versioned else rest,
            query=request.query,
            headers=headers,
            body=body,
            at=self._t.clock.now(),
            username=headers.get("UserName", ""),
            integration_code=headers.get("ApiIntegrationCode", ""),
            impersonate=int(impersonate) if impersonate.strip().isdecimal() else None,
            origin=origin_of(request),
            root=f"{prefix}/ATServicesRest/",
            url=str(request.rel_url),
        )

    async def _outcome(self, call: Call, address: Address) -> Outcome:
        public = self._public(call, address)
        if public is not None:
            return public
        if (address.rest or ("",))[0].lower() != _VERSION:
            return errors.no_route(call.url).reply()
        place = find_place(self._t.state.catalog, call.path)
        if place is not None and place.entity is not None:
            call.entity = place.entity.collection
        early = await self._t.faults.before(call)
        if early is not None:
            return early
        try:
            reply = await self._answer(call, address, place)
        except errors.Refusal as refusal:
            reply = refusal.reply()
        except ThreadRefused as refusal:
            reply = refusal.reply
        except Exception:  # the simulator must not look like the vendor when it is wrong itself
            LOG.exception("a defect of the simulator: %s %s", call.method, call.url)
            reply = json_reply({"errors": ["A defect of the simulator; see its log."]}, 500)
        return self._t.faults.after(call, reply)

    def _public(self, call: Call, address: Address) -> Reply | None:
        """Answer what needs no version and no sign-in."""
        names = tuple(segment.lower() for segment in address.rest or ())
        if names not in (("versioninformation",), ("swagger", "docs", "v1")):
            return None
        if call.method != "GET":
            return errors.wrong_verb(call.method).reply()
        if names == ("versioninformation",):
            return json_reply(service.api_versions())
        return self._t.handlers.swagger(call)

    async def _answer(self, call: Call, address: Address, place: Place | None) -> Reply:
        limit = int(self._t.switches["long_url_limit"])
        if limit and len(call.url) > limit:
            return errors.html_error(404)  # observed: IIS refuses long query strings
        zone_call = place is not None and "zone" in place.verbs.values()
        if not zone_call:
            self._sign_in(call, address)
        counted = not zone_call or self._t.switches["zone_information_counts"]
        verdict = self._t.limits.hour() if counted else None
        if verdict is not None and verdict.refused is not None:
            return verdict.refused
        wait = self._latency_s + (verdict.latency_s if verdict else 0)
        patch_by_id = bool(self._t.switches["patch_by_id"])
        route = take(place, call.method, call.url, patch_by_id=patch_by_id)
        if zone_call:
            await _pause(wait)
            return self._t.handlers.answer(call, route)
        with self._t.limits.slot(call.integration_code, self._slot_of(call, place)):
            await _let_others_in()
            await _pause(wait)
            return self._t.handlers.answer(call, route)

    async def _settle(self, latency_s: float) -> None:
        await _let_others_in()
        await _pause(self._latency_s + latency_s)

    def _sign_in(self, call: Call, address: Address) -> None:
        """Check who calls. Source: 401 empty and the text for the code are observed."""
        account = self._t.account
        if address.zone != self._t.faults.zone_number:
            raise errors.NotSignedIn
        named = call.username.lower() == account.username.lower()
        if not named or call.headers.get("Secret", "") != account.secret:
            raise errors.NotSignedIn
        if call.integration_code != account.integration_code:
            raise errors.integration_code_invalid(int(self._t.switches["bad_code_status"]))

    def _slot_of(self, call: Call, place: Place | None) -> str:
        """Name the bucket of a call. Whose slot a child path takes is not known: a switch."""
        parent = place.parent if place is not None else None
        if parent is not None and parent.collection and self._t.switches["child_slot"] == "parent":
            return parent.collection
        return call.entity or "/".join(call.path).lower()

    async def _send(self, request: BaseRequest, outcome: Outcome) -> web.StreamResponse:
        headers = {"Date": self._t.clock.http_date()}
        if self._gzip and isinstance(outcome, Reply) and _takes_gzip(request):
            outcome = _zipped(outcome)
        return await send(request, outcome, headers)


def _takes_gzip(request: BaseRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "").lower()


def _zipped(reply: Reply) -> Reply:
    if len(reply.body) < GZIP_FROM:
        return reply
    headers = {**reply.headers, "Content-Encoding": "gzip"}
    return replace(reply, body=igzip.compress(reply.body, 1), headers=headers)


async def _let_others_in() -> None:
    """Read what has arrived meanwhile, so that calls made at once also count at once."""
    for _ in range(3):
        await asyncio.sleep(0)


async def _pause(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)
