"""The pages, one module a subject; each keeps its own table of routes."""

from typing import Final

from starlette.routing import BaseRoute

from isthmus.console.pages import (
    activity,
    columns,
    connections,
    datasets,
    dispatch,
    elsewhere,
    entrance,
    explore,
    home,
    joins,
    letters,
    link,
    mappings,
    people,
    pointing,
    preview,
    quota,
    rules,
    settings,
    sql,
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
    *columns.ROUTES,
    *datasets.ROUTES,
    *joins.ROUTES,
    *sql.ROUTES,
    *explore.ROUTES,
    *activity.ROUTES,
    *dispatch.ROUTES,
    *link.ROUTES,
    *letters.ROUTES,
    *you.ROUTES,
    *people.ROUTES,
    *settings.ROUTES,
    *rules.ROUTES,
    *mappings.ROUTES,
    *pointing.ROUTES,
)
