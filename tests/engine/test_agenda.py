"""What is asked for, before anybody works."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from isthmus.base import ids
from isthmus.engine import Agenda
from isthmus.engine.database import writing

LATER = datetime(2999, 1, 1, tzinfo=UTC)
ROOM = {"link": 100}


def test_a_burst_is_one_item(agenda: Agenda) -> None:
    for number in range(10):
        agenda.enqueue("link", "T1", f"inbox-{number}")
    (claim,) = agenda.claim("w", ROOM, 100)
    assert (claim.item.key, claim.item.payload_ref) == ("T1", "inbox-9")
    assert agenda.claim("w", ROOM, 100) == ()


def test_what_is_asked_for_during_a_run_is_run_once_more(agenda: Agenda) -> None:
    agenda.enqueue("link", "T1")
    (first,) = agenda.claim("w", ROOM, 100)
    for _ in range(5):
        agenda.enqueue("link", "T1")
    assert agenda.claim("w", ROOM, 100) == (), "a key never runs beside itself"
    agenda.end(first.item, first.run_id, "w", again_at=None, failed=False)
    (second,) = agenda.claim("w", ROOM, 100)
    agenda.end(second.item, second.run_id, "w", again_at=None, failed=False)
    assert agenda.claim("w", ROOM, 100) == ()
    assert agenda.count() == 0


def test_keys_go_in_the_order_they_came_though_the_clock_stands_still(
    agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr("isthmus.engine.agenda.utc_now", lambda: still)
    monkeypatch.setattr(ids, "utc_now", lambda: still)
    wanted = [f"T{number * 7919 % 1000}" for number in range(200)]
    for key in wanted:
        agenda.enqueue("link", key)
    taken = [claim.item.key for claim in agenda.claim("w", {"link": 1000}, 1000)]
    assert taken == wanted


def test_ids_ascend_though_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(datetime(2999, 1, 1, tzinfo=UTC) - timedelta(hours=n) for n in range(100))
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(ids, "utc_now", lambda: next(times))
    given = [ids.new_ordered_id() for _ in range(100)]
    assert all(one < other for one, other in pairwise(given))


def test_the_urgent_goes_first(agenda: Agenda) -> None:
    agenda.enqueue("link", "bulk", priority=9)
    agenda.enqueue("link", "dispatch", priority=1)
    assert [claim.item.key for claim in agenda.claim("w", ROOM, 1)] == ["dispatch"]


def test_what_waits_for_later_is_brought_forward_and_never_put_off(agenda: Agenda) -> None:
    agenda.enqueue("link", "T1", not_before=LATER)
    assert agenda.claim("w", ROOM, 100) == ()
    agenda.enqueue("link", "T1")
    agenda.enqueue("link", "T1", not_before=LATER)
    assert len(agenda.claim("w", ROOM, 100)) == 1


def test_a_run_that_wants_another_later_waits_for_it(agenda: Agenda) -> None:
    agenda.enqueue("link", "T1", "ref")
    (claim,) = agenda.claim("w", ROOM, 100)
    agenda.end(claim.item, claim.run_id, "w", again_at=LATER, failed=True)
    (waits,) = agenda.waiting()
    assert (waits.due_at, waits.running, waits.failures) == (LATER, False, 1)


def test_only_the_worker_that_has_a_run_can_end_it(agenda: Agenda) -> None:
    agenda.enqueue("link", "T1")
    (claim,) = agenda.claim("dead", ROOM, 100)
    assert agenda.take_over(claim.run_id, "alive")
    agenda.end(claim.item, claim.run_id, "dead", again_at=None, failed=False)
    assert agenda.count() == 1
    agenda.end(claim.item, claim.run_id, "alive", again_at=None, failed=False)
    assert agenda.count() == 0
    assert not agenda.take_over(claim.run_id, "late")


def test_a_kind_takes_no_more_than_its_room(agenda: Agenda) -> None:
    for number in range(6):
        agenda.enqueue("sync", f"S{number}")
        agenda.enqueue("link", f"T{number}")
    claims = agenda.claim("w", {"sync": 1, "link": 4, "other": 9}, 12)
    kinds = [claim.item.kind for claim in claims]
    assert (kinds.count("sync"), kinds.count("link")) == (1, 4)


def test_no_item_is_claimed_for_a_kind_nobody_here_can_do(agenda: Agenda) -> None:
    agenda.enqueue("unknown", "U1")
    assert agenda.claim("w", ROOM, 100) == ()
    assert agenda.count() == 1


def test_what_waits_is_dropped_by_cancel(agenda: Agenda) -> None:
    agenda.enqueue("link", "T1")
    assert agenda.cancel("link", "T1")
    assert agenda.count() == 0
    assert not agenda.cancel("link", "T1")


def test_cancel_drops_what_was_to_follow_but_not_what_is_asked_for_after_it(
    agenda: Agenda,
) -> None:
    agenda.enqueue("link", "T1")
    (claim,) = agenda.claim("w", ROOM, 100)
    agenda.enqueue("link", "T1")
    agenda.cancel("link", "T1")
    assert agenda.cancelled("w") == {claim.run_id}
    agenda.enqueue("link", "T1")
    agenda.end(claim.item, claim.run_id, "w", again_at=LATER, failed=False)
    (second,) = agenda.claim("w", ROOM, 100)
    assert agenda.cancelled("w") == frozenset()
    agenda.end(second.item, second.run_id, "w", again_at=None, failed=False)
    assert agenda.count() == 0


def test_an_enqueue_shares_the_fate_of_its_callers_transaction(agenda: Agenda) -> None:
    with writing(agenda.engine) as session:
        agenda.enqueue("link", "T1", within=session)
        session.rollback()
    assert agenda.count() == 0
    with writing(agenda.engine) as session:
        agenda.enqueue("link", "T1", within=session)
    assert agenda.count() == 1


def test_a_reference_is_no_place_for_a_body(agenda: Agenda) -> None:
    with pytest.raises(ValueError, match="200"):
        agenda.enqueue("link", "T1", "x" * 201)


def test_a_second_process_finds_what_the_first_one_made(agenda: Agenda, where: str) -> None:
    agenda.enqueue("link", "T1")
    other = Agenda.open(where)
    assert other.count() == 1
    other.close()


def test_of_what_failed_for_long_the_next_one_alone_is_woken_to_try(agenda: Agenda) -> None:
    for hours, key in ((3, "T1"), (2, "T2"), (1, "T3")):
        agenda.enqueue("link", key, not_before=LATER + timedelta(hours=hours))
    with writing(agenda.engine) as session:
        session.execute(text("UPDATE engine_work SET failures = 7 WHERE key != 'T3'"))
    assert agenda.hasten("link", 6, most=1) == 1
    assert [one.item.key for one in agenda.claim("me", {"link": 9}, 9)] == ["T2"]


def test_what_waits_for_a_later_time_is_woken(agenda: Agenda) -> None:
    for kind, key in (("link", "T1"), ("link", "T2"), ("sweep", "S1")):
        agenda.enqueue(kind, key, not_before=LATER)
    with writing(agenda.engine) as session:
        session.execute(text("UPDATE engine_work SET failures = 7 WHERE key = 'T1'"))
    assert agenda.hasten("link", 6) == 1
    assert [one.item.key for one in agenda.claim("me", {"link": 9, "sweep": 9}, 9)] == ["T1"]
    assert agenda.hasten("link") == 1, "what runs is left as it is"
    assert [one.item.key for one in agenda.claim("me", {"link": 9, "sweep": 9}, 9)] == ["T2"]
