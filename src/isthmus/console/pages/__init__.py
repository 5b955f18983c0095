"""The pages, one module a subject; each keeps its own table of routes."""

from typing import Final

from starlette.routing import BaseRoute

from isthmus.console.pages import (
    dispatch,
    elsewhere,
    entrance,
    home,
    letters,
    link,
    mappings,
    people,
    pointing,
    rules,
    you,
)

ROUTES: Final[tuple[BaseRoute, ...]] = (
    *entrance.ROUTES,
    *elsewhere.ROUTES,
    *home.ROUTES,
    *dispatch.ROUTES,
    *link.ROUTES,
    *letters.ROUTES,
    *you.ROUTES,
    *people.ROUTES,
    *rules.ROUTES,
    *mappings.ROUTES,
    *pointing.ROUTES,
)
