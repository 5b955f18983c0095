"""
The second half: a ticket becomes a work order, a technician does the job, the ticket closes.

On the way Isthmus is killed at the worst moment there is. People act at the simulators' own doors,
as they would on the vendors' pages, and never through Isthmus.
"""

import socket
import time
import urllib.request
from datetime import datetime, timedelta
from typing import Any, Final

from demo.crossing import Crossing
from demo.job import do_job
from demo.outcome import calls_told, check, summary
from demo.stage import FOLDER, Process, Stage

DISPATCH: Final = "Dispatch to Field"
RULE: Final = "ticket_dispatch"
TITLE: Final = "Core switch is down, half the office is offline"
DESCRIPTION: Final = (
    "Ports 1 to 24 went dark at 08:10. The spare is in the server room, on the lower shelf.\n"
    "Please ask for the facilities manager at the front desk."
)
IN_TABLES: Final = (
    "select ticketNumber, status, round(sum(hoursWorked), 2) as hours, resolution"
    " from autotask.Tickets t join autotask.TimeEntries e on e.ticketID = t.id"
    " where ticketNumber = '{number}' group by all"
)
HANG_S: Final = 15
"""Seconds that the answer to the making of the order is held back."""
TAKE_OVER_S: Final = 60.0


def cross(stage: Stage, ready: dict[str, dict[str, Any]]) -> str:
    """Take one ticket to the field and back; returns its number. Raises: DemoFailed."""
    way = Crossing(stage, ready["autotask"], ready["fieldnation"])
    stage.say("7. Now to the field", "Field Nation, a rule, webhooks, and one process")
    connect(way)
    publish_rule(way)
    first = serve(way, "serve")
    install_webhooks(way)
    way.psa("calls", method="DELETE")
    way.market("calls", method="DELETE")
    stage.say("8. A ticket goes out", "and Isthmus is killed before it hears the answer")
    make_ticket(way)
    send_out_and_kill(way, first)
    stage.say("9. The job is done", "and the ticket hears of it")
    do_job(way)
    stage.say("10. All of it as one timeline")
    stage.isthmus("dispatch", "show", way.ticket["ticketNumber"])
    calls = calls_told(way)
    check(way)
    stage.say("11. And in your tables too")
    stage.isthmus("sync", "Tickets", "TimeEntries", "--no-json")
    stage.console.print()
    stage.isthmus("query", IN_TABLES.format(number=way.ticket["ticketNumber"]), "--format", "table")
    stage.say("12. What it came to")
    stage.console.print(summary(way, calls))
    return str(way.ticket["ticketNumber"])


# Setting up


def connect(way: Crossing) -> None:
    """Connect Field Nation, and have the two simulated clocks tell the same time."""
    told = way.fieldnation
    way.stage.isthmus(
        *("connect", "fieldnation", "--url", told["url"], "--client-id", told["client_id"]),
        *("--username", told["username"], "--secrets-stdin"),
        stdin=f"{told['client_secret']}\n{told['password']}\n",
    )
    way.psa("clock", {"set": way.market("clock")["now"]})
    way.look_round()


def publish_rule(way: Crossing) -> None:
    """Switch the shipped rule on, and have hours come back by it too."""
    entries = way.psa("state/TimeEntries")
    worked = next(one for one in entries if one.get("ticketID") and one.get("roleID"))
    settings = (
        "is_enabled = true\ntimes = true\n"
        f"time_resource_id = {worked['resourceID']}\ntime_role_id = {worked['roleID']}\n\n"
    )
    file = FOLDER / f"{RULE}.toml"
    shipped = way.stage.printed("rule", "export", RULE)
    file.write_text(shipped.replace("[when]", f"{settings}[when]", 1), "utf-8")
    way.stage.console.print()
    way.stage.isthmus("rule", "publish", str(file.relative_to(FOLDER.parent)))


