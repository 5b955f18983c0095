"""The simulated Field Nation as a service that can be served."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.web.app import App

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from aiohttp import web
    from aiohttp.web_request import BaseRequest

    from isthmus_sim.fieldnation.world import World

SETTLE_EVERY_S = 0.05


class FieldNationService:
    """One account, ready to be served; see `isthmus_sim.base.serving.Service`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._app = App(world)

    async def handle(self, request: BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        return await self._app.handle(request)

    def ready(self, origin: str) -> dict[str, Any]:
        """Give what a client needs to know."""
        ground = self.world.ground
        ground.origin = origin
        account = ground.account
        return {
            "url": f"{origin}/",
            "token_url": f"{origin}/authentication/api/oauth/token",
            "rest_url": f"{origin}/api/rest/v2/",
            "webhooks_url": f"{origin}/api/v1/webhooks",
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "username": account.username,
            "password": account.password,
            "environment": ground.environment,
            "company_id": account.company_id,
            "user_id": account.user_id,
            "provider_url": f"{origin}/provider/",
            "admin_url": f"{origin}/_sim/",
        }

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """Give what goes on by itself: queued calls become visible, and the other rooms' work."""
        return [self._settle(), *(start() for start in self.world.background)]

    def close(self) -> None:
        """Keep what a restart needs and let go of files."""
        self.world.close()

    async def _settle(self) -> None:
        while True:
            await asyncio.sleep(SETTLE_EVERY_S)
            self.world.rest.settle()
