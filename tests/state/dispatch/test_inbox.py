"""What arrived: kept once, found until it is done, forgotten late."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from isthmus.base.clock import utc_now
from isthmus.engine.database import open_database
from isthmus.state import StateBroken
from isthmus.state.dispatch import Arrival, Inbox, Message, Session
from isthmus.state.dispatch.tables import inbox as table

ODD = "Ünïcødé 🔥 & < > ' \" \\ ` + \u2028"


def arrival(number: int = 1, **more: Any) -> Arrival:
    made = Arrival("autotask", f"hook:{number}", "Tickets.Update", f"Tickets/{number}", b"{}")
    return replace(made, **more)


def numbered(sequence: int, webhook: str = "hook") -> Arrival:
    said = f"{webhook}:{sequence}"
    return arrival(1, message_id=said, webhook=webhook, sequence=sequence)


def test_a_repeat_is_kept_once(inbox: Inbox) -> None:
    (first,) = inbox.keep([arrival()])
    (second,) = inbox.keep([arrival(body=b"other")])
    assert first.is_new
    assert (second.is_new, second.number) == (False, None)
    (kept,) = inbox.search()
    assert (kept.number, kept.body) == (first.number, b"{}")


def test_a_repeat_within_one_batch_is_kept_once(inbox: Inbox) -> None:
    receipts = inbox.keep([arrival(1), arrival(2), arrival(1)])
    assert [receipt.is_new for receipt in receipts] == [True, True, False]
    assert len(inbox.search()) == 2


def test_the_same_words_under_another_id_are_a_repeat_where_no_signature_covers_the_id(
    inbox: Inbox,
) -> None:
    told = arrival(source="fieldnation")
    again, other = replace(told, message_id="x"), replace(told, message_id="y", body=b"[]")
    assert [one.is_new for one in inbox.keep([told, again])] == [True, False]
    assert [one.is_new for one in inbox.keep([again, other])] == [False, True]
    assert [one.message_id for one in inbox.search()] == ["y", told.message_id]
    assert inbox.keep([arrival(1), arrival(2, subject="Tickets/1")])[1].is_new, "its id is signed"


def test_a_repeat_is_looked_for_among_what_came_about_its_subject_alone(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "inbox.sqlite")
    inbox, asked = Inbox.open(engine), list[tuple[str, Any]]()

    def note(_: object, __: object, text: str, values: Any, *___: object) -> None:
        asked.append((text, values))

    event.listen(engine, "before_cursor_execute", note)
    inbox.keep([arrival(source="fieldnation")])
    event.remove(engine, "before_cursor_execute", note)
    (text, values) = next(one for one in asked if one[0].startswith("SELECT") and "body" in one[0])
    with engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all())
    engine.dispose()
    assert "USING INDEX inbox_by_subject (subject=?)" in plan, plan


def test_the_same_id_of_another_source_is_another_message(inbox: Inbox) -> None:
    receipts = inbox.keep([arrival(), arrival(source="fieldnation")])
    assert all(receipt.is_new for receipt in receipts)


def test_nothing_to_keep_is_nothing(inbox: Inbox) -> None:
    assert inbox.keep([]) == ()


def test_numbers_are_in_the_order_of_a_batch(inbox: Inbox) -> None:
    receipts = inbox.keep([arrival(n, message_id=f"{n:05}") for n in range(1_200)])
    numbers = [receipt.number for receipt in receipts]
    assert numbers == sorted(numbers, key=lambda number: number or 0)
    assert len(set(numbers)) == 1_200


def test_what_is_kept_comes_back_as_it_was(inbox: Inbox) -> None:
    body = ODD.encode() * 40_000
    (receipt,) = inbox.keep([arrival(event=ODD, message_id=ODD, body=body)])
    (kept,) = inbox.search()
    assert (kept.number, kept.event, kept.message_id) == (receipt.number, ODD, ODD)
    assert kept.body == body
    assert (kept.key, kept.done_at, kept.outcome) == (None, None, "new")
    assert abs(utc_now() - kept.received_at) < timedelta(minutes=5)
    assert ODD not in repr(replace(kept, event="", message_id=""))


def test_many_at_once_keep_each_message_once(inbox: Inbox) -> None:
    batches = [[arrival(n) for n in range(40)], [arrival(n) for n in reversed(range(40))]] * 4
    gate = threading.Barrier(len(batches))

    def keep(batch: list[Arrival]) -> int:
        gate.wait(30)
        return sum(one.is_new for one in inbox.keep(batch))

    with ThreadPoolExecutor(len(batches)) as threads:
        new = list(threads.map(keep, batches))
    assert sum(new) == 40
    assert len(inbox.search()) == 40


# Gaps


def test_a_number_that_did_not_come_is_missed(inbox: Inbox) -> None:
    receipts = inbox.keep([numbered(5), numbered(6)])
    assert [receipt.missed for receipt in receipts] == [0, 0], "the first one only begins"
    (receipt,) = inbox.keep([numbered(10)])
    assert receipt.missed == 3
    assert inbox.search()[0].missed == 3


def test_a_late_number_and_a_repeat_are_no_gap(inbox: Inbox) -> None:
    inbox.keep([numbered(1), numbered(4)])
    receipts = inbox.keep([numbered(2), numbered(4), numbered(5)])
    assert [receipt.missed for receipt in receipts] == [0, 0, 0]


def test_numbers_that_overtake_one_another_in_a_batch_are_no_gap(inbox: Inbox) -> None:
    receipts = inbox.keep([numbered(3), numbered(1), numbered(2)])
    assert [receipt.missed for receipt in receipts] == [0, 0, 0]
    (receipt,) = inbox.keep([numbered(4)])
    assert receipt.missed == 0


def test_webhooks_count_apart(inbox: Inbox) -> None:
    inbox.keep([numbered(1), numbered(100, "other")])
    receipts = inbox.keep([numbered(102, "other"), numbered(2), arrival(9, webhook="none")])
    assert [receipt.missed for receipt in receipts] == [1, 0, 0]


def test_a_gap_before_an_echo_is_told_all_the_same(inbox: Inbox) -> None:
    told: list[Message] = []
    echoes = [replace(numbered(n), is_echo=True) for n in (1, 2, 5)]
    inbox.keep(echoes, lambda _session, messages: told.extend(messages))
    assert [message.missed for message in told] == [2]
    assert [message.number for message in inbox.unrelayed(9)] == [told[0].number]
    inbox.relayed([told[0].number])
    assert inbox.search()[0].outcome == "echo"


# Handing on


def test_what_is_to_be_done_comes_without_bodies_until_they_are_asked_for(inbox: Inbox) -> None:
    inbox.keep([arrival(number, body=b"{%d}" % number) for number in (1, 2)])
    inbox.assign({message.number: "Tickets/7" for message in inbox.unrelayed(9)})
    heads = inbox.undone("Tickets/7")
    assert [message.body for message in heads] == [b"", b""]
    assert [message.body for message in inbox.with_bodies(heads)] == [b"{1}", b"{2}"]
    assert inbox.with_bodies(()) == ()


def test_of_much_that_waits_the_latest_is_shown_and_the_rest_counted(inbox: Inbox) -> None:
    inbox.keep([arrival(n, source="sync", subject="Tickets/7") for n in range(5)])
    inbox.settle([inbox.undone("Tickets/7")[4].number])
    shown = {most: inbox.latest_undone("Tickets/7", most) for most in (3, 4, 9)}
    assert [one.message_id for one in shown[3][0]] == ["hook:1", "hook:2", "hook:3"]
    assert {most: count for most, (_, count) in shown.items()} == {3: 1, 4: 0, 9: 0}
    assert shown[9][0] == inbox.undone("Tickets/7")
    assert inbox.latest_undone("Tickets/8", 3) == ((), 0)


def test_what_becomes_another_keys_work_is_handed_on_as_that(inbox: Inbox) -> None:
    (receipt,) = inbox.keep([arrival()])
    number = receipt.number or 0
    inbox.assign({number: "WorkOrders/7"})
    inbox.relayed([number])
    inbox.reassign([number], "Tickets/1")
    assert inbox.undone("WorkOrders/7") == ()
    assert [one.number for one in inbox.undone("Tickets/1")] == [number]
    assert [(one.number, one.key) for one in inbox.unrelayed(9)] == [(number, "Tickets/1")]


def test_it_waits_to_be_handed_on_until_it_is(inbox: Inbox) -> None:
    receipts = inbox.keep([arrival(1), arrival(2)])
    first, second = (receipt.number or 0 for receipt in receipts)
    assert inbox.count_unrelayed() == 2
    assert [message.number for message in inbox.unrelayed(1)] == [first]

    inbox.assign({first: "Tickets/1"})
    assert [message.number for message in inbox.unrelayed(9)] == [first, second]
    assert [message.number for message in inbox.undone("Tickets/1")] == [first]

    inbox.relayed([first])
    assert [message.number for message in inbox.unrelayed(9)] == [second]
    assert inbox.undone("Tickets/1")[0].outcome == "work"
    assert inbox.oldest_unrelayed() is not None


def test_what_is_nobodys_is_done(inbox: Inbox) -> None:
    (receipt,) = inbox.keep([arrival()])
    inbox.assign({receipt.number or 0: None})
    inbox.relayed([receipt.number or 0])
    (kept,) = inbox.search()
    assert (kept.key, kept.outcome) == ("", "nobody")
    assert kept.done_at is not None


def test_an_echo_is_kept_and_is_no_work(inbox: Inbox) -> None:
    inbox.keep([arrival(is_echo=True)])
    (kept,) = inbox.search()
    assert (kept.outcome, kept.key) == ("echo", "")
    assert kept.done_at is not None
    assert inbox.unrelayed(9) == ()
    assert inbox.oldest_unrelayed() is None


def test_what_is_broken_is_done_but_still_told(inbox: Inbox) -> None:
    inbox.keep([arrival(is_broken=True)])
    (waiting,) = inbox.unrelayed(9)
    assert waiting.outcome == "broken"
    assert waiting.done_at is not None
    inbox.relayed([waiting.number])
    assert inbox.search()[0].outcome == "broken"


@pytest.mark.parametrize("source", ["sweep", "sync", "person"])
def test_what_isthmus_told_itself_has_its_key_at_once(inbox: Inbox, source: str) -> None:
    inbox.keep([arrival(7, source=source)])
    (kept,) = inbox.undone("Tickets/7")
    assert inbox.unrelayed(9) == (), "whoever told it enqueues it"
    inbox.settle([kept.number])
    assert inbox.count_unrelayed() == 0


def test_what_isthmus_told_itself_is_handed_on_when_nobody_did(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.keep([arrival(7, source="sweep")])
    later = utc_now() + timedelta(minutes=1)
    monkeypatch.setattr("isthmus.state.dispatch.inbox.utc_now", lambda: later)
    assert [message.key for message in inbox.unrelayed(9)] == ["Tickets/7"]


def test_what_is_settled_before_it_is_noted_as_handed_on_stays_settled(inbox: Inbox) -> None:
    (receipt,) = inbox.keep([arrival()])
    number = receipt.number or 0
    inbox.assign({number: "Tickets/1"})
    inbox.settle([number])  # a worker was quick
    inbox.relayed([number])
    assert inbox.search()[0].outcome == "done"
    assert inbox.undone("Tickets/1") == ()


# One transaction


def test_what_else_belongs_to_it_is_given_the_new_messages(inbox: Inbox) -> None:
    inbox.keep([arrival(1)])
    given: list[Message] = []
    receipts = inbox.keep(
        [arrival(1), arrival(2), arrival(3, is_echo=True)],
        lambda _session, messages: given.extend(messages),
    )
    assert [message.number for message in given] == [receipts[1].number]
    assert given[0] == next(one for one in inbox.search() if one.number == given[0].number)


def test_what_else_belongs_to_it_changes_the_same_rows(inbox: Inbox) -> None:
    def assign(session: Session, messages: Sequence[Message]) -> None:
        inbox.assign({message.number: "Tickets/9" for message in messages}, session)
        inbox.relayed([message.number for message in messages], session)

    inbox.keep([arrival(1)], assign)
    (kept,) = inbox.undone("Tickets/9")
    assert kept.outcome == "work"
    assert inbox.count_unrelayed() == 0


def test_where_what_else_belongs_to_it_fails_nothing_is_kept(inbox: Inbox) -> None:
    def fail(session: Session, _messages: Sequence[Message]) -> None:
        session.execute(table.delete())
        raise ZeroDivisionError

    inbox.keep([arrival(1)])
    with pytest.raises(ZeroDivisionError):
        inbox.keep([arrival(2)], fail)
    assert [kept.message_id for kept in inbox.search()] == ["hook:1"]


# Looking and forgetting


def test_it_is_found_by_subject_and_by_key_newest_first(inbox: Inbox) -> None:
    arrivals = (
        arrival(1, source="fieldnation", message_id="a", subject="WorkOrders/77"),
        arrival(1, message_id="b", subject="Tickets/5"),
        arrival(1, message_id="c", subject="Tickets/6"),
    )
    numbers = [inbox.keep([one])[0].number or 0 for one in arrivals]
    inbox.assign({numbers[0]: "Tickets/5", numbers[1]: "Tickets/5"})
    assert [one.message_id for one in inbox.search("Tickets/5")] == ["b", "a"]
    assert [one.message_id for one in inbox.search("WorkOrders/77")] == ["a"]
    assert [one.message_id for one in inbox.search(limit=2)] == ["c", "b"]
    assert [one.message_id for one in inbox.search(before=numbers[1])] == ["a"]


def test_only_what_is_old_and_done_is_forgotten(inbox: Inbox) -> None:
    inbox.keep([arrival(n, is_echo=True) for n in range(2_300)])
    inbox.keep([arrival(5_000), arrival(5_001, is_broken=True)])
    assert inbox.forget(utc_now() - timedelta(hours=1)) == 0
    assert inbox.forget(utc_now() + timedelta(hours=1)) == 2_300
    assert [one.message_id for one in inbox.search()] == ["hook:5001", "hook:5000"]


def test_what_a_column_cannot_hold_is_refused_whole(database: Engine) -> None:
    if database.dialect.name == "sqlite":
        database.dispose()
        return  # it holds texts of any length
    inbox = Inbox.open(database)
    with pytest.raises(StateBroken):
        inbox.keep([arrival(1), arrival(2, message_id="x" * 201)])
    assert inbox.search() == ()
