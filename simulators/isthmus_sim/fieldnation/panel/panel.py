"""The technician's pages below /provider/, and the way to the JSON API beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from isthmus_sim.base.reply import Reply
from isthmus_sim.fieldnation.base.errors import Refusal, missing
from isthmus_sim.fieldnation.panel.forms import form, read_form
from isthmus_sim.fieldnation.panel.html import facts, page, said, table, text
from isthmus_sim.fieldnation.provider import api, sight
from isthmus_sim.fieldnation.provider.actions import ACTIONS, act, offered
from isthmus_sim.fieldnation.provider.sight import ASKED, DECLINED, MARKET, MINE, OFFERED
from isthmus_sim.fieldnation.view.order import show

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.account.ground import Ground
    from isthmus_sim.fieldnation.base.call import Call

Doc = dict[str, Any]
GROUPS = {
    OFFERED: "Offered to you",
    MINE: "Your work",
    ASKED: "Requested by you",
    MARKET: "On the market",
    DECLINED: "Declined by you",
}
_TAG = re.compile(r"<[^>]*>")


class Panel:
    """Answers everything below /provider."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def answer(self, call: Call) -> Reply:
        """Answer one call: JSON below /provider/api, else a page."""
        rest = call.segments[1:]
        if rest[:1] == ("api",):
            return api.answer(self._ground, call)
        try:
            return self._page(call, rest)
        except Refusal as refused:
            body = said(refused.detail, wrong=True)
            return page("That did not work", body, status=refused.kind.status)

    def _page(self, call: Call, rest: tuple[str, ...]) -> Reply:
        if call.method == "GET" and not rest:
            return self._home()
        if rest and rest[0].isdecimal():
            user = sight.need_provider(self._ground, int(rest[0]))
            if call.method == "GET" and len(rest) == 1:
                return self._orders(user)
            if len(rest) >= 3 and rest[1] == "orders" and rest[2].isdecimal():
                if call.method == "GET" and len(rest) == 3:
                    return self._order(user, int(rest[2]), said(_done(call)))
                if call.method == "POST" and len(rest) == 4:
                    return self._act(call, user, int(rest[2]), rest[3])
        raise missing("Page", call.path)

    # Pages ---------------------------------------------------------------------------

    def _home(self) -> Reply:
        rows = []
        for user in sight.providers(self._ground):
            seen = [how for how, _order in sight.visible(self._ground, user["id"])]
            link = f'<a href="/provider/{user["id"]}">{text(_name(user))}</a>'
            place = text(f"{user['city']}, {user['state']}")
            counts = (str(seen.count(how)) for how in (OFFERED, MINE, MARKET))
            rows.append((link, place, *counts))
        heads = ("Name", "Lives in", "Offers", "Own work", "On the market")
        told = "<p>Choose who you are. What you do here reaches the buyer as events.</p>"
        return page("Technicians", told + table(heads, rows, "Technicians"))

    def _orders(self, user: Doc) -> Reply:
        seen = sight.visible(self._ground, user["id"])
        parts = []
        for how, title in GROUPS.items():
            rows = [self._row(user, order) for other, order in seen if other == how]
            if rows:
                heads = ("Work order", "Status", "Where", "When")
                parts.append(f"<h2>{title}</h2>" + table(heads, rows, title))
        body = "".join(parts) or '<p class="card">There is nothing for you yet.</p>'
        return page(_name(user), body, crumbs=_crumbs(user))

    def _row(self, user: Doc, order: Doc) -> tuple[str, ...]:
        shown = show(self._ground, order, ("title", "status", "location", "schedule"))
        link = f'<a href="{_link(user, order["id"])}">{order["id"]} {text(shown["title"])}</a>'
        return link, _badge(shown), text(_place(shown)), text(_when(shown))

    def _order(
        self, user: Doc, order_id: int, message: str, status: int = 200, refused: Doc | None = None
    ) -> Reply:
        """Give an order's page. refused: by the action's name, what was filled in and not taken."""
        how, order = sight.need_order(self._ground, user["id"], order_id)
        shown = show(self._ground, order)
        parts = (
            message,
            f'<p>{_badge(shown)} <span class="soft">{text(GROUPS[how])}</span></p>',
            f'<div class="card">{self._facts(how, shown, order)}</div>',
            self._steps(user, how, order, refused or {}),
            self._tasks(order),
            self._talk(order),
        )
        title = f"{order_id} {order['title']}"
        return page(title, "".join(parts), crumbs=_crumbs(user), status=status)

    def _act(self, call: Call, user: Doc, order_id: int, name: str) -> Reply:
        """Do a step and lead back to the order; a refusal is shown on its page."""
        given = read_form(call.headers, call.body)
        try:
            order = act(self._ground, user["id"], order_id, name, given)
        except Refusal as refused:
            message = said(refused.detail, wrong=True)
            return self._order(user, order_id, message, refused.kind.status, {name: given})
        gone = sight.relation(order, user["id"]) is None
        to = f"/provider/{user['id']}" if gone else f"{_link(user, order_id)}?done={quote(name)}"
        return Reply(303, b"", "text/html; charset=utf-8", {"Location": to})

    # Parts of an order ---------------------------------------------------------------

    def _facts(self, how: str, shown: Doc, order: Doc) -> str:
        pay = shown["pay"]
        base = pay.get("base", {})
        promised = f"{pay.get('type', '')}, {base.get('amount', 0)} x {base.get('units', 0)}"
        pairs: list[tuple[str, object]] = [
            ("Buyer", shown["company"]["name"]),
            ("Where", _place(shown)),
            ("When", _when(shown)),
            ("Pay", promised if order["pay"] else ""),
            ("What to do", _plain(shown["description"]["html"])),
            ("In confidence", _plain(shown["confidential"]["html"]) if how == MINE else ""),
            ("On site", "; ".join(_log(log) for log in order["time_logs"])),
            ("Files", ", ".join(f["name"] for d in order["folders"] for f in d["files"])),
            ("Closing notes", order["closing_notes"]),
        ]
        return facts(pairs)

    def _steps(self, user: Doc, how: str, order: Doc, refused: Doc) -> str:
        actions = offered(how, order)
        if not actions:
            return ""
        to = _link(user, order["id"])
        plain = [form(self._ground, order, one, to) for one in actions if not one.given]
        asking = [
            form(self._ground, order, one, to, refused=refused.get(one.name))
            for one in actions
            if one.given
        ]
        now = f'<div class="now card">{"".join(plain)}</div>' if plain else ""
        return f"<h2>What you can do</h2>{now}{''.join(asking)}"

    def _tasks(self, order: Doc) -> str:
        rows: list[tuple[str, ...]] = [
            (text(task["label"]), text(task["status"])) for task in order["tasks"]
        ]
        return "<h2>Tasks</h2>" + table(("Task", "Status"), rows, "Tasks") if rows else ""

    def _talk(self, order: Doc) -> str:
        lines = "".join(
            f'<li><span class="soft">{text(m["utc"])} UTC, '
            f"{text(_name(self._ground.name_of(m['from'])))}</span><br>{text(m['text'])}</li>"
            for m in sight.messages(order)
        )
        return f'<h2>Messages</h2><ol class="talk card">{lines}</ol>' if lines else ""


