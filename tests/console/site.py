"""A console that is served, and a browser in front of it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from isthmus.console import Site, make_app
from isthmus.console.guard import COOKIE
from isthmus.console.opening import open_site
from isthmus.listening import Listener
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.people import Role

PASSWORD: Final = "seven boats on the lagoon"
WIDE: Final = (1280, 900)
PHONE: Final = (390, 844)
SIZES: Final = (WIDE, PHONE)
NAMES: Final = ("wide", "phone")
"""Walks are `pytest.mark.parametrize("size", SIZES, ids=NAMES)`: on a phone too."""


@dataclass
class Served:
    """A home whose console is served in a thread of this process."""

    house: House
    stores: Stores
    site: Site
    url: str
    _secrets: dict[Role, str] = field(default_factory=dict)

    def cookie(self, role: Role) -> dict[str, Any]:
        """Return the cookie of somebody who has this role and is logged in."""
        if role not in self._secrets:
            people = self.site.people
            if people.is_empty():
                people.begin("ann@example.com", "Ann Admin", PASSWORD)
            login = "ann@example.com" if role is Role.ADMIN else f"{role}@example.com"
            if role is not Role.ADMIN:
                people.add(login, f"{role} of ours".title(), role, PASSWORD)
            _, secret = people.log_in(login, PASSWORD, source="127.0.0.1", agent="tests")
            self._secrets[role] = secret
        return {"name": COOKIE, "value": self._secrets[role], "url": self.url}


@contextmanager
def served(home: Path, environment: dict[str, str] | None = None) -> Iterator[Served]:
    """Serve the console of a home while the block lasts."""
    given = {"ISTHMUS_HOME": str(home), **(environment or {})}
    with ExitStack() as closing:
        house = closing.enter_context(House(load_config(given)))
        stores = closing.enter_context(Stores.open(house))
        site = closing.enter_context(open_site(house, stores, house.config.console_url or ""))
        proxies = house.config.proxies
        listener = Listener(make_app(site), what="the console of a test", proxies=proxies)
        listener.start()
        closing.callback(listener.stop)
        closing.callback(site.live.close)  # first, or a page that listens holds it up
        yield Served(house, stores, site, f"http://{listener.address}")


@contextmanager
def signed_in(console: Served, role: Role) -> Iterator[tuple[httpx2.Client, str]]:
    """Give a client without a browser that is logged in, and its token for forms."""
    cookie = console.cookie(role)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    jar = {cookie["name"]: cookie["value"]}
    with httpx2.Client(base_url=console.url, cookies=jar, timeout=60) as client:
        yield client, session.csrf


@dataclass
class Visitor:
    """
    A person in front of a browser; what his pages complained of is kept.

    `said` are lines of the browser's console that tell of an error; `strayed` are requests to
    another host than ours. Both must be empty when a test ends: the fixture looks.
    """

    browser: Browser
    served: Served
    said: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    _open: list[BrowserContext] = field(default_factory=list)

    def visit(
        self,
        path: str = "/",
        role: Role | None = Role.ADMIN,
        size: tuple[int, int] = WIDE,
        scheme: str = "light",
        touch: bool = False,
    ) -> Page:
        """Open a page in a browser of its own; `role` None: not logged in; `touch`: by fingers."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Vienna",
            accept_downloads=True,
            has_touch=touch,
            is_mobile=touch,
        )
        context.set_default_timeout(15_000)
        self._open.append(context)
        if role is not None:
            context.add_cookies([self.served.cookie(role)])  # type: ignore[list-item]
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(f"{error}"))
        page.on("request", self._see)
        page.goto(self.served.url + path)
        return page

    def forgive(self, words: str) -> None:
        """Expect a line of the browser's console, as of a refused form (the 4xx it notes)."""
        self.forgiven.append(words)

    def check(self) -> None:
        """Raises AssertionError: a page complained, or asked another host."""
        said = [line for line in self.said if not any(word in line for word in self.forgiven)]
        assert not said, said
        assert not self.strayed, self.strayed

    def close(self) -> None:
        """Close every page."""
        for context in self._open:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append(message.text)

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).scheme in {"data", "blob"}:
            return
        if urlsplit(request.url).netloc != urlsplit(self.served.url).netloc:
            self.strayed.append(request.url)


def go(page: Page, name: str) -> None:
    """Go to one of the main pages as a person does, on a phone by the menu."""
    menu = page.locator("#menu > summary")
    if menu.is_visible():
        menu.click()
        page.locator("#menu").get_by_role("link", name=name, exact=True).click()
    else:
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


_UNSEEN: Final = """() => {
  const stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const was = document.activeElement;
  const unseen = [...document.querySelectorAll(stops)]
    .filter((one) => one.tabIndex >= 0 && !one.disabled)
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => {
      one.focus({ preventScroll: true, focusVisible: true });
      const look = getComputedStyle(one);
      const isSeen = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
      return document.activeElement === one && !isSeen;
    })
    .map((one) => one.outerHTML.slice(0, 160));
  if (was && was !== document.body) was.focus({ preventScroll: true });
  else document.activeElement.blur();
  return unseen;
}"""
"""Which of all that can be reached by keys does not show that the focus is on it."""


def audit(page: Page) -> list[str]:
    """
    Return what an auditor finds against WCAG 2.2 A and AA: a line a violation.

    The auditor leaves out whether the focus is seen (2.4.7), so that is looked at beside it.
    """
    options = {
        "runOnly": {
            "type": "tag",
            "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
        }
    }
    found = Axe().run(page, options=options)
    told = [
        f"{one['id']}: {one['help']} - {node['html'][:160]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]
    return told + [f"focus not seen: {html}" for html in page.evaluate(_UNSEEN)]


def shots(page: Page, name: str) -> None:
    """Keep a picture of the page where ISTHMUS_TEST_SHOTS names a folder."""
    wanted = os.environ.get("ISTHMUS_TEST_SHOTS", "")
    if not wanted:
        return
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": 0}
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    words = "-".join(filter(None, name.split("?", maxsplit=1)[0].split("/"))) or "overview"
    kind = f"{'phone' if size['width'] < 600 else 'wide'}-{'dark' if dark else 'light'}"
    page.screenshot(path=folder / f"{words}-{kind}.png", full_page=True)
