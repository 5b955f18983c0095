"""The simulated Autotask as a service that can be served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.web.app import App

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from aiohttp import web
    from aiohttp.web_request import BaseRequest

    from isthmus_sim.autotask.tenancy import Tenancy


@dataclass(frozen=True)
class Options:
    """
    How to answer.

    latency_ms: added to every API call. gzip: compress for callers that accept it.
    activity_per_minute: steps the tenant lives by itself, 0 for none.
    """

    latency_ms: float = 0
    gzip: bool = False
    activity_per_minute: float = 0


class AutotaskService:
    """One tenancy, ready to be served; see `isthmus_sim.base.serving.Service`."""

    def __init__(self, tenancy: Tenancy, options: Options | None = None) -> None:
        self._options = options or Options()
        self.tenancy = tenancy
        self.beside: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._app = App(tenancy, latency_ms=self._options.latency_ms, gzip=self._options.gzip)

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        return await self._app.handle(request)

    def ready(self, origin: str) -> dict[str, Any]:
        """Give what a client needs to know."""
        account = self.tenancy.account
        return {
            "url": f"{origin}/ATServicesRest/",
            "username": account.username,
            "secret": account.secret,
            "integration_code": account.integration_code,
            "zone": account.zone,
            "soap_url": f"{origin}/ATServices/1.6/atws.asmx",
            "admin_url": f"{origin}/_sim/",
        }

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """Give the posting of webhooks, and the tenant's own life when it lives by itself."""
        rate = self._options.activity_per_minute
        lives = [self.tenancy.admin.play_forever(rate)] if rate > 0 else []
        return [self.tenancy.hooks.run(), *lives, *(start() for start in self.beside)]

    def close(self) -> None:
        """Keep the clock and the hour's count, close the store."""
        tenancy = self.tenancy
        tenancy.limits.save()
        tenancy.state.meta_set("clock", tenancy.clock.to_json())
        tenancy.state.close()
