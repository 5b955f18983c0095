"""Drafts without a browser: the record tried stays, versions have numbers, verdicts are told."""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from lxml import html as parsing

from isthmus.autotask.errors import HourlyLimitHit
from isthmus.console import rendering, routes
from isthmus.dispatch.library import MAPPING, RULE
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.sketch import mapping_text
from isthmus.wiring.people import Role
from tests.console.site import Served, signed_in
from tests.dispatch.shores import Shores

NUMBER = "T20260101.0007"


def test_the_record_that_was_tried_stays_in_the_address_whatever_is_done(console: Served) -> None:
    mapping, rule = "/mappings/ticket_inbound", "/rules/ticket_dispatch"
    current = console.stores.definitions.current(MAPPING, "ticket_inbound")
    assert current is not None
    changed = current.content.replace("value = 150", "value = 175")
    whole = {"as_text": "1", "revision": "0", "unchecked": "yes"}
    ways: tuple[tuple[str, dict[str, str]], ...] = (
        (f"{mapping}/draft", {"do": "add", "rows": "0"}),
        (f"{mapping}/draft", {"do": "as-text", "rows": "0"}),
        (f"{mapping}/draft", {"do": "as-rows", "as_text": "1", "text": "a = 1"}),
        (f"{mapping}/discard", {}),
        (f"{mapping}/draft", {"do": "publish", "text": current.content, **whole}),
        (f"{mapping}/draft", {"do": "publish", "text": changed, **whole}),
        (f"{mapping}/rollback", {"to": current.version, "unchecked": "yes"}),
        (f"{rule}/switch", {"on": "no"}),
    )
    with signed_in(console, Role.DISPATCHER) as (http, token):
        for path, sent in ways:
            page = {"page": "one"} if path.endswith(("/draft", "/discard")) else {}
            answer = http.post(path, data={"csrf": token, "ticket": NUMBER, **page, **sent})
            there = answer.headers["location"]
            assert parse_qs(urlsplit(there).query)["ticket"] == [NUMBER], (path, sent, there)
            shown = http.get(there).text
            assert f'name="ticket" value="{NUMBER}"' in shown
            assert f'href="{path.rpartition("/")[0]}?ticket={NUMBER}"' in shown
    assert console.stores.definitions.current(MAPPING, "ticket_inbound") != current


def test_versions_are_told_by_their_numbers_and_their_digits_stand_beside(console: Served) -> None:
    path = "/mappings/ticket_inbound"
    first = console.stores.definitions.current(MAPPING, "ticket_inbound")
    assert first is not None
    changed = first.content.replace("value = 150", "value = 175")
    second = console.site.library.publish_mapping(changed, by="bo@example.com")
    with signed_in(console, Role.DISPATCHER) as (http, token):
        state = http.get(path).text
        assert "<span>version 2, published <time" in state
        assert f">{second.version}</code>" in state
        listed = http.get(f"{path}/versions").text
        assert '<span class="nowrap">Version 1</span>' in listed
        assert f'{path}/versions?old=1&amp;new=2"' in listed
        assert "Put version 1 of ticket_inbound in force again?" in listed
        assert '<option value="2" selected>version 2, in force</option>' in listed
        assert "value: 150 became 175" in listed
        by_digits = f"{path}/versions?old={first.version}&new={second.version}"
        assert "value: 150 became 175" in http.get(by_digits).text
        sent = {"csrf": token, "to": first.version, "unchecked": "yes"}
        shown = http.get(http.post(f"{path}/rollback", data=sent).headers["location"]).text
        assert "Version 1 is in force again; from now on it is version 3." in shown
        assert "version 3" in http.get("/mappings").text
        assert '<span class="inline muted">version 3</span>' in http.get("/rules").text


def test_a_definition_of_any_name_is_handed_out_as_a_file(console: Served) -> None:
    current = console.stores.definitions.current(MAPPING, "ticket_inbound")
    assert current is not None
    name = "Žižkov 東"
    console.site.library.publish_mapping(current.content.replace("ticket_inbound", name), by="bo")
    with signed_in(console, Role.VIEWER) as (http, _):
        file = http.get(f"/mappings/{quote(name)}/file")
        plain = http.get("/mappings/ticket_inbound/file")
    assert file.status_code == 200
    assert file.headers["content-disposition"] == (
        "attachment; filename=\"_i_kov__.toml\"; filename*=UTF-8''%C5%BDi%C5%BEkov_%E6%9D%B1.toml"
    )
    assert plain.headers["content-disposition"] == 'attachment; filename="ticket_inbound.toml"'


def test_a_rule_that_is_rolled_back_stays_on(console: Served) -> None:
    library, path = console.site.library, "/rules/ticket_dispatch"
    off = console.stores.definitions.current(RULE, "ticket_dispatch")
    assert off is not None
    library.enable("ticket_dispatch", is_enabled=True, by="bo@example.com")
    on = library.rule("ticket_dispatch")
    assert on is not None
    library.publish_rule(export_rule(replace(on, order=7)), by="bo@example.com")
    with signed_in(console, Role.DISPATCHER) as (http, token):
        listed = http.get(f"{path}/versions").text
        assert "The rule stays on or off, as it is now." in listed
        sent = {"csrf": token, "to": off.version, "unchecked": "yes"}
        for said in (
            "Version 1 is in force again; from now on it is version 4. The rule is on, as before.",
            "Version 1 says what is in force already.",
        ):
            shown = http.get(http.post(f"{path}/rollback", data=sent).headers["location"]).text
            assert said in shown
    assert library.rule("ticket_dispatch") == on


