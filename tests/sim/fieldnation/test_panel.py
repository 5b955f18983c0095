import urllib.parse
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from isthmus_sim.in_thread import Answer, FieldNationSim, ask, start_fieldnation
from tests.sim.fieldnation.served import assigned, make, providers, routed

VOID = {"meta", "input", "br", "link", "img"}


@pytest.fixture(scope="module")
def sim() -> Iterator[FieldNationSim]:
    made = start_fieldnation(frozen_clock=True)
    made.admin("PATCH", "switches", {"rate_limit_per_minute": 0})
    yield made
    made.stop()


class Page(HTMLParser):
    """What a reader of the page meets: checked for balance while it is read."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[str] = []
        self.forms: list[str] = []
        self.text = ""
        self.feed(markup)
        assert self.open == [], "tags are left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label":
            self.labelled.add(given["for"])
        if tag in ("input", "select", "textarea"):
            self.controls.append(given["id"])
        if tag == "form":
            self.forms.append(given["action"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def get(sim: FieldNationSim, path: str = "") -> Page:
    answer = ask("GET", f"{sim.provider_url}{path}")
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/html")
    return Page(answer.body.decode())


def send(sim: FieldNationSim, path: str, body: bytes, kind: str) -> Answer:
    """Send a form as a browser does; it follows the redirect."""
    request = urllib.request.Request(
        f"{sim.provider_url}{path}", body, headers={"Content-Type": kind}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return Answer(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())


def submit(sim: FieldNationSim, path: str, **fields: str) -> Answer:
    body = urllib.parse.urlencode(fields).encode()
    return send(sim, path, body, "application/x-www-form-urlencoded")


def test_a_person_can_find_an_offer_accept_it_and_work(sim: FieldNationSim) -> None:
    me = providers(sim)[0]
    order = routed(sim, me)
    assert "Technicians" in get(sim).text
    assert "Offered to you" in get(sim, str(me)).text
    place = f"{me}/orders/{order}"
    assert f"/provider/{place}/accept" in get(sim, place).forms
    for action in ("accept", "confirm", "check-in", "check-out", "work-done"):
        answer = submit(sim, f"{place}/{action}")
        assert answer.status == 200, answer.body
        assert "Done: " in Page(answer.body.decode()).text
    assert sim.get(f"workorders/{order}").json["status"]["name"] == "Work Done"


def test_every_control_of_every_page_has_a_label_and_an_id_of_its_own(
    sim: FieldNationSim,
) -> None:
    me = providers(sim)[1]
    published = make(sim)
    sim.post(f"workorders/{published}/publish")
    orders = (routed(sim, me), assigned(sim, me), published)
    for path in ("", str(me), *(f"{me}/orders/{order}" for order in orders)):
        page = get(sim, path)
        assert len(set(page.ids)) == len(page.ids)
        assert set(page.controls) <= page.labelled
        assert "main" in page.ids


def test_a_file_from_a_browser_is_kept(sim: FieldNationSim) -> None:
    me = providers(sim)[2]
    order = assigned(sim, me)
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="rack.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\x00bytes\r\n"
        b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="notes"\r\n\r\nfront\r\n--edge--\r\n'
    )
    kind = "multipart/form-data; boundary=edge"
    answer = send(sim, f"{me}/orders/{order}/photo", body, kind)
    assert answer.status == 200, answer.body
    folders = sim.admin("GET", f"state/work_order/{order}")["folders"]
    (file,) = [one for folder in folders for one in folder["files"]]
    assert (file["name"], file["size"], file["notes"]) == ("rack.jpg", 9, "front")


def test_a_refused_step_says_why_on_the_page(sim: FieldNationSim) -> None:
    me = providers(sim)[0]
    order = assigned(sim, me)
    answer = submit(sim, f"{me}/orders/{order}/check-out")
    assert answer.status == 409
    assert "not checked in" in Page(answer.body.decode()).text


def test_a_refused_form_stands_there_as_it_was_filled_in(sim: FieldNationSim) -> None:
    me = providers(sim)[0]
    order = assigned(sim, me)
    filled = {"amount": "a lot", "description": "<Toll>", "quantity": "2"}
    answer = submit(sim, f"{me}/orders/{order}/expense", **filled)
    assert answer.status == 400
    shown = answer.body.decode()
    assert shown.count("<details open>") == 1
    assert 'value="a lot"' in shown
    assert 'value="&lt;Toll&gt;"' in shown
    Page(shown)


def test_a_time_is_taken_as_a_browsers_own_field_gives_it(sim: FieldNationSim) -> None:
    me = providers(sim)[0]
    order = assigned(sim, me)
    place = f"{me}/orders/{order}"
    page = ask("GET", f"{sim.provider_url}{place}").body
    assert page.count(b'type="datetime-local"') >= 2
    stay = {"start": "2026-06-15T18:00", "end": "2026-06-15T19:30:00"}
    answer = submit(sim, f"{place}/time-log", **stay)
    assert answer.status == 200, answer.body
    (log,) = sim.admin("GET", f"state/work_order/{order}")["time_logs"]
    assert (log["in"], log["out"]) == ("2026-06-15 18:00:00", "2026-06-15 19:30:00")


def test_a_table_is_one_for_a_screen_reader_at_every_width(sim: FieldNationSim) -> None:
    page = ask("GET", sim.provider_url).body
    assert page.count(b'role="row"') == page.count(b"<tr")
    assert page.count(b'role="cell"') == page.count(b"<td") == page.count(b"data-head=")


def test_what_people_wrote_is_text_and_never_markup(sim: FieldNationSim) -> None:
    me = providers(sim)[0]
    order = assigned(sim, me)
    sim.put(f"workorders/{order}", {"title": "<script>alert(1)</script>"})
    submit(sim, f"{me}/orders/{order}/message", text="<b onclick=x>hello</b> & more")
    answer = ask("GET", f"{sim.provider_url}{me}/orders/{order}")
    assert b"<script" not in answer.body
    assert b"<b onclick" not in answer.body
    assert "<b onclick=x>hello</b> & more" in Page(answer.body.decode()).text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["999999", "x", "1/orders/1", "nothing/here"])
def test_a_page_that_is_not_there_is_a_page_that_says_so(sim: FieldNationSim, path: str) -> None:
    answer = ask("GET", f"{sim.provider_url}{path}")
    assert answer.status == 404
    assert "not found" in Page(answer.body.decode()).text
