"""The pages, one module a subject; each keeps its own table of routes."""

from typing import Final

from starlette.routing import BaseRoute

from isthmus.console.pages import entrance, home

ROUTES: Final[tuple[BaseRoute, ...]] = (*entrance.ROUTES, *home.ROUTES)
