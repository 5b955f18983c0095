"""What the state remembers of the spool."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from isthmus.state import Extraction, Segment, State

START = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
TICKETS = Extraction("e1", "Tickets", "incremental", START, START + timedelta(hours=1))


def test_an_extraction_is_open_until_it_is_finished(state: State) -> None:
    assert state.open_extraction("Tickets") is None

    state.begin_extraction(TICKETS)
    assert state.open_extraction("Tickets") == TICKETS
    assert state.open_extraction("Companies") is None

    state.finish_extraction("e1")
    assert state.open_extraction("Tickets") is None


def test_an_extraction_of_everything_has_no_window(state: State) -> None:
    whole = Extraction("e2", "Companies", "full", None, START)
    state.begin_extraction(whole)

    assert state.open_extraction("Companies") == whole


def test_times_come_back_in_utc_whatever_zone_they_had(state: State) -> None:
    berlin = timezone(timedelta(hours=2))
    state.begin_extraction(
        Extraction("e1", "Tickets", "incremental", START.astimezone(berlin), START)
    )

    found = state.open_extraction("Tickets")
    assert found is not None
    assert found.window_start == START
    assert found.window_start.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(state: State) -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(Exception, match="without a zone"):
        state.begin_extraction(Extraction("e1", "Tickets", "full", None, naive))


def test_segments_come_back_by_range_and_last_id(state: State) -> None:
    state.begin_extraction(TICKETS)
    upper = Segment("0003.ndjson", 5000, None, 7400, 500, done=False)
    first = Segment("0001.ndjson", 0, 5000, 480, 480, done=False)
    second = Segment("0002.ndjson", 0, 5000, 4990, 500, done=True)
    for segment in (upper, second, first):
        state.save_segment("e1", segment)

    assert state.segments("e1") == (first, second, upper)


def test_a_range_that_ends_without_rows_is_kept_as_well(state: State) -> None:
    state.begin_extraction(TICKETS)
    empty = Segment("0001.ndjson", 0, None, None, 0, done=True)
    state.save_segment("e1", empty)

    assert state.segments("e1") == (empty,)


def test_a_segment_saved_again_is_replaced(state: State) -> None:
    state.begin_extraction(TICKETS)
    state.save_segment("e1", Segment("0001.ndjson", 0, None, 500, 500, done=False))
    narrowed = Segment("0001.ndjson", 0, 900, 500, 500, done=True)
    state.save_segments("e1", [narrowed, Segment("0002.ndjson", 900, None, None, 0, done=False)])

    assert state.segments("e1")[0] == narrowed
    assert len(state.segments("e1")) == 2


def test_ids_beyond_32_bits_are_kept(state: State) -> None:
    state.begin_extraction(TICKETS)
    wide = Segment("0001.ndjson", 2**40, 2**41, 2**41 - 1, 1, done=True)
    state.save_segment("e1", wide)

    assert state.segments("e1") == (wide,)


def test_a_new_extraction_drops_the_unfinished_one_of_its_dataset(state: State) -> None:
    state.begin_extraction(TICKETS)
    state.save_segment("e1", Segment("0001.ndjson", 0, None, 500, 500, done=False))
    companies = Extraction("e9", "Companies", "full", None, START)
    state.begin_extraction(companies)
    fresh = Extraction("e2", "Tickets", "full", None, START)
    state.begin_extraction(fresh)

    assert state.open_extraction("Tickets") == fresh
    assert state.segments("e1") == ()
    assert state.open_extractions() == (companies, fresh)


def test_another_process_sees_what_was_saved(state: State, tmp_path: Path) -> None:
    state.begin_extraction(TICKETS)
    with State.open(state.path) as other:
        other.save_segment("e1", Segment("0001.ndjson", 0, None, 5, 5, done=True))

    assert [segment.rows for segment in state.segments("e1")] == [5]
