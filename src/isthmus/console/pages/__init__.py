"""The pages, one module a subject; each keeps its own table of routes."""

from typing import Final

from starlette.routing import BaseRoute

from isthmus.console.pages import (
    activity,
    connections,
    datasets,
    dispatch,
    elsewhere,
    entrance,
    home,
    letters,
    link,
    mappings,
    people,
    pointing,
    preview,
    quota,
    rules,
    webhooks,
    welcome,
    you,
)

ROUTES: Final[tuple[BaseRoute, ...]] = (
    *entrance.ROUTES,
    *elsewhere.ROUTES,
    *home.ROUTES,
    *welcome.ROUTES,
    *quota.ROUTES,
    *webhooks.ROUTES,
    *connections.ROUTES,
    *preview.ROUTES,
    *datasets.ROUTES,
    *activity.ROUTES,
    *dispatch.ROUTES,
    *link.ROUTES,
    *letters.ROUTES,
    *you.ROUTES,
    *people.ROUTES,
    *rules.ROUTES,
    *mappings.ROUTES,
    *pointing.ROUTES,
)
