from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from isthmus_sim.autotask.life import effects, stamps
from isthmus_sim.autotask.store.state import State

ACTOR = 29_682_900
NOW = datetime(2026, 6, 15, 15, 0, 0, 250_000, tzinfo=UTC)
NOW_TEXT = "2026-06-15T15:00:00.250Z"
OLD = "2024-01-02T03:04:05.006Z"
NEVER_STAMPED = ("Invoices", "Products", "ContractMilestones")


class Moving:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def state(clock: Moving) -> State:
    return State(now=clock)


def make_ticket(state: State, **changes: Any) -> int:
    values = {"companyID": 0, "title": "Printer", "status": 1, "priority": 2, **changes}
    return effects.insert(state, "Tickets", values, ACTOR)


def row(state: State, collection: str, row_id: int) -> dict[str, Any]:
    found = state.get(collection, row_id)
    assert found is not None
    return found


def test_a_new_ticket_has_stamps_number_and_creator(state: State) -> None:
    ticket = row(state, "Tickets", make_ticket(state))
    for field in ("createDate", "lastActivityDate", "lastTrackedModificationDateTime"):
        assert ticket[field] == NOW_TEXT
    assert ticket["ticketNumber"] == "T20260615.0001"
    assert (ticket["creatorResourceID"], ticket["creatorType"]) == (ACTOR, 1)


def test_ticket_numbers_count_through_the_day_and_begin_anew(state: State, clock: Moving) -> None:
    numbers = [row(state, "Tickets", make_ticket(state))["ticketNumber"] for _ in range(2)]
    clock.at += timedelta(days=1)
    numbers.append(row(state, "Tickets", make_ticket(state))["ticketNumber"])
    assert numbers == ["T20260615.0001", "T20260615.0002", "T20260616.0001"]


def test_ticket_numbers_go_on_from_those_that_are_there(state: State) -> None:
    state.insert("Tickets", {"ticketNumber": "T20260615.0041", "createDate": NOW_TEXT})
    assert row(state, "Tickets", make_ticket(state))["ticketNumber"] == "T20260615.0042"


def test_a_ticket_by_a_contact_has_no_creator_resource(state: State) -> None:
    ticket = row(state, "Tickets", make_ticket(state, createdByContactID=5))
    assert (ticket["creatorResourceID"], ticket["creatorType"]) == (None, 2)


def test_given_values_win_over_stamps(state: State) -> None:
    assert row(state, "Tickets", make_ticket(state, createDate=OLD))["createDate"] == OLD


def test_an_edit_moves_the_change_dates_but_not_the_creation(state: State, clock: Moving) -> None:
    ticket_id = make_ticket(state)
    clock.at += timedelta(hours=1)
    effects.update(state, "Tickets", ticket_id, {"title": "Printer again"}, 7)
    ticket = row(state, "Tickets", ticket_id)
    assert ticket["createDate"] == NOW_TEXT
    assert ticket["lastActivityDate"] == "2026-06-15T16:00:00.250Z"
    assert ticket["lastTrackedModificationDateTime"] == "2026-06-15T16:00:00.250Z"
    assert ticket["lastActivityResourceID"] == 7


def test_an_edit_that_changes_nothing_stamps_nothing(state: State, clock: Moving) -> None:
    ticket_id = make_ticket(state)
    before = row(state, "Tickets", ticket_id)
    clock.at += timedelta(hours=1)
    effects.update(state, "Tickets", ticket_id, {"title": "Printer", "status": 1}, 7)
    assert row(state, "Tickets", ticket_id) == before


def test_completion_is_stamped_and_reopening_clears_it(state: State) -> None:
    ticket_id = make_ticket(state)
    effects.update(state, "Tickets", ticket_id, {"status": 5}, ACTOR)
    done = row(state, "Tickets", ticket_id)
    assert (done["completedDate"], done["completedByResourceID"]) == (NOW_TEXT, ACTOR)
    assert done["resolvedDateTime"] == NOW_TEXT
    effects.update(state, "Tickets", ticket_id, {"status": 8}, ACTOR)
    again = row(state, "Tickets", ticket_id)
    assert (again["completedDate"], again["completedByResourceID"]) == (None, None)


def test_the_first_change_of_status_is_the_first_response(state: State, clock: Moving) -> None:
    ticket_id = make_ticket(state)
    effects.update(state, "Tickets", ticket_id, {"status": 8}, ACTOR)
    clock.at += timedelta(hours=1)
    effects.update(state, "Tickets", ticket_id, {"status": 7}, ACTOR)
    assert row(state, "Tickets", ticket_id)["firstResponseDateTime"] == NOW_TEXT


@pytest.mark.parametrize(
    ("collection", "values"),
    [
        ("TicketNotes", {"title": "t", "description": "d", "noteType": 1, "publish": 2}),
        ("TimeEntries", {"resourceID": ACTOR, "hoursWorked": 5000}),
    ],
)
def test_notes_and_time_move_activity_but_not_the_tracked_date(
    state: State, clock: Moving, collection: str, values: dict[str, Any]
) -> None:
    ticket_id = make_ticket(state)
    clock.at += timedelta(hours=1)
    effects.insert(state, collection, {"ticketID": ticket_id, **values}, ACTOR)
    ticket = row(state, "Tickets", ticket_id)
    assert ticket["lastActivityDate"] == "2026-06-15T16:00:00.250Z"
    assert ticket["lastTrackedModificationDateTime"] == NOW_TEXT


