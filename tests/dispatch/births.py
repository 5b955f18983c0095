"""A rule that makes tickets of orders born at Field Nation, for tests."""

from dataclasses import replace

from isthmus.dispatch.library import Library
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.rule import export_rule
from isthmus.dispatch.rules.shapes import Row
from tests.dispatch.shores import Shores

CREATED = ("workorder.created",)


def let_orders_make_tickets(shores: Shores, library: Library) -> None:
    """Publish the ticket rule and its outbound mapping so that an order makes a ticket."""
    model = shores.fit_tickets(1)[0]
    names = ("companyID", "companyLocationID", "status", "priority", "queueID")
    given = {name: model[name] for name in names}
    given["dueDateTime"] = "2030-06-01T12:00:00Z"
    rows = [Row(target="ticket.title", action="sync", source="title", events=CREATED)]
    rows += [
        Row(target=f"ticket.{name}", action="static", params={"value": value}, events=CREATED)
        for name, value in given.items()
    ]
    mapping, rule = library.mapping("ticket_outbound"), library.rule("ticket_dispatch")
    assert mapping is not None
    assert rule is not None
    library.publish_mapping(export(replace(mapping, rows=(*rows, *mapping.rows))), by="a test")
    library.publish_rule(export_rule(replace(rule, creates_tickets=True)), by="a test")
