"""The pages, one module a subject; each keeps its own table of routes."""

from typing import Final

from starlette.routing import BaseRoute

from isthmus.console.pages import elsewhere, entrance, home, people, you

ROUTES: Final[tuple[BaseRoute, ...]] = (
    *entrance.ROUTES,
    *elsewhere.ROUTES,
    *home.ROUTES,
    *you.ROUTES,
    *people.ROUTES,
)