def _done(call: Call) -> str:
    action = ACTIONS.get(call.query.get("done", ""))
    return f"Done: {action.label}." if action else ""


def _link(user: Doc, order_id: int) -> str:
    return f"/provider/{user['id']}/orders/{order_id}"


def _crumbs(user: Doc) -> str:
    return f' / <a href="/provider/{user["id"]}">{text(_name(user))}</a>'


def _name(user: Doc) -> str:
    return f"{user['first_name']} {user['last_name']}".strip() or f"User {user['id']}"


def _badge(shown: Doc) -> str:
    return f'<span class="badge">{text(shown["status"]["display"])}</span>'


def _place(shown: Doc) -> str:
    place = shown["location"]
    if place["mode"] == "remote":
        return "Remote"
    names = ("display_name", "address1", "city", "state", "zip")
    return ", ".join(place[name] for name in names if place[name])


def _when(shown: Doc) -> str:
    window = shown["schedule"]["service_window"]
    start, end = window["start"]["local"], window["end"]["local"]
    if not start["date"]:
        return ""
    zone = shown["schedule"]["time_zone"]["short"]
    begins = f"{start['date']} {start['time'][:5]}"
    if window["mode"] == "exact":
        return f"{begins} {zone}"
    same_day = start["date"] == end["date"]
    ends = end["time"][:5] if same_day else f"{end['date']} {end['time'][:5]}"
    return f"{begins} to {ends} {zone}"


def _plain(markup: str) -> str:
    return _TAG.sub(" ", markup).strip()


def _log(log: Doc) -> str:
    return f"{log['in']} to {log['out'] or 'now'} UTC"
