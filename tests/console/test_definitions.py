"""Rules and mappings: built by pointing, tried, mended, published, compared, rolled back."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page, expect

from isthmus.console.drafting import rows
from isthmus.dispatch.library import MAPPING, RULE
from isthmus.dispatch.rules.sketch import mapping_text, sketch_mapping
from isthmus.wiring.people import Role
from tests.console.site import PASSWORD, PHONE, WIDE, Served, Visitor, audit, shots
from tests.dispatch.shores import Shores


def choose(page: Page, box: str, typed: str, option: str) -> None:
    """Point at something: type into the last box of that name and choose what is offered."""
    here = page.get_by_label(box, exact=True).last
    here.click()
    here.fill("")
    here.press_sequentially(typed)
    page.get_by_role("option").filter(has_text=option).first.click()


def kept(page: Page) -> None:
    """Wait until what was typed is kept and was tried."""
    expect(page.locator("#saved")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#pane")).not_to_have_attribute("aria-busy", "true")


def test_a_mapping_is_built_from_nothing_by_pointing_mended_and_published(
    person: Visitor, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    page = person.visit("/mappings", role=Role.DISPATCHER)
    page.get_by_text("New mapping").click()
    page.get_by_label("Name").fill("printers")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="printers")).to_be_visible()

    # What is needed first is said, and a button adds its row.
    page.get_by_role("button", name="Add a row for title").click()
    expect(page.get_by_label("Row 1: fills")).to_have_value("title")
    choose(page, "Row 1: from", "title", "ticket.title")
    page.get_by_label("Try it on a ticket").fill(ticket["ticketNumber"])
    page.get_by_role("button", name="Try", exact=True).click()
    pane = page.locator("#pane")
    expect(pane.get_by_role("row").filter(has_text="ticket.title")).to_contain_text(ticket["title"])
    expect(page.locator("#o-1")).to_contain_text(ticket["title"])
    expect(pane).to_contain_text("Nothing was written, on either side.")

    # A value that the field does not take shows at its row; a value pointed at mends it.
    page.get_by_role("button", name="Add a row", exact=True).click()
    choose(page, "Row 2: fills", "priority", "custom_fields.Priority")
    page.get_by_label("Row 2: by").select_option("Always the same")
    page.get_by_label("Row 2: value").fill("Sky high")
    expect(page.locator("#o-2")).to_contain_text("has no option 'Sky high'")
    expect(page.locator("#pane")).to_contain_text("1 problem")
    choose(page, "Row 2: value", "Hi", "High")
    expect(page.locator("#o-2")).to_contain_text("High")
    expect(page.locator("#pane")).to_contain_text("fits")

    # A table is filled from the picklist.
    page.get_by_label("Row 2: by").select_option("Look up in a table")
    choose(page, "Row 2: from", "priority", "ticket.priority.label")
    page.get_by_role("button", name="Add all values of the picklist").click()
    expect(page.get_by_label("Row 2, entry 1: when")).not_to_have_value("")
    kept(page)

    page.get_by_label("What changed, and why").fill("For printers")
    page.get_by_role("button", name="Publish the mapping").click()
    expect(page.get_by_role("status").first).to_contain_text("is in force now, as version 1")
    made = person.served.site.library.mapping("printers")
    assert made is not None
    assert [row.target for row in made.rows] == ["title", "custom_fields.Priority"]
    assert made.rows[1].action == "array_map"
    [definition] = person.served.stores.definitions.history(MAPPING, "printers")
    assert (definition.by, definition.note) == ("dispatcher@example.com", "For printers")


def test_a_rule_is_built_from_nothing_and_shows_row_by_row_why_it_wants_a_ticket(
    person: Visitor, shores: Shores
) -> None:
    ticket = shores.fit_tickets(1)[0]
    shores.send_out(ticket["id"])
    page = person.visit("/rules")
    page.get_by_text("New rule").click()
    page.get_by_label("Name").fill("field")
    page.get_by_role("button", name="Begin").click()
    pane = page.locator("#pane")
    expect(pane).to_contain_text("It has no condition yet")

    page.get_by_role("button", name="Add a row").first.click()
    choose(page, "Field", "status", "ticket.status.label")
    choose(page, "Value", "Disp", "Dispatch to Field")
    page.get_by_label("Makes the work order by").select_option("ticket_inbound")
    page.get_by_label("Try it on a ticket").fill(ticket["ticketNumber"])
    page.get_by_role("button", name="Try", exact=True).click()
    expect(pane).to_contain_text("The rule wants it as it is now.")
    expect(page.locator("#tried")).to_have_text(
        "fits what both sides have now. wanted The rule wants it as it is now."
    )
    expect(page.locator("[id='o-when.0.0']")).to_contain_text("holds: it is Dispatch to Field")

    page.get_by_role("button", name="Add a group").first.click()
    choose(page, "Field", "company name", "ticket.company.companyName")
    page.get_by_label("Value", exact=True).last.fill("Nobody")
    expect(page.locator("[id='o-when.0.1.0']")).to_contain_text("does not hold: it is")
    expect(pane).to_contain_text("does not want it")
    page.get_by_role("button", name="Remove the group").click()
    expect(pane).to_contain_text("The rule wants it as it is now.")
    expect(pane.get_by_role("row").filter(has_text="title").first).to_contain_text(
        ticket["ticketNumber"]
    )

    page.get_by_role("button", name="Publish the rule").click()
    expect(page.get_by_role("status").first).to_contain_text("is in force now")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("status").first).to_contain_text("field is on")
    rule = person.served.site.library.rule("field")
    assert rule is not None
    assert rule.is_enabled


def test_versions_are_compared_rolled_back_exported_and_imported(
    person: Visitor, tmp_path: Path
) -> None:
    page = person.visit("/mappings/ticket_inbound")
    amount = page.get_by_label("Row 16: value")
    amount.fill("175")
    kept(page)
    page.get_by_role("button", name="Publish the mapping").click()
    expect(page.get_by_role("status").first).to_contain_text("as version 2")

    page.get_by_role("link", name="Versions").click()
    change = page.get_by_role("row").filter(has_text="pay.base.amount")
    expect(change).to_contain_text("value: 150 became 175")
    shots(page, "mappings/versions-compared")
    page.get_by_role("button", name="Roll back to 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back to 1").click()
    expect(page.get_by_role("status").first).to_contain_text("is in force again")

    page.get_by_role("link", name="Edit").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    file = tmp_path / "mapping.toml"
    download.value.save_as(file)
    changed = file.read_text("utf-8").replace("value = 150", "value = 199")
    file.write_text(changed, "utf-8")
    page.goto(f"{person.served.url}/mappings")
    page.get_by_text("Import", exact=True).click()
    page.get_by_label("File of a mapping or rule").set_input_files(file)
    page.get_by_role("button", name="Import as a draft").click()
    expect(page.get_by_role("status").first).to_contain_text("was imported as a draft")
    expect(page.get_by_label("Row 16: value")).to_have_value("199")
    mapping = person.served.site.library.mapping("ticket_inbound")
    assert mapping is not None
    assert mapping.rows[15].params["value"] == 150


def test_pointing_and_text_are_two_forms_of_one_draft(person: Visitor) -> None:
    page = person.visit("/rules/ticket_dispatch")
    page.get_by_label("Place among the rules").fill("7")
    page.get_by_role("button", name="As text", exact=True).click()
    text = page.get_by_label("The rule as its file, in TOML")
    expect(text).to_have_value(re.compile("order = 7"))
    text.fill(text.input_value().replace("order = 7", "order = 8").replace("[when]", "[when"))
    expect(page.locator("#pane")).to_contain_text("The text is no TOML")
    text.fill(text.input_value().replace("[when", "[when]"))
    expect(page.locator("#pane")).not_to_contain_text("The text is no TOML")
    kept(page)
    page.get_by_role("button", name="By pointing").click()
    expect(page.get_by_label("Place among the rules")).to_have_value("8")
    page.get_by_role("button", name="Write it as a formula").click()
    expect(page.get_by_label("Condition as a formula")).to_have_value(
        'value("ticket.status.label") == "Dispatch to Field"'
    )


def test_what_another_person_saved_meanwhile_is_not_written_over(
    person: Visitor, connected: Served
) -> None:
    person.forgive("409")
    page = person.visit("/mappings/ticket_inbound")
    expect(page.locator("#pane")).to_contain_text("fits")
    now = connected.stores.definitions.current(MAPPING, "ticket_inbound")
    assert now is not None
    connected.site.drafts.save(MAPPING, "ticket_inbound", now.content + "\n", by="bo@example.com")
    page.get_by_label("Row 16: value").fill("175")
    expect(page.locator("#saved")).to_contain_text("bo@example.com saved this draft")
    draft = connected.site.drafts.find(MAPPING, "ticket_inbound")
    assert draft is not None
    assert "175" not in draft.content


def test_what_is_typed_after_the_session_ended_is_kept_when_its_person_has_logged_in_again(
    visitor: Visitor, console: Served
) -> None:
    page = visitor.visit("/mappings/ticket_inbound?as=rows")
    expect(page.locator("#pane")).to_contain_text("Only the text can be checked.")
    [ann] = console.site.people.accounts()
    console.site.people.end_sessions(ann.id)
    page.get_by_label("Row 16: value").fill("175")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Login").fill(ann.login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_label("Row 16: value")).to_have_value("175")
    expect(page.locator("#saved")).to_contain_text(f"saved by {ann.login}")
    draft = console.site.drafts.find(MAPPING, "ticket_inbound")
    assert draft is not None
    assert sketch_mapping(draft.content).told["rows"][15]["value"] == 175


def test_without_the_vendors_the_text_can_still_be_written_and_what_is_missing_is_said(
    visitor: Visitor, console: Served
) -> None:
    visitor.forgive("409")
    page = visitor.visit("/mappings/ticket_inbound")
    expect(page.locator("#pane")).to_contain_text("Only the text can be checked.")
    page.get_by_label("Row 1: text").fill("{{ticket..title}}")
    expect(page.locator("#o-1")).not_to_be_empty()
    page.get_by_label("Row 1: text").fill("{{ticket.title}}")
    expect(page.locator("#o-1")).to_be_empty()
    kept(page)
    page.get_by_role("button", name="Publish the mapping").click()
    expect(page.get_by_role("alert")).to_contain_text("it cannot be checked")
    page.get_by_label("without asking the vendors").check()
    page.get_by_role("button", name="Publish the mapping").click()
    expect(page.get_by_role("status").first).to_contain_text("is in force now, as version 2")


def client(console: Served, role: Role) -> tuple[httpx2.Client, str]:
    """Return somebody without a browser, and the token of his forms."""
    cookie = console.cookie(role)
    session = console.site.people.session(cookie["value"])
    assert session is not None
    jar = {cookie["name"]: cookie["value"]}
    return httpx2.Client(base_url=console.url, cookies=jar), session.csrf


def revision(http: httpx2.Client, path: str) -> dict[str, str]:
    """Return what a page sends along of which saving of the draft it shows."""
    shown = re.search(r'name="revision" value="(\d+)" form="draft"', http.get(path).text)
    assert shown is not None
    return {"revision": shown[1]}


def test_only_one_line_of_a_dry_run_is_read_out_and_a_date_offers_its_formats_and_zones(
    console: Served,
) -> None:
    http, token = client(console, Role.DISPATCHER)
    sent = {
        "csrf": token, "rows": "1", "do": "save",
        "r0.target": "title", "r0.action": "date_convert", "r0.source": "task.createDate",
    }  # fmt: skip
    with http:
        http.post("/mappings", data={"csrf": token, "name": "dates", "root": "task"})
        http.post("/mappings/dates/draft", data={**sent, **revision(http, "/mappings/dates")})
        shown = http.get("/mappings/dates").text
        for page in (shown, http.get("/rules/ticket_dispatch").text):
            assert [line for line in page.splitlines() if "aria-live" in line] == [
                '<div id="toast" role="status" aria-live="polite"></div>'
            ]
            assert '<p class="hidden" id="tried" role="status"></p>' in page
        for name, offered in (("formats", rows.FORMATS), ("zones", rows.ZONES)):
            assert shown.count(f' list="{name}"') == 2
            listed = shown.partition(f'<datalist id="{name}">')[2].partition("</datalist>")[0]
            assert re.findall('<option value="(.*?)">', listed) == list(offered)


def test_a_viewer_sees_and_changes_nothing(console: Served) -> None:
    http, token = client(console, Role.VIEWER)
    with http:
        for path in ("/rules", "/mappings", "/rules/ticket_dispatch", "/mappings/ticket_outbound"):
            shown = http.get(path)
            assert shown.status_code == 200
            assert "Publish the" not in shown.text
            assert "Switch on" not in shown.text
        for path in (
            "/rules", "/rules/import", "/rules/ticket_dispatch/draft",
            "/rules/ticket_dispatch/switch", "/rules/ticket_dispatch/discard",
            "/rules/ticket_dispatch/rollback", "/mappings",
            "/mappings/ticket_inbound/draft", "/mappings/ticket_inbound/rollback",
        ):  # fmt: skip
            assert http.post(path, data={"csrf": token, "on": "yes"}).status_code == 403
    assert console.site.drafts.all(MAPPING) == console.site.drafts.all(RULE) == ()


def test_without_script_a_form_is_saved_and_comes_back(console: Served) -> None:
    http, token = client(console, Role.DISPATCHER)
    with http:
        begun = http.post("/mappings", data={"csrf": token, "name": "plain", "root": "task"})
        assert begun.headers["location"] == "/mappings/plain"
        sent = {
            "csrf": token, "rows": "1", "do": "save", **revision(http, "/mappings/plain"),
            "r0.target": "title", "r0.action": "sync", "r0.source": "task.title",
        }  # fmt: skip
        saved = http.post("/mappings/plain/draft", data=sent)
        assert saved.status_code == 303
        assert 'value="task.title"' in http.get(saved.headers["location"]).text
        assert http.post("/mappings", data={"csrf": token, "name": "plain"}).status_code == 409
        assert http.post("/mappings", data={"csrf": token, "name": "a/b"}).status_code == 409
        told = http.get("/mappings/plain/file").text
        assert 'source = "task.title"' in told
        seen = revision(http, "/mappings/plain")
        gone = http.post("/mappings/plain/discard", data={"csrf": token, **seen})
        assert gone.headers["location"] == "/mappings"
        assert http.get("/mappings/plain").status_code == 409


EVERY_ACTION: list[dict[str, Any]] = [
    {"target": "title", "action": "template", "template": "{{ticket.title}}", "required": True},
    {"target": "incident_id", "action": "sync", "source": "ticket.ticketNumber", "default": "-"},
    {"target": "pay.type", "action": "static", "value": "sometimes"},
    {"target": "location.zip", "action": "date_convert", "source": "ticket.createDate"},
    {
        "target": "custom_fields.Priority", "action": "array_map",
        "source": "ticket.priority.label", "mappings": [{"compare": "High", "value": "High"}],
    },
    {
        "target": "pay.base.amount", "action": "range_map",
        "source": "ticket.estimatedHours", "ranges": [{"compare": 2, "value": 100}],
    },
    {"target": "location.city", "action": "concat", "parts": [{"type": "static", "value": "a"}]},
    {"target": "description.html", "action": "custom", "script": "$.input.ticket.title"},
]  # fmt: skip
EVERY_PART = """
kind = "rule"
name = "every"
root = "ticket"
inbound = "ticket_inbound"
[when]
all = [
  { field = "ticket.status.label", in = ["New", "Nowhere"] },
  { any = [{ field = "ticket.title", is_empty = true }, 'text("ticket.title") == "x"'] },
]
[owners]
schedule = "fieldnation"
"""


def test_an_auditor_finds_nothing_and_no_page_is_wider_than_the_screen(
    person: Visitor, shores: Shores, connected: Served
) -> None:
    number = shores.fit_tickets(1)[0]["ticketNumber"]
    told = {"name": "every", "direction": "inbound", "root": "ticket", "rows": EVERY_ACTION}
    connected.site.drafts.save(MAPPING, "every", mapping_text(told), by="ann@example.com")
    connected.site.drafts.save(RULE, "every", EVERY_PART, by="ann@example.com")
    page = person.visit("/rules")
    for path in (
        "/rules", "/mappings", f"/rules/every?ticket={number}", f"/mappings/every?ticket={number}",
        "/mappings/ticket_inbound/versions", "/rules/ticket_dispatch/versions",
        "/rules/every?as=text",
    ):  # fmt: skip
        page.goto(person.served.url + path)
        if "ticket=" in path:
            expect(page.locator("#pane")).to_contain_text("Nothing was written")
        for scheme, size in product(("dark", "light"), (WIDE, PHONE)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": size[0], "height": size[1]})
            shots(page, path.replace("?as=", "/"))
            assert audit(page) == [], (path, scheme, size)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_picklist_value_that_became_inactive_is_told_at_its_row_and_mended_there(
    person: Visitor, shores: Shores
) -> None:
    page = person.visit("/rules/ticket_dispatch")
    expect(page.locator("#pane")).to_contain_text("fits")
    code = str(shores.status_code("Dispatch to Field"))
    away = {"collection": "Tickets", "field": "status", "value": code, "is_active": False}
    shores.autotask.admin("POST", "picklists", {**away, "label": "Dispatch to Field"})
    page.get_by_role("button", name="Read both sides anew").click()
    row = page.locator("[id='o-when.0.0']")
    expect(row).to_contain_text("the value 'Dispatch to Field' is inactive")
    expect(row).to_contain_text("Take an active value of the picklist.")
    choose(page, "Value", "Prog", "In Progress")
    expect(row).not_to_contain_text("inactive")
