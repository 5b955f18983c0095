"""Dates from one format and zone into another."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.dispatch.rules.dates import add_day, convert_date, place_on_clock, zone
from isthmus.dispatch.rules.moment_reading import read_moment
from isthmus.dispatch.rules.moment_writing import WRITERS, format_moment
from isthmus.dispatch.rules.values import Unfit

NEW_YORK = "America/New_York"
MOMENTS = st.integers(366 * 86_400_000_000, 4_102_444_800_000_000).map(
    lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)
# From moment's documentation and its own results for this moment.
AT = datetime(2026, 3, 9, 4, 5, 6, 789000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("YYYY-MM-DD HH:mm:ss", "2026-03-09 04:05:06"),
        ("dddd, MMMM Do YYYY, h:mm:ss a", "Monday, March 9th 2026, 4:05:06 am"),
        ("ddd, hA", "Mon, 4AM"),
        ("[Today is] dddd", "Today is Monday"),
        ("X x", "1773029106 1773029106789"),
        ("YY M D H m s S SS SSS SSSSSS", "26 3 9 4 5 6 7 78 789 789000"),
        ("DDD DDDD DDDo Q Qo", "68 068 68th 1 1st"),
        ("W WW Wo GGGG E", "11 11 11th 2026 1"),
        ("w gggg d do dd", "11 2026 1 1st Mo"),
        ("k kk Z ZZ z", "4 04 +00:00 +0000 UTC"),
        ("L LT LTS LL lll", "03/09/2026 4:05 AM 4:05:06 AM March 9, 2026 Mar 9, 2026 4:05 AM"),
        ("YYYY-MM-DDTHH:mm:ss.SSS[Z]", "2026-03-09T04:05:06.789Z"),
    ],
)
def test_each_token_is_written_as_moment_writes_it(pattern: str, text: str) -> None:
    assert format_moment(AT, pattern) == text


def test_the_last_days_of_a_year_belong_to_the_first_american_week_of_the_next() -> None:
    # moment: 2026-12-27 is a Sunday; the week with 1 January 2027 in it is week 1 of 2027.
    assert format_moment(datetime(2026, 12, 26, tzinfo=UTC), "gggg w") == "2026 52"
    assert format_moment(datetime(2026, 12, 27, tzinfo=UTC), "gggg w") == "2027 1"
    assert format_moment(datetime(2028, 12, 31, tzinfo=UTC), "gggg w") == "2029 1"
    assert format_moment(datetime(2022, 12, 31, tzinfo=UTC), "gggg w") == "2022 53"


@pytest.mark.parametrize(
    ("text", "pattern", "iso"),
    [
        ("03/09/2026 4:05 pm", "MM/DD/YYYY h:mm a", "2026-03-09T16:05:00"),
        ("12:00 AM 9 Mar 26", "h:mm A D MMM YY", "2026-03-09T00:00:00"),
        ("9th March 2026", "Do MMMM YYYY", "2026-03-09T00:00:00"),
        ("2026-068", "YYYY-DDDD", "2026-03-09T00:00:00"),
        ("2026-03-09T04:05:06.789+02:00", "YYYY-MM-DDTHH:mm:ss.SSSZ", "2026-03-09T02:05:06.789"),
        ("1773029106", "X", "2026-03-09T04:05:06"),
        ("1773029106789", "x", "2026-03-09T04:05:06.789"),
        ("24 2026-03-09", "kk YYYY-MM-DD", "2026-03-09T00:00:00"),
        ("Monday 2026-03-09", "dddd YYYY-MM-DD", "2026-03-09T00:00:00"),
    ],
)
def test_each_token_is_read_back(text: str, pattern: str, iso: str) -> None:
    found = read_moment(text, pattern).moment
    found = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    assert found.isoformat(timespec="auto").removesuffix("000") == iso


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("2026-02-30", "YYYY-MM-DD"), ("2026-03-09x", "YYYY-MM-DD"), ("13:00 pm", "h:mm a"),
     ("Tuesday 2026-03-09", "dddd YYYY-MM-DD"), ("2026", "w"), ("9 9", "D D"), ("04:05", "HH:mm"),
     ("366 2026", "DDD YYYY"), ("000 2026", "DDDD YYYY"), ("+99:99 2026", "Z YYYY"), ("", "YYYY"),
     ("9" * 13, "X"), ("a" * 300, "[a]"), ("x", "[x]")],
)  # fmt: skip
def test_what_is_no_such_date_is_refused_with_a_remedy(text: str, pattern: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_moment(text, pattern)
    assert refused.value.remedy


@given(MOMENTS, st.sampled_from(["YYYY-MM-DD HH:mm:ss.SSSSSS", "dddd Do MMMM YYYY h:mm:ss.SSSSSS a",
                                 "DDDD YYYY kk:mm:ss.SSSSSS"]))  # fmt: skip
def test_a_date_written_and_read_back_is_the_same(moment: datetime, pattern: str) -> None:
    read = read_moment(format_moment(moment, pattern), pattern).moment
    assert read == moment.replace(tzinfo=None)


@given(MOMENTS)
def test_counts_of_seconds_and_milliseconds_come_back(moment: datetime) -> None:
    assert read_moment(format_moment(moment, "X"), "X").moment == moment.replace(microsecond=0)
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert read_moment(format_moment(moment, "x"), "x").moment == cut


def test_every_token_writes_something() -> None:
    assert all(writer(AT) for writer in WRITERS.values())


def test_a_zone_is_applied_on_both_sides() -> None:
    told = convert_date("2026-07-01 09:30", "YYYY-MM-DD HH:mm", "X", NEW_YORK, "UTC")
    assert told.text == str(int(datetime(2026, 7, 1, 13, 30, tzinfo=UTC).timestamp()))
    told = convert_date("2026-07-01T13:30:00Z", "", "MM/DD/YYYY hh:mm A z", "", NEW_YORK)
    assert told.text == "07/01/2026 09:30 AM EDT"


def test_a_zone_that_the_text_names_wins_over_the_rows() -> None:
    assert convert_date("2026-07-01T13:30:00+02:00", timezone_in=NEW_YORK).text == (
        "2026-07-01T11:30:00.000Z"
    )


def test_a_time_that_a_clock_change_skips_is_moved_on_and_told() -> None:
    told = convert_date("2026-03-08 02:30", "YYYY-MM-DD HH:mm", "HH:mm", NEW_YORK, NEW_YORK)
    assert told.text == "03:30"
    assert "does not exist in America/New_York" in told.note


def test_a_time_that_comes_twice_is_the_first_and_told() -> None:
    told = convert_date("2026-11-01 01:30", "YYYY-MM-DD HH:mm", "HH:mm Z", NEW_YORK, NEW_YORK)
    assert told.text == "01:30 -04:00"
    assert "comes twice" in told.note


@given(MOMENTS, st.sampled_from([NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]))
def test_a_time_of_a_clock_is_found_again_unless_it_is_told(moment: datetime, name: str) -> None:
    local = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None, fold=0)
    found, note = place_on_clock(local, zone(name))
    assert found == moment or (note and abs(found - moment) <= timedelta(hours=2))


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "/etc/passwd", "\0", "posix"])
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(Unfit, match="no time zone"):
        convert_date("2026-01-01", timezone_in=name)


@pytest.mark.parametrize(
    ("text", "pattern", "later"),
    [("2026-02-28", "", "2026-03-01"), ("2026-12-31T10:00:00Z", "", "2027-01-01T10:00:00Z"),
     ("2026-12-31 10:00:00", "", "2027-01-01 10:00:00"), ("12/31/2026", "MM/DD/YYYY", "01/01/2027"),
     ("86400", "X", "172800")],
)  # fmt: skip
def test_a_day_is_added_in_the_form_the_date_came_in(text: str, pattern: str, later: str) -> None:
    assert add_day(text, pattern) == later


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_and_no_format_raises_anything_but_a_refusal(text: str, pattern: str) -> None:
    for call in (lambda: convert_date(text, pattern, pattern), lambda: add_day(text, pattern)):
        try:
            call()
        except Unfit:
            continue
