"""Bodies, filters and times: built so that nothing in them is dropped in silence."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from isthmus.fieldnation import TimeUnclear, f, payloads
from isthmus.fieldnation.times import from_wire, local, read_time, same_time, to_wire, utc

START = datetime(2026, 3, 1, 8, 0, tzinfo=timezone(timedelta(hours=-5)))
ON_SITE = datetime(2026, 3, 1, 8, 0)  # noqa: DTZ001 - a time of the site's clock has no zone


def test_a_moment_is_sent_as_utc_without_t_and_z() -> None:
    assert payloads.exact(START) == {
        "service_window": {"mode": "exact", "start": {"utc": "2026-03-01 13:00:00"}}
    }


def test_a_time_of_the_site_is_sent_as_local() -> None:
    window = payloads.between(ON_SITE, ON_SITE + timedelta(hours=2))["service_window"]

    assert window["start"] == {"local": {"date": "2026-03-01", "time": "08:00:00"}}
    assert window["end"] == {"local": {"date": "2026-03-01", "time": "10:00:00"}}
    assert window["mode"] == "between"


def test_hours_have_their_mode() -> None:
    assert payloads.hours(START, START)["service_window"]["mode"] == "hours"


@pytest.mark.parametrize(
    ("built", "mode"),
    [
        (payloads.remote(), "remote"),
        (payloads.saved_place(4), "location"),
        (payloads.place(address1="1 Main", city="X", state="TX", zip_code="02134"), "custom"),
    ],
)
def test_every_location_has_its_mode(built: dict[str, object], mode: str) -> None:
    assert built["mode"] == mode


def test_a_place_leaves_out_what_is_empty_and_keeps_leading_zeros() -> None:
    built = payloads.place(address1="1 Main", city="X", state="TX", zip_code="02134")

    assert "address2" not in built
    assert (built["zip"], built["country"]) == ("02134", "US")


def test_pay_has_its_type_and_units() -> None:
    assert payloads.fixed(Decimal("99.90"))["base"] == {"amount": Decimal("99.90"), "units": 1}
    assert payloads.hourly(50, 3)["base"] == {"amount": 50, "units": 3}
    assert payloads.per_device(10, 4)["type"] == "device"
    assert payloads.blended(100, 2, 40, 3)["additional"] == {"amount": 40, "units": 3}


def test_custom_values_travel_as_text() -> None:
    built = payloads.custom_values({7: 12, 8: "x", 9: None, 10: True})

    assert [row["value"] for row in built["results"][0]["results"]] == ["12", "x", "", "true"]


def test_filters_join() -> None:
    both = f.together(
        f.ids(1, 2),
        f.on("created", date(2026, 1, 1), date(2026, 1, 31)),
        f.on("schedule", date(2026, 1, 1)),
        f.one_of("state", "TX", "CA"),
        f.search("T20260101.0001"),
        f.flag("requests", value=False),
    )

    assert both == {
        "f_work_order_id": "1,2",
        "f_created": "2026-01-01,2026-01-31",
        "f_schedule": "2026-01-01",
        "f_state": "TX,CA",
        "f_search": "T20260101.0001",
        "f_requests": "false",
    }


def test_a_time_without_a_zone_is_no_moment_and_one_with_is_no_time_of_the_site() -> None:
    with pytest.raises(TimeUnclear):
        utc(ON_SITE)
    with pytest.raises(TimeUnclear):
        local(START)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01 13:00:00",
        {"utc": "2026-03-01 13:00:00", "local": {"date": "2026-03-01", "time": "08:00:00"}},
        "2026-03-01T08:00:00-05:00",
        "2026-03-01T13:00:00Z",
        "2026-03-01T13:00:00.000Z",
    ],
)
def test_every_form_of_a_time_is_the_same_moment_in_utc(value: object) -> None:
    found = from_wire(value)

    assert found == START
    assert found is not None
    assert found.tzinfo is UTC
    assert to_wire(found) == "2026-03-01 13:00:00"


@pytest.mark.parametrize("value", [None, "", "  ", {}, {"utc": None}, "0000-00-00 00:00:00", 5])
def test_no_time_is_none(value: object) -> None:
    assert from_wire(value) is None


def test_what_is_no_time_is_told_or_left_out() -> None:
    with pytest.raises(TimeUnclear, match="tomorrow"):
        from_wire("tomorrow")
    assert read_time("tomorrow") is None


def test_times_are_compared_as_times_and_other_texts_are_not() -> None:
    assert same_time("2026-03-01 13:00:00", "2026-03-01T13:00:00Z") is True
    assert same_time("2026-03-01 13:00:00", "2026-03-01 13:00:01") is False
    assert same_time("2026", "2026") is None