def serve(way: Crossing, name: str) -> Process:
    """Start Isthmus as a process, and wait until its doors answer."""
    stage = way.stage
    if "ISTHMUS_LISTEN" not in stage.settings:
        place = f"127.0.0.1:{_free_port()}"
        stage.settings |= {"ISTHMUS_LISTEN": place, "ISTHMUS_PUBLIC_URL": f"http://{place}"}
    process = stage.start(name, "isthmus", "serve")
    health = f"{stage.settings['ISTHMUS_PUBLIC_URL']}/healthz"
    stage.wait_for("That the doors of isthmus serve open", lambda: _answers(health))
    return process


def install_webhooks(way: Crossing) -> None:
    """Have both vendors tell Isthmus what happens."""
    stage = way.stage
    stage.console.print()
    stage.show("serve")
    stage.console.print(f"Doors for webhooks: {stage.settings['ISTHMUS_PUBLIC_URL']}")
    stage.console.print()
    stage.show("webhooks", "install")
    made = stage.asked("webhooks", "install")["webhooks"]
    for one in made:
        stage.console.print(f"[green]✓[/] {one['name']}: made, signed, active")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


# The ticket, and the kill


def make_ticket(way: Crossing) -> None:
    """Have somebody open a ticket, at a customer with an address and a contact."""
    places = {one["id"]: one for one in way.psa("state/CompanyLocations") if one["address1"]}
    contact = next(
        one for one in way.psa("state/Contacts")
        if one["isActive"] and one["companyID"] and one["companyLocationID"] in places
    )  # fmt: skip
    place = places[contact["companyLocationID"]]
    company = way.psa(f"state/Companies?id={contact['companyID']}")[0]
    now = datetime.fromisoformat(way.psa("clock")["now"])
    due = (now + timedelta(days=1)).replace(hour=14, minute=0, second=0, microsecond=0)
    labels = way.labels
    way.ticket = way.psa(
        "state/Tickets",
        {
            "title": TITLE,
            "description": DESCRIPTION,
            "companyID": company["id"],
            "companyLocationID": place["id"],
            "contactID": contact["id"],
            "priority": 1,
            "status": labels["status"]["New"],
            "queueID": labels["queueID"]["Field Services"],
            "issueType": labels["issueType"]["On-Site Required"],
            "dueDateTime": due.isoformat().replace("+00:00", "Z"),
        },
    )
    way.ticket = way.ticket_now()
    where = f"{company['companyName']}, {place['address1']}, {place['city']} {place['state']}"
    way.stage.tell((f"{way.ticket['ticketNumber']}  {TITLE}", "bold"))
    way.stage.tell((where, "dim"))
    way.stage.console.print()


def send_out_and_kill(way: Crossing, first: Process) -> None:
    """Kill Isthmus after the order was made and before it heard so; let another one go on."""
    stage = way.stage
    hang = {"kind": "slow", "method": "POST", "path": "workorders$", "seconds": HANG_S, "count": 1}
    way.market("faults", hang)
    code = way.labels["status"][DISPATCH]
    way.psa(f"state/Tickets/{way.ticket['id']}", {"status": code}, "PATCH")
    stage.happened("Somebody sets its status to ", (DISPATCH, "bold"))
    way.order = int(stage.wait_for("A work order", way.orders)[0]["id"])
    stage.kill(first)
    died = time.monotonic()
    way.killed = first.pid
    made = (f"work order {way.order}", "bold")
    stage.happened("Field Nation has made ", made, ", its answer is on the way")
    stage.happened((f"kill -9 {first.pid}", "bold red"), "  Isthmus is dead and will never hear it")
    second = serve(way, "serve-again")
    way.successor = second.pid
    started = (f"isthmus serve {second.pid}", "bold green")
    stage.happened(started, "  another takes over: was an order made?")
    with stage.console.status("A search at Field Nation gets some seconds until it must show it"):
        stage.wait_for("That the order is published", lambda: _is_published(way), TAKE_OVER_S)
    way.gap_s = time.monotonic() - died
    stage.happened("It looks, ", ("finds and adopts it", "bold green"), ": one ticket, one order")


def _is_published(way: Crossing) -> bool:
    return bool(way.order_now()["status"] == "Published")
