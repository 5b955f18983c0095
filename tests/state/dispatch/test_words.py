"""Texts of records that no database takes as they are."""

from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state.dispatch import LINKED, DeadLetter, DispatchState, Entry, Link

ODD = "Printer\x00offline \ud83d é 🛠"
KEPT = "Printeroffline ? é 🛠"


def test_a_record_with_odd_characters_is_kept_without_them(database: Engine) -> None:
    state = DispatchState.open(database)
    link = Link(
        id="isth-1", key="Tickets/1", entity="Tickets", record_id=1, record_number="T1",
        title=ODD, rule="r", state=LINKED, waits_for=ODD,
    )  # fmt: skip
    letter = DeadLetter(
        id="dl-1", key=link.key, kind="validation", what=ODD, where=ODD, remedy=ODD, at=utc_now(),
        tries=1,
    )  # fmt: skip
    entry = Entry(utc_now(), link.key, "call", ODD, {"sent": ODD}, link.id, "T1")
    state.save_link(link, entries=(entry,), letter=letter)
    kept = state.link("isth-1")
    assert kept is not None
    assert (kept.title, kept.waits_for) == (KEPT, KEPT)
    (told,) = state.dead_letters()
    assert (told.what, told.where, told.remedy) == (KEPT, KEPT, KEPT)
    (line,) = state.entries("T1")
    assert line.what == KEPT
