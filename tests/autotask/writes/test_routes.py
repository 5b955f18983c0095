import re
from typing import Any

import pytest

from isthmus.autotask import CallRefused, ValidationFailed
from isthmus.autotask.writes.routes import (
    VERBS,
    attachments_of,
    check_verb,
    child_routes,
    collection_path,
    parent_in,
    route_of,
)


def paths(sim: Any) -> dict[str, set[str]]:
    """The verbs of every path the simulator describes."""
    text = sim.ask("GET", f"{sim.url}swagger/docs/v1").json["paths"]
    return {
        re.sub(r"\{\w+\}", "{}", path).casefold().split("v1.0/")[-1]: {
            verb.upper() for verb in verbs
        }
        for path, verbs in text.items()
    }


def test_every_route_and_verb_is_one_the_api_describes(autotask_sim: Any) -> None:
    described = paths(autotask_sim)
    assert len(child_routes()) > 120
    for name, route in child_routes().items():
        below = f"{route.path}/{{}}/{route.segment}".casefold().lstrip("/")
        for verb, letter in VERBS.items():
            if letter in route.verbs:
                place = f"{below}/{{}}" if verb == "DELETE" else below
                assert verb in next(
                    found for path, found in described.items() if path.endswith(place)
                ), (name, verb)


async def test_every_route_names_its_parent_by_a_field_of_the_child(autotask_sim: Any) -> None:
    for name, route in child_routes().items():
        answer = autotask_sim.get(f"{name}/entityInformation/fields")
        assert answer.status == 200, name
        assert route.field.casefold() in {
            field["name"].casefold() for field in answer.json["fields"]
        }, name


def test_what_is_written_at_its_own_top_has_no_route() -> None:
    for entity in ("Tickets", "Companies", "TimeEntries", "TaskNotes", "ServiceCalls"):
        assert route_of(entity) is None
    route = route_of("ticketnotes")
    assert route is not None
    assert collection_path("TicketNotes", route, 5, "POST") == "Tickets/5/Notes"
    assert collection_path("Tickets", None, None, "POST") == "Tickets"


def test_a_verb_the_vendor_lacks_is_refused() -> None:
    route = route_of("TicketNotes")
    assert route is not None
    check_verb("TicketNotes", route, "PATCH")
    with pytest.raises(CallRefused, match="no delete"):
        check_verb("TicketNotes", route, "DELETE")


@pytest.mark.parametrize("value", [None, True, "5"])
def test_a_parent_that_is_no_id_is_refused(value: Any) -> None:
    route = route_of("TicketNotes")
    assert route is not None
    with pytest.raises(ValidationFailed, match="ticketID"):
        parent_in("TicketNotes", route, {"ticketID": value})
    assert parent_in("TicketNotes", route, {"TICKETID": 0}) == 0


def test_files_hang_on_their_parents() -> None:
    assert attachments_of("tickets")[0] == "TicketAttachments"
    assert attachments_of("KnowledgeBaseArticles")[0] == "ArticleAttachments"