def test_a_mapping_that_fits_and_makes_what_cannot_be_sent_of_one_record_says_so_of_that_one(
    connected: Served, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.edit("Tickets", ticket["id"], purchaseOrderNumber="")
    current = connected.site.library.mapping("ticket_inbound")
    assert current is not None
    required = {
        "target": "title", "action": "sync", "source": "ticket.purchaseOrderNumber",
        "required": True,
    }  # fmt: skip
    wrong = {"target": "nowhere", "action": "static", "value": 1}
    head = {"name": "only", "direction": "inbound", "root": "ticket"}
    here = "nothing would be sent for this one; the mapping itself fits"
    never = "it cannot be used as it is"
    with signed_in(connected, Role.VIEWER) as (http, _):
        for rows, said in (([required], here), ([required, wrong], never)):
            text = mapping_text({**head, "rows": rows})
            connected.site.drafts.save(MAPPING, "only", text, by="ann@example.com", page="one")
            answer = http.get("/mappings/only/try", params={"ticket": ticket["ticketNumber"]})
            shown = html.unescape(answer.text)
            assert said in shown
            assert (here in shown) is (said == here)


def table_of(count: int) -> str:
    """Return a mapping with one row, whose table has so many entries."""
    entries = [{"compare": f"Company {number}", "value": number} for number in range(count)]
    row = {"target": "title", "action": "array_map", "source": "ticket.title", "mappings": entries}
    more = {"target": "description", "action": "static", "value": 1, "events": ["a.b", "c.d"]}
    head = {"name": "companies", "direction": "inbound", "root": "ticket"}
    return mapping_text({**head, "rows": [row, more]})


def form_values(shown: str) -> dict[str, str]:
    """Return what a browser sends of the draft's form."""
    page: Any = parsing.fromstring(shown)
    fields = [*page.get_element_by_id("draft").iter("input", "textarea", "select")]
    fields += page.xpath('//input[@form="draft"]')
    named = [one for one in fields if one.name and one.get("type") != "checkbox"]
    return {one.name: one.value or "" for one in named}


def test_a_long_table_comes_back_whole_from_its_form(console: Served) -> None:
    drafts = console.site.drafts
    drafts.save(MAPPING, "companies", table_of(450), by="ann@example.com")
    with signed_in(console, Role.DISPATCHER) as (http, token):
        sent = form_values(http.get("/mappings/companies?as=rows").text)
        sent |= {"csrf": token, "quiet": "1", "r0.note": "Ours"}
        assert http.post("/mappings/companies/draft", data=sent).status_code == 200
    draft = drafts.find(MAPPING, "companies")
    assert draft is not None
    assert 'note = "Ours"' in draft.content
    assert draft.content.count("compare = ") == 450
    assert draft.content.count('"a.b"') == draft.content.count('"c.d"') == 1


def test_what_is_too_long_for_a_form_is_shown_as_text_and_says_why(console: Served) -> None:
    text = table_of(3_000)
    console.site.drafts.save(MAPPING, "companies", text, by="ann@example.com")
    with signed_in(console, Role.DISPATCHER) as (http, token):
        shown = http.get("/mappings/companies?as=rows").text
        sent = form_values(shown)
        assert sent["text"].strip() == text.strip()
        assert "By pointing it would be a form of 6,024 fields, and 4,800 are the most" in shown
        many = {f"r{number}.target": "a" for number in range(routes.MOST_FIELDS)}
        sent = {"csrf": token, "rows": "5000", "quiet": "1", **many}
        answer = http.post("/mappings/companies/draft", data=sent)
    assert answer.status_code == 413
    assert "The form has more than 5,000 fields, so nothing was done." in answer.text
    draft = console.site.drafts.find(MAPPING, "companies")
    assert draft is not None
    assert draft.content == text


def test_times_that_stand_in_texts_are_in_the_viewers_zone_on_pages(console: Served) -> None:
    library, path = console.site.library, "/mappings/ticket_inbound"
    first = console.stores.definitions.current(MAPPING, "ticket_inbound")
    assert first is not None
    library.publish_mapping(first.content.replace("value = 150", "value = 175"), by="bo")
    again = library.publish_mapping(first.content, by="bo", note="back")
    told = re.search(r"again (\S+) (\S+) UTC by bo: back", again.note)
    assert told is not None
    with signed_in(console, Role.VIEWER) as (http, _):
        http.cookies.set("zone", "Asia%2FKolkata")
        shown = http.get(f"{path}/versions").text
    assert again.note not in shown
    there = datetime.fromisoformat(f"{told[1]}T{told[2]}+05:30") + timedelta(hours=5, minutes=30)
    moment = f'again <time datetime="{told[1]}T{told[2]}:00.000+00:00" data-form="clock"'
    assert moment in shown
    assert f"{there:%H:%M}" in shown.partition(moment)[2][:90]
    shown = rendering.render(
        "problem_part.html",
        rendering.Look("Asia/Kolkata"),
        error=HourlyLimitHit(
            "Used up at 2026-11-28 09:30 UTC", falls_at=None,
            remedy="Calls are free again by 2026-11-28 20:00 UTC at the latest <ever>.",
        ),
    )  # fmt: skip
    assert 'title="28 Nov 2026 15:00:00 IST"' in shown
    assert 'title="29 Nov 2026 01:30:00 IST"' in shown
    assert "&lt;ever&gt;" in shown