def test_deleting_a_note_moves_activity_and_is_logged_without_its_id(
    state: State, clock: Moving
) -> None:
    ticket_id = make_ticket(state)
    note = effects.insert(
        state, "TicketNotes", {"ticketID": ticket_id, "title": "Called"}, ACTOR
    )  # fmt: skip
    clock.at += timedelta(hours=1)
    effects.delete(state, "TicketNotes", note, 7)
    assert state.get("TicketNotes", note) is None
    assert row(state, "Tickets", ticket_id)["lastActivityDate"] == "2026-06-15T16:00:00.250Z"
    (log,) = state.rows("DeletedTicketActivityLogs")
    assert (log["ticketID"], log["noteOrAttachmentTitle"], log["typeID"]) == (
        ticket_id,
        "Called",
        1,
    )
    assert (log["createdByResourceID"], log["deletedByResourceID"]) == (ACTOR, 7)
    assert log["deletedDateTime"] == "2026-06-15T16:00:00.250Z"


def test_a_deleted_time_entry_is_logged_with_its_hours(state: State) -> None:
    task = effects.insert(state, "Tasks", {"projectID": 1, "title": "Move"}, ACTOR)
    entry = effects.insert(state, "TimeEntries", {
        "taskID": task, "resourceID": ACTOR, "startDateTime": "2026-06-15T13:00:00.000Z",
        "endDateTime": "2026-06-15T13:20:00.000Z",
    }, ACTOR)  # fmt: skip
    effects.delete(state, "TimeEntries", entry, ACTOR)
    (log,) = state.rows("DeletedTaskActivityLogs")
    assert (log["taskID"], log["typeID"], log["hoursWorked"]) == (task, 2, 3333)
    assert log["taskNumber"] == row(state, "Tasks", task)["taskNumber"]


def test_deleting_a_ticket_is_logged_and_takes_its_children(state: State) -> None:
    ticket_id = make_ticket(state)
    note = effects.insert(state, "TicketNotes", {"ticketID": ticket_id, "title": "n"}, ACTOR)
    call = effects.insert(state, "ServiceCalls", {"companyID": 0}, ACTOR)
    link = effects.insert(
        state, "ServiceCallTickets", {"serviceCallID": call, "ticketID": ticket_id}, ACTOR
    )
    person = effects.insert(
        state, "ServiceCallTicketResources", {"serviceCallTicketID": link, "resourceID": 4}, ACTOR
    )
    effects.delete(state, "Tickets", ticket_id, ACTOR)
    assert state.get("Tickets", ticket_id) is None
    assert state.get("TicketNotes", note) is None
    assert state.get("ServiceCallTickets", link) is None
    assert state.get("ServiceCallTicketResources", person) is None
    assert state.get("ServiceCalls", call) is not None
    (log,) = state.rows("DeletedTicketLogs")
    assert (log["ticketID"], log["ticketNumber"]) == (ticket_id, "T20260615.0001")
    assert (log["ticketTitle"], log["deletedDateTime"]) == ("Printer", NOW_TEXT)


def test_hours_follow_start_and_stop_whatever_is_given(state: State) -> None:
    entry = effects.insert(state, "TimeEntries", {
        "ticketID": make_ticket(state), "startDateTime": "2026-06-15T13:00:00.000Z",
        "endDateTime": "2026-06-15T14:30:00.000Z",
    }, ACTOR)  # fmt: skip
    assert row(state, "TimeEntries", entry)["hoursWorked"] == 15_000
    effects.update(state, "TimeEntries", entry, {"isNonBillable": 1}, 7)
    changed = row(state, "TimeEntries", entry)
    assert (changed["hoursToBill"], changed["lastModifiedUserID"]) == (0, 7)


@pytest.mark.parametrize("collection", NEVER_STAMPED)
def test_three_datasets_have_no_change_date_to_stamp(state: State, collection: str) -> None:
    row_id = state.insert(collection, {})
    field = {"Invoices": "comments", "Products": "name", "ContractMilestones": "title"}[collection]
    effects.update(state, collection, row_id, {field: "changed"}, ACTOR)
    changed = {k: v for k, v in row(state, collection, row_id).items() if v is not None}
    assert changed == {"id": row_id, field: "changed"}


@pytest.mark.parametrize("collection", sorted(stamps.CREATED.keys() | stamps.CHANGED.keys()))
def test_stamped_fields_are_in_the_catalogue(state: State, collection: str) -> None:
    known = state.catalog[collection].by_name
    stamped = {
        *stamps.CREATED.get(collection, ()), *stamps.CHANGED.get(collection, ()),
        *stamps.CREATORS.get(collection, ()),
        *([stamps.TOUCHERS[collection]] if collection in stamps.TOUCHERS else []),
    }  # fmt: skip
    assert {name.lower() for name in stamped} <= set(known)


def test_a_new_service_call_has_no_change_date_until_it_is_edited(state: State) -> None:
    call = effects.insert(state, "ServiceCalls", {"companyID": 0}, ACTOR)
    assert row(state, "ServiceCalls", call)["lastModifiedDateTime"] is None
    effects.update(state, "ServiceCalls", call, {"status": 2}, ACTOR)
    assert row(state, "ServiceCalls", call)["lastModifiedDateTime"] == NOW_TEXT


def test_a_row_that_is_not_there_is_left_alone(state: State) -> None:
    effects.update(state, "Tickets", 12_345, {"title": "x"}, ACTOR)
    effects.delete(state, "Tickets", 12_345, ACTOR)
    assert state.count("DeletedTicketLogs") == 0
