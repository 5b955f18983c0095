"""Drafts that several people and pages write at once: nothing typed or published is lost."""

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from isthmus.dispatch.library import MAPPING, RULE
from isthmus.dispatch.rules.rule import export_rule
from isthmus.wiring.people import Role
from tests.console.relay import Relay, relayed
from tests.console.shore import until
from tests.console.site import Served, Visitor, signed_in
from tests.dispatch.shores import Shores

NAME = "ticket_inbound"
PATH = f"/mappings/{NAME}"
WAS = "value = 150"


@pytest.fixture
def held_up(shores: Shores) -> Iterator[tuple[Served, Relay]]:
    with relayed(shores) as given:
        yield given


def in_force(console: Served) -> str:
    current = console.stores.definitions.current(MAPPING, NAME)
    assert current is not None
    return current.content


def seen(shown: str) -> dict[str, str]:
    """Return what an open page sends along of what it saw."""
    names = ("page", "revision", "based_on")
    found = {one: re.search(rf'name="{one}" value="([^"]*)" form="draft"', shown) for one in names}
    page = re.search(r'name="page" value="([^"]*)"', shown)
    assert page is not None
    told = {one: match[1] for one, match in found.items() if match}
    return {"page": page[1], **told}


class Writer:
    """Somebody before an open page of the mapping, as its text."""

    def __init__(self, http: httpx2.Client, csrf: str) -> None:
        self._http = http
        self._sent = {"csrf": csrf, "as_text": "1"}
        self.look()

    def look(self) -> str:
        shown = self._http.get(f"{PATH}?as=text").text
        self._sent |= seen(shown)
        return html.unescape(shown)

    def type(self, text: str) -> httpx2.Response:
        """Have what was typed kept, as the page does by itself."""
        sent = {**self._sent, "text": text, "quiet": "1"}
        answer = self._http.post(f"{PATH}/draft", data=sent, headers={"HX-Request": "true"})
        if answer.status_code == 200:
            self._sent |= seen(f'name="page" value="{self._sent["page"]}"{answer.text}')
        return answer

    def press(self, button: str, text: str, **more: str) -> httpx2.Response:
        sent = {**self._sent, "text": text, "do": button, **more}
        return self._http.post(f"{PATH}/draft", data=sent, headers={"HX-Request": "true"})

    def discard(self) -> httpx2.Response:
        return self._http.post(f"{PATH}/discard", data=self._sent)

    def told(self, answer: httpx2.Response) -> str:
        """Return the page that a deed leads to."""
        return html.unescape(self._http.get(answer.headers["hx-redirect"]).text)


def test_what_is_typed_while_a_draft_is_published_stays_as_a_draft_of_what_was_published(
    held_up: tuple[Served, Relay],
) -> None:
    console, relay = held_up
    text = in_force(console)
    with signed_in(console, Role.DISPATCHER) as given, ThreadPoolExecutor() as pool:
        ann = Writer(*given)
        first, later = text.replace(WAS, "value = 175"), text.replace(WAS, "value = 199")
        relay.hold()
        pressed = pool.submit(ann.press, "publish", first)
        relay.wait_for()
        assert ann.type(later).status_code == 200
        relay.let_go()
        told = ann.told(pressed.result(60))
        assert "as version 2. What was written since is kept as a draft." in told
        assert "value = 175" in in_force(console)
        draft = console.site.drafts.find(MAPPING, NAME)
        assert draft is not None
        assert "value = 199" in draft.content
        ann.look()
        told = ann.told(ann.press("publish", later, unchecked="yes"))
    assert "is in force now, as version 3" in told
    assert console.site.drafts.find(MAPPING, NAME) is None


def test_a_publication_that_is_refused_leaves_what_was_typed_since(
    held_up: tuple[Served, Relay],
) -> None:
    console, relay = held_up
    text = in_force(console)
    wrong, later = text.replace("custom_fields", "no_fields"), text.replace(WAS, "value = 199")
    assert wrong != text
    with signed_in(console, Role.DISPATCHER) as given, ThreadPoolExecutor() as pool:
        ann = Writer(*given)
        relay.hold()
        pressed = pool.submit(ann.press, "publish", wrong)
        relay.wait_for()
        ann.type(later)
        relay.let_go()
        answer = pressed.result(60)
    assert answer.status_code == 409
    assert "It does not fit" in answer.text
    assert "value = 199" in answer.text
    assert "no_fields" not in re.sub(r'(?s)<div id="trouble".*?</div>', "", answer.text)
    draft = console.site.drafts.find(MAPPING, NAME)
    assert draft is not None
    assert f'name="revision" value="{draft.revision}" form="draft"' in answer.text
    assert in_force(console) == text


def test_a_draft_that_another_page_saved_since_is_not_discarded(console: Served) -> None:
    text = in_force(console)
    with (
        signed_in(console, Role.DISPATCHER) as one,
        signed_in(console, Role.ADMIN) as other,
    ):
        ann, bob = Writer(*one), Writer(*other)
        ann.type(text.replace(WAS, "value = 175"))
        bob.look()
        bob.type(text.replace(WAS, "value = 199"))
        answer = ann.discard()
        draft = console.site.drafts.find(MAPPING, NAME)
        assert answer.status_code == 409
        assert "ann@example.com saved this draft at" in answer.text
        assert draft is not None
        assert "value = 199" in draft.content
        assert bob.discard().status_code == 303
    assert console.site.drafts.find(MAPPING, NAME) is None
    deeds = [one.who for one in console.site.people.deeds() if "discarded" in one.what]
    assert deeds == ["ann@example.com"]


