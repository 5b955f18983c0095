"""What has happened is read off the order, once for each thing, whatever told it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from isthmus.dispatch.rules.occurrences import SCHEDULE, Told, mark_of, occurrences
from isthmus.fieldnation.models import WorkOrder
from isthmus.fieldnation.parsing import parse_work_order

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def order(**changes: Any) -> WorkOrder:
    raw: dict[str, Any] = {
        "id": 7,
        "title": "A visit",
        "status": {"id": 3, "name": "Assigned", "code": "assigned", "sub_status": ""},
        "assignee": {"user": {"id": 5, "first_name": "Al", "last_name": "Dente"}},
        "milestones": {"assigned": {"utc": "2026-11-28 10:00:00"}},
        **changes,
    }
    found = parse_work_order(raw)
    assert found is not None
    return found


def events(*given: Any, known: frozenset[str] = frozenset(), **changes: Any) -> list[str]:
    return [one.event for one in occurrences(order(**changes), given, known, NOW)]


def told(event: str, message: str = "m1", at: datetime = NOW, **changes: Any) -> Told:
    return Told(event, message, at, order(**changes).raw)


def test_milestones_tell_what_happened_in_the_order_it_did() -> None:
    stones = {
        "workdone": {"utc": "2026-11-28 11:00:00"},
        "assigned": {"utc": "2026-11-28 10:00:00"},
        "approved": {"utc": "2026-11-28 11:00:00"},
    }
    assert events(milestones=stones) == [
        "workorder.status.assigned",
        "workorder.status.work_done",
        "workorder.status.approved",
    ]


def test_what_is_known_does_not_happen_again() -> None:
    first = occurrences(order(), (), frozenset(), NOW)
    assert occurrences(order(), (), frozenset(one.key for one in first), NOW) == ()


def test_a_new_assignment_is_a_new_occurrence() -> None:
    known = frozenset(one.key for one in occurrences(order(), (), frozenset(), NOW))
    again = {"assigned": {"utc": "2026-11-28 11:30:00"}}
    assert events(known=known, milestones=again) == ["workorder.status.assigned"]


def test_a_message_about_what_the_order_shows_adds_nothing() -> None:
    assert events(told("workorder.status.assigned")) == ["workorder.status.assigned"]
    assert events(told("workorder.status.work_done")) == ["workorder.status.assigned"]


def test_on_my_way_happens_once_whether_a_message_or_the_status_tells_it() -> None:
    way = {"id": 3, "name": "Assigned", "code": "on_my_way", "sub_status": "On my way"}
    both = events(told("workorder.status.on_my_way", status=way), status=way)
    assert both.count("workorder.status.on_my_way") == 1
    late = events(told("workorder.status.on_my_way", status=way))
    assert late.count("workorder.status.on_my_way") == 1


def test_a_visit_that_was_confirmed_is_not_confirmed_again_by_its_beginning() -> None:
    status = {"id": 3, "name": "Assigned", "code": "assigned", "confirmed": True}
    window = {"service_window": {"mode": "exact", "start": {"utc": "2026-12-01 10:00:00"}}}
    before = occurrences(order(status=status, schedule=window), (), frozenset(), NOW)
    known = frozenset(one.key for one in before)
    assert "workorder.status.confirmed" in {one.event for one in before}
    logs = {"results": [{"id": 1, "in": {"created": {"utc": "2026-11-28 10:10:00"}}}]}
    inside = {"status": status, "schedule": window, "time_logs": logs}
    assert events(known=known, **inside) == ["workorder.status.checked_in"]
    moved = {"service_window": {"mode": "exact", "start": {"utc": "2026-12-02 10:00:00"}}}
    again = events(known=known, **{**inside, "schedule": moved})
    assert "workorder.status.confirmed" in again


def test_each_stay_is_checked_in_and_out_once() -> None:
    logs = {
        "results": [
            {"id": 1, "in": {"created": {"utc": "2026-11-28 10:10:00"}},
             "out": {"created": {"utc": "2026-11-28 10:20:00"}}},
            {"id": 2, "in": {"created": {"utc": "2026-11-28 10:30:00"}}},
        ]
    }  # fmt: skip
    assert events(time_logs=logs) == [
        "workorder.status.assigned",
        "workorder.status.checked_in",
        "workorder.status.checked_out",
        "workorder.status.checked_in",
    ]


def test_what_leaves_no_trace_happens_once_a_message() -> None:
    twice = (told("workorder.declined", "m1"), told("workorder.declined", "m1"))
    assert events(*twice).count("workorder.declined") == 1
    other = (told("workorder.declined", "m1"), told("workorder.declined", "m2"))
    assert events(*other).count("workorder.declined") == 2


def test_a_problem_is_reported_and_resolved_once() -> None:
    problem = {"id": 9, "created": {"utc": "2026-11-28 10:40:00"},
               "resolution": {"status": "resolved"}}  # fmt: skip
    assert events(problems={"results": [problem]})[1:] == [
        "workorder.problem_reported",
        "workorder.problem_resolved",
    ]


def test_a_changed_schedule_is_an_occurrence() -> None:
    window = {"service_window": {"mode": "exact", "start": {"utc": "2026-12-01 10:00:00"}}}
    known = frozenset(one.key for one in occurrences(order(schedule=window), (), frozenset(), NOW))
    moved = {"service_window": {"mode": "exact", "start": {"utc": "2026-12-02 10:00:00"}}}
    assert events(known=known, schedule=window) == []
    assert events(known=known, schedule=moved) == ["workorder.schedule_updated"]


def test_a_schedule_that_comes_back_is_an_occurrence_each_time() -> None:
    days = ("2026-12-01", "2026-12-02", "2026-12-01", "2026-12-02")
    windows = [{"service_window": {"start": {"utc": f"{day} 10:00:00"}}} for day in days]
    keys: list[str] = []
    for window in windows:
        known = frozenset(keys[-1:])
        for _ in range(2):  # a look that did not come to its end is as if it had not been
            (one,) = (
                one
                for one in occurrences(order(schedule=window), (), known, NOW)
                if one.event == SCHEDULE
            )
        keys.append(one.key)
        assert SCHEDULE not in events(known=frozenset([one.key]), schedule=window)
    assert len(set(keys)) == 4


def test_a_stay_entered_for_after_the_work_was_done_counts_as_before_it() -> None:
    logs = {
        "results": [
            {"id": 1, "in": {"created": {"utc": "2026-11-28 10:10:00"}},
             "out": {"created": {"utc": "2026-11-28 18:00:00"}}},
        ]
    }  # fmt: skip
    stones = {
        "assigned": {"utc": "2026-11-28 10:00:00"},
        "workdone": {"utc": "2026-11-28 11:00:00"},
    }
    done = {"id": 4, "name": "Work Done", "code": "work_done", "sub_status": ""}
    assert events(time_logs=logs, milestones=stones, status=done)[-2:] == [
        "workorder.status.checked_out",
        "workorder.status.work_done",
    ]
    assert events(time_logs=logs, milestones=stones)[-2:] == [  # it was opened again
        "workorder.status.work_done",
        "workorder.status.checked_out",
    ]


def test_the_mark_heeds_what_happened_and_nothing_else() -> None:
    before = order().raw
    noise = {**before, "actions": ["publish"], "eta": {"start": 1},
             "status": {**before["status"], "correlation_id": "x", "delay": 4}}  # fmt: skip
    assert mark_of(noise) == mark_of(before)
    assert mark_of({**before, "closing_notes": "Done."}) != mark_of(before)


def test_times_of_messages_do_not_reorder_what_the_order_shows() -> None:
    early = told("workorder.declined", at=NOW - timedelta(days=1))
    assert events(early)[0] == "workorder.declined"
