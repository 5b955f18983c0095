"""Warnings that a later refresh has nothing to say about."""

from datetime import UTC, datetime, timedelta

from isthmus.base.warned import Warned
from isthmus.state.sync import Earlier
from isthmus.sync.lasting import IN_SIGHT, earlier_of, earlier_ones

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODE = Warned("status: code 77 has no label in the field's metadata (3 rows).", ("status 77",))
STRANGE = Warned("Records carry what the field metadata does not name: ['oddOne'].", ("oddone",))
REFUSED = Warned("Deleted Tickets stay in the table. Grant it.", is_looked_at_anew=True)
TEXTS = Warned("Texts: 2 broken character(s) replaced by U+FFFD.")


def after(
    *before: Warned, told: tuple[Warned, ...] = (), named: frozenset[str] = frozenset(),
    is_full: bool = False, later: timedelta = timedelta(hours=1),
) -> list[Warned]:  # fmt: skip
    found = earlier_ones(
        earlier_of(before, "run-1", NOW), told, named=named, is_full=is_full, now=NOW + later
    )
    return [Warned(one.text, one.about) for one in found]


def test_what_is_wrong_with_rows_holds_while_a_refresh_of_changes_is_silent() -> None:
    assert after(CODE, STRANGE, later=IN_SIGHT * 3) == [CODE, STRANGE]


def test_a_full_read_that_is_silent_ends_it() -> None:
    assert after(CODE, STRANGE, is_full=True) == []


def test_metadata_that_names_it_now_ends_it() -> None:
    assert after(CODE, STRANGE, named=frozenset({"status 77", "oddone"})) == []


def test_what_is_told_again_is_not_shown_twice_though_its_count_changed() -> None:
    assert after(CODE, told=(Warned(CODE.text.replace("3 rows", "1 row"), CODE.about),)) == []


def test_what_every_refresh_looks_at_is_gone_when_it_is_not_told() -> None:
    assert after(REFUSED) == []


def test_what_is_of_one_run_alone_stays_in_sight_for_a_week() -> None:
    assert after(TEXTS) == [TEXTS]
    assert after(TEXTS, later=IN_SIGHT) == []


def test_which_run_it_was_is_kept() -> None:
    assert earlier_of((CODE, TEXTS), "run-1", NOW) == (
        Earlier(CODE.text, "run-1", NOW, CODE.about),
        Earlier(TEXTS.text, "run-1", NOW),
    )