def test_a_page_drawn_before_another_version_takes_nothing_back_unseen(console: Served) -> None:
    text, library = in_force(console), console.site.library
    with signed_in(console, Role.DISPATCHER) as given:
        ann = Writer(*given)
        second = library.publish_mapping(text.replace(WAS, "value = 160"), by="bob", note="more")
        mine = text.replace('note = "', 'note = "Mine. ', 1)
        assert mine != text
        kept = html.unescape(ann.type(mine).text)
        assert "Version 2 was put in force since this was begun from version 1: by bob" in kept
        answer = ann.press("publish", mine, unchecked="yes")
        told = html.unescape(answer.text)
        assert answer.status_code == 409
        assert "version 2 was put in force since this was begun from version 1: by bob" in told
        assert f'value="publish:{second.version}"' in told
        assert "Begin anew from version 2" in told
        assert "value = 160" in in_force(console)
        third = library.publish_mapping(text.replace(WAS, "value = 170"), by="cy")
        assert ann.press(f"publish:{second.version}", mine, unchecked="yes").status_code == 409
        told = ann.told(ann.press(f"publish:{third.version}", mine, unchecked="yes"))
    assert "is in force now, as version 4" in told
    assert "Mine. " in in_force(console)


def test_what_was_begun_on_the_version_in_force_or_says_the_same_is_published_without_asking(
    console: Served,
) -> None:
    text, library = in_force(console), console.site.library
    other = text.replace(WAS, "value = 160")
    with signed_in(console, Role.DISPATCHER) as given:
        ann = Writer(*given)
        ann.type(other)
        library.publish_mapping(other, by="bob")
        assert "since this was begun" not in ann.look()
        told = ann.told(ann.press("publish", other, unchecked="yes"))
    assert "Nothing was changed" in told
    assert console.site.drafts.find(MAPPING, NAME) is None


def test_a_rule_that_was_switched_since_its_draft_was_begun_is_published_without_asking(
    console: Served,
) -> None:
    library, name = console.site.library, "ticket_dispatch"
    rule = library.rule(name)
    current = console.stores.definitions.current(RULE, name)
    assert rule is not None
    assert current is not None
    text = export_rule(replace(rule, order=7))
    console.site.drafts.save(RULE, name, text, by="ann", page="p", based_on=current.version)
    library.enable(name, is_enabled=True, by="bob")
    with signed_in(console, Role.DISPATCHER) as (http, csrf):
        sent = {"csrf": csrf, "page": "p", "as_text": "1", "text": text, "unchecked": "yes"}
        answer = http.post(f"/rules/{name}/draft", data={**sent, "do": "publish"})
    assert answer.status_code == 303
    made = library.rule(name)
    assert made is not None
    assert (made.order, made.is_enabled) == (7, True)


def test_who_goes_on_typing_while_it_is_published_finds_the_words_in_the_draft(
    shores: Shores, browser: Browser
) -> None:
    with relayed(shores) as (console, relay):
        person = Visitor(browser, console)
        try:
            page = person.visit(PATH, role=Role.DISPATCHER)
            amount = page.get_by_label("Row 16: value")
            amount.fill("175")
            expect(page.locator("#saved")).to_contain_text("saved by")
            expect(page.locator("#pane")).not_to_have_attribute("aria-busy", "true")
            relay.hold()
            page.get_by_role("button", name="Publish the mapping").click()
            relay.wait_for()
            amount.fill("199")
            relay.let_go()
            expect(page.get_by_role("status").first).to_contain_text("as version 2")
            expect(amount).to_have_value("199")
            expect(page.locator("#saved")).not_to_contain_text("since this was begun")
            draft = console.site.drafts.find(MAPPING, NAME)
            assert draft is not None
            assert "value = 199" in draft.content
            assert "value = 175" in in_force(console)
        finally:
            person.close()
        person.check()


def test_who_goes_on_typing_while_a_publication_is_refused_goes_on_in_the_same_box(
    shores: Shores, browser: Browser
) -> None:
    with relayed(shores) as (console, relay):
        person = Visitor(browser, console)
        try:
            person.forgive("409")
            page = person.visit(PATH, role=Role.DISPATCHER)
            page.get_by_label("Row 15: fills").fill("no.such.field")
            expect(page.locator("#saved")).to_contain_text("saved by")
            expect(page.locator("#pane")).not_to_have_attribute("aria-busy", "true")
            relay.hold()
            page.get_by_role("button", name="Publish the mapping").click()
            relay.wait_for()
            amount = page.get_by_label("Row 16: value")
            amount.fill("199")
            relay.let_go()
            expect(page.get_by_role("alert").first).to_contain_text("It does not fit")
            expect(amount).to_have_value("199")
            amount.press_sequentially("5")
            expect(amount).to_have_value("1995")
            until(lambda: "value = 1995" in text_of(console))
        finally:
            person.close()
        person.check()


def text_of(console: Served) -> str:
    draft = console.site.drafts.find(MAPPING, NAME)
    return "" if draft is None else draft.content
