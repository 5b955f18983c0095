"""What any process may look up: one item, and who is alive."""

from datetime import timedelta
from pathlib import Path

from isthmus.base.clock import utc_now
from isthmus.engine import Agenda
from isthmus.engine.roll import proof_of_life


def test_an_item_is_found_while_it_waits_and_while_it_runs(tmp_path: Path) -> None:
    agenda = Agenda.open(tmp_path / "engine.db")
    later = utc_now() + timedelta(hours=1)
    agenda.enqueue("link", "Tickets/1", not_before=later)
    agenda.enqueue("link", "Tickets/2")
    agenda.claim("me", {"link": 1}, 1)

    waiting, running = agenda.find("link", "Tickets/1"), agenda.find("link", "Tickets/2")
    assert waiting is not None
    assert running is not None
    assert (waiting.due_at, waiting.running) == (later, False)
    assert (running.due_at, running.running) == (None, True)
    assert agenda.find("link", "Tickets/3") is None
    assert agenda.find("sweep", "Tickets/1") is None


def test_a_worker_lives_as_long_as_it_holds_its_lock_and_stays_on_the_roll(tmp_path: Path) -> None:
    file = tmp_path / "engine.db"
    agenda = Agenda.open(file)
    agenda.enter("killed")
    with proof_of_life(file, "here"):
        agenda.enter("here")
        assert [sign.worker for sign in agenda.alive()] == ["here"]
        agenda.leave("here")
        assert agenda.alive() == ()
    assert agenda.alive() == ()
