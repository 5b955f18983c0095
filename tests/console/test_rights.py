"""
Who may do what: each address and each call, with each role, without proof, from elsewhere.

The guards are the real ones, as the table of routes has them. What they guard is replaced, so that
a deed that is let through is counted and does nothing.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import httpx2
import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from isthmus.console import make_app
from isthmus.console.api.table import CALLS, PREFIX, Call
from isthmus.console.asking import Ask
from isthmus.console.pages import ROUTES
from isthmus.listening import Listener
from isthmus.wiring.people import Role
from tests.console.site import Served, served

OPEN: Final = {"/begin", "/login"}
VIEWERS: Final = {
    "/logout",
    "/explore/sql",
    "/explore/sql/{form}",
    "/settings/me/password",
    "/settings/me/sessions/end",
    "/settings/me/tokens",
    "/settings/me/tokens/revoke",
}
DISPATCHERS: Final = {
    "/datasets/sync",
    "/datasets/stop",
    "/explore/sql/save",
    "/explore/saved/{id}/remove",
    "/dispatch/now",
    "/dispatch/{id}/resync",
    "/dispatch/{id}/park",
    "/dispatch/{id}/resume",
    "/dispatch/{id}/look",
    "/letters/replay",
    "/letters/{id}/edit",
    "/letters/set",
    "/letters/set/choose",
    "/letters/dismiss",
    "/rules",
    "/rules/import",
    "/rules/{name}/draft",
    "/rules/{name}/switch",
    "/rules/{name}/discard",
    "/rules/{name}/rollback",
    "/mappings",
    "/mappings/import",
    "/mappings/{name}/draft",
    "/mappings/{name}/discard",
    "/mappings/{name}/rollback",
}
ADMINS: Final = {
    "/welcome/simulated",
    "/welcome/sync",
    "/connections/test",
    "/connections/{vendor}/save",
    "/connections/{vendor}/secret",
    "/connections/{vendor}/forget",
    "/connections/webhooks/install",
    "/connections/webhooks/rotate",
    "/connections/webhooks/remove",
    "/connections/webhooks/callout",
    "/datasets/add",
    "/datasets/{name}/columns",
    "/datasets/{name}/records",
    "/datasets/{name}/remove",
    "/datasets/{name}/full",
    "/datasets/{name}/since",
    "/datasets/{name}/release",
    "/datasets/{name}/schedule",
    "/settings/people",
    "/settings/people/{id}",
    "/settings/people/{id}/password",
    "/settings/people/{id}/log-out",
    "/settings/alerts/set",
    "/settings/alerts/mail",
    "/settings/alerts/unset",
    "/settings/alerts/test",
}
DEEDS: Final[dict[str, Role | None]] = {
    **dict.fromkeys(sorted(OPEN)),
    **dict.fromkeys(sorted(VIEWERS), Role.VIEWER),
    **dict.fromkeys(sorted(DISPATCHERS), Role.DISPATCHER),
    **dict.fromkeys(sorted(ADMINS), Role.ADMIN),
}
"""What is done at each address, by whom at least. Whoever adds a deed says here who may do it."""
PAGES: Final[dict[str, Role | None]] = {
    **dict.fromkeys(("/begin", "/login", "/login/elsewhere", "/login/back")),
    "/letters/{id}/edit": Role.DISPATCHER,
    "/letters/set": Role.DISPATCHER,
    "/welcome": Role.ADMIN,
    "/welcome/datasets": Role.ADMIN,
    "/connections/{vendor}": Role.ADMIN,
    "/datasets/add": Role.ADMIN,
    "/settings/people": Role.ADMIN,
    "/settings/audit": Role.ADMIN,
}
"""The pages that are not for everybody who is logged in and for nobody else."""
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
ABROAD: Final = ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"})


class Guarded:
    """A console whose pages and deeds are only counted; `reached` says which were."""

    def __init__(self, home: Served) -> None:
        self.home = home
        self.reached: list[str] = []
        app = make_app(home.site)
        app.router.routes[:] = [self._calm(one) for one in app.router.routes]
        self.listener = Listener(app, what="the guards of a test")
        self.client = httpx2.Client()

    def ask(
        self,
        method: str,
        path: str,
        role: Role | None,
        headers: Mapping[str, str] = NOTHING,
        *,
        token: bool = True,
    ) -> tuple[httpx2.Response, bool]:
        """Return the answer, and whether what stands behind the guards was reached."""
        data, more = {}, dict(headers)
        if role is not None:
            cookie = self.home.cookie(role)
            session = self.home.site.people.session(cookie["value"])
            assert session is not None
            more["Cookie"] = f"{cookie['name']}={cookie['value']}"
            data = {"csrf": session.csrf} if token else {"csrf": "guessed"}
        self.reached.clear()
        url = f"http://{self.listener.address}{filled(path)}"
        sent = data if method == "POST" else None
        answer = self.client.request(method, url, data=sent, headers=more)
        return answer, bool(self.reached)

    def _calm(self, route: Any) -> Any:
        guard = getattr(route, "endpoint", None)
        if route not in ROUTES or not isinstance(guard, partial):
            return route

        def calm(_ask: Ask) -> Response:
            self.reached.append(route.path)
            return PlainTextResponse("reached")

        async def calm_parts(_ask: Ask) -> AsyncIterator[str]:
            self.reached.append(route.path)
            yield "reached"

        is_stream = guard.func.__name__ == "_stream"
        kept = partial(guard.func, calm_parts if is_stream else calm, *guard.args[1:])
        return Route(route.path, kept, methods=sorted(route.methods - {"HEAD"}))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with served(tmp_path_factory.mktemp("rights") / "home") as home:
        for role in Role:
            home.cookie(role)
        given = Guarded(home)
        given.listener.start()
        yield given
        given.client.close()
        given.listener.stop()


def filled(path: str) -> str:
    return re.sub(r"{\w+}", "x", re.sub(r"{\w+:int}", "7", path))


def paths_of(method: str) -> list[str]:
    return [one.path for one in ROUTES if isinstance(one, Route) and method in (one.methods or ())]


def test_every_deed_has_its_role_said_here() -> None:
    assert sorted(paths_of("POST")) == sorted(DEEDS)


@pytest.mark.parametrize("path", DEEDS)
def test_a_deed_is_done_for_its_role_and_refused_below(guarded: Guarded, path: str) -> None:
    least = DEEDS[path]
    for role in Role:
        answer, reached = guarded.ask("POST", path, role)
        assert reached is (least is None or role.covers(least)), role
        assert answer.status_code == (200 if reached else 403), role
    answer, reached = guarded.ask("POST", path, None)
    assert reached is (least is None)
    assert reached or (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("path", DEEDS)
def test_a_deed_is_refused_without_the_token_of_its_session(guarded: Guarded, path: str) -> None:
    answer, reached = guarded.ask("POST", path, Role.ADMIN, token=False)
    assert (answer.status_code, reached) == (403, False)


@pytest.mark.parametrize("headers", ABROAD, ids=lambda one: next(iter(one)))
@pytest.mark.parametrize("path", DEEDS)
def test_a_deed_is_refused_that_comes_from_another_page(
    guarded: Guarded, path: str, headers: dict[str, str]
) -> None:
    answer, reached = guarded.ask("POST", path, Role.ADMIN, headers)
    assert (answer.status_code, reached) == (403, False)


@pytest.mark.parametrize("path", paths_of("GET"))
def test_a_page_is_shown_to_its_role_and_to_nobody_below(guarded: Guarded, path: str) -> None:
    least = PAGES.get(path, Role.VIEWER)
    for role in Role:
        answer, reached = guarded.ask("GET", path, role)
        assert reached is (least is None or role.covers(least)), role
        assert answer.status_code == (200 if reached else 403), role
    answer, reached = guarded.ask("GET", path, None)
    assert reached is (least is None)
    assert reached or answer.headers["location"].startswith("/login")


def test_who_is_not_logged_in_hears_of_no_change(guarded: Guarded) -> None:
    answer, _ = guarded.ask("GET", "/live", None)
    assert answer.status_code == 401


@pytest.mark.parametrize("call", CALLS, ids=lambda one: f"{one.method} {one.path}")
def test_a_call_is_refused_below_its_role_and_to_a_browser(guarded: Guarded, call: Call) -> None:
    people = guarded.home.site.people
    for role in Role:
        if role.covers(call.role):
            continue
        account = people.find(f"{role}@example.com")
        assert account is not None
        _, secret = people.issue_token(account.id, "a program", role, None)
        headers = {"Authorization": f"Bearer {secret}"}
        answer, _ = guarded.ask(call.method, PREFIX + call.path, None, headers)
        assert answer.status_code == 403, role
    answer, _ = guarded.ask(call.method, PREFIX + call.path, Role.ADMIN, ABROAD[0])
    assert answer.status_code == 401, "a cookie is no token, wherever the form stands"


def test_every_call_that_changes_something_is_a_dispatchers_and_noted() -> None:
    for call in CALLS:
        assert (call.method == "POST") == bool(call.what), call.path
        assert call.role.covers(Role.DISPATCHER) == bool(call.what), call.path
