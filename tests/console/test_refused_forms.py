"""Forms of rules and mappings that are refused: told where they are, with what was typed kept."""

import html
import re

import httpx2
import pytest

from isthmus.dispatch.library import MAPPING, RULE
from isthmus.wiring.people import Role
from tests.console.site import Served, signed_in

BARE = "That did not work"
HUGE = "9" * 5000
"""More digits than Python makes a number of."""


def told(answer: httpx2.Response) -> str:
    """Return the text of a page that is no bare one."""
    assert BARE not in answer.text
    return html.unescape(answer.text)


@pytest.mark.parametrize(
    ("base", "name", "said"),
    [
        ("/mappings", "", "The mapping needs a name"),
        ("/rules", "a/b", "'a/b' cannot be the name of a rule"),
        ("/mappings", "ticket_inbound", "There is a mapping 'ticket_inbound' already."),
        ("/rules", "ticket_dispatch", "There is a rule 'ticket_dispatch' already."),
    ],
)
def test_a_name_that_cannot_be_is_told_beside_it_and_what_was_chosen_stays(
    console: Served, base: str, name: str, said: str
) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        sent = {"csrf": token, "name": name, "root": "task", "direction": "outbound"}
        answer = http.post(base, data=sent)
    shown = told(answer)
    assert answer.status_code == 409
    [wrong] = re.findall('<p class="hint bad" id="h-name">(.*?)</p>', shown)
    assert said in wrong
    assert f'name="name" type="text" value="{name}"' in shown
    assert 'aria-invalid="true"' in shown
    assert '<details class="drop" name="begin" open>' in shown
    assert '<option value="task" selected>' in shown
    assert base == "/rules" or '<option value="outbound" selected>' in shown


def test_a_copy_of_what_is_gone_is_told_on_top_of_its_form(console: Served) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        answer = http.post("/rules", data={"csrf": token, "name": "mine", "like": "gone"})
    assert "There is no rule 'gone'" in told(answer)
    assert 'value="mine"' in answer.text
    assert console.site.drafts.find(RULE, "mine") is None


def test_a_file_that_is_none_is_told_in_its_form_and_its_text_stays_there(console: Served) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        typed = http.post("/mappings/import", data={"csrf": token, "text": "no file"})
        files = {"file": ("a.toml", b"neither", "text/plain")}
        chosen = http.post("/rules/import", data={"csrf": token}, files=files)
    for answer, text in ((typed, "no file"), (chosen, "neither")):
        assert "This is no file of a mapping or rule." in told(answer)
        assert re.search(rf'<textarea id="f-text"[^>]*>\s*{text}</textarea>', answer.text)


def test_what_cannot_be_published_says_so_on_top_and_the_note_and_the_text_stay(
    console: Served,
) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        for path in ("/mappings/ticket_inbound", "/rules/ticket_dispatch"):
            sent = {"csrf": token, "do": "publish", "said": "as Bo wants", "as_text": "1"}
            answer = http.post(f"{path}/draft", data={**sent, "text": "[when", "revision": "0"})
            shown = told(answer)
            assert "It was not published: parts of it cannot be read." in shown
            assert 'name="said" form="draft" value="as Bo wants"' in shown
            assert re.search(r'name="text"[^>]*>\[when</textarea>', shown)


def test_what_somebody_saved_meanwhile_is_told_on_top_of_what_was_typed(console: Served) -> None:
    now = console.stores.definitions.current(MAPPING, "ticket_inbound")
    assert now is not None
    console.site.drafts.save(MAPPING, "ticket_inbound", now.content + "\n", by="bo@example.com")
    row = {"r0.target": "title", "r0.action": "static", "r0.value": "mine"}
    with signed_in(console, Role.DISPATCHER) as (http, token):
        sent = {"csrf": token, "rows": "1", "revision": "0", "page": "mine", "do": "add", **row}
        for headers in ({}, {"HX-Request": "true"}):
            answer = http.post("/mappings/ticket_inbound/draft", data=sent, headers=headers)
            assert answer.status_code == 409
            assert "bo@example.com saved this draft" in told(answer)
            assert 'name="r0.value" value="mine"' in answer.text
            assert 'name="revision" value="0"' in answer.text
    kept = console.site.drafts.find(MAPPING, "ticket_inbound")
    assert kept is not None
    assert "mine" not in kept.content


def test_a_version_that_is_not_there_is_told_among_those_that_are(console: Served) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        back = http.post("/rules/ticket_dispatch/rollback", data={"csrf": token, "to": "7"})
        assert back.headers["location"] == "/rules/ticket_dispatch/versions"
        assert "There is no such version" in told(http.get(back.headers["location"]))
        assert "There is no version 7." in told(http.get("/rules/ticket_dispatch/versions?old=7"))


def test_a_rule_that_was_never_published_is_not_switched_and_its_page_says_why(
    console: Served,
) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        http.post("/rules", data={"csrf": token, "name": "mine"})
        back = http.post("/rules/mine/switch", data={"csrf": token, "on": "yes"})
        assert back.headers["location"] == "/rules/mine"
        assert "it was not published yet" in told(http.get("/rules/mine"))


def test_numbers_beyond_all_bounds_are_kept_as_typed_or_count_nothing(console: Served) -> None:
    with signed_in(console, Role.DISPATCHER) as (http, token):
        for path in ("/mappings/ticket_inbound", "/rules/ticket_dispatch"):
            for do in ("save", f"remove:{HUGE}", f"drop:when/0.{HUGE}", "drop:when/0.x"):
                sent = {"csrf": token, "rows": HUGE, "revision": HUGE, "order": HUGE, "do": do}
                more = {"when.0.kind": "all", "when.0.n": HUGE, "providers": HUGE}
                answer = http.post(f"{path}/draft", data={**sent, **more}, follow_redirects=True)
                assert answer.status_code in {200, 409}
                told(answer)


def test_a_file_that_is_too_large_is_refused_and_not_cut(console: Served) -> None:
    exported = file_of_another(console)
    padded = exported + "\n# more\n" + "#" * 1_000_000
    with signed_in(console, Role.DISPATCHER) as (http, token):
        files = {"file": ("a.toml", padded.encode(), "text/plain")}
        answer = http.post("/mappings/import", data={"csrf": token}, files=files)
    assert "larger than 1 MB" in told(answer)
    assert console.site.drafts.find(MAPPING, "another") is None


def file_of_another(console: Served) -> str:
    """Return the file of a mapping that is not there yet."""
    current = console.stores.definitions.current(MAPPING, "ticket_inbound")
    assert current is not None
    return current.content.replace('"ticket_inbound"', '"another"')
