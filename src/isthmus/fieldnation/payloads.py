"""
Bodies the vendor takes, built so that nothing in them is dropped in silence.

Pure; each function returns a piece for `create`, `update` or a `set_` call. A plain dict does as
well. Times without a zone are times on the site's clock, times with one are sent as UTC.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from isthmus.fieldnation.times import either

Amount = Decimal | int
Body = dict[str, Any]


def exact(start: datetime, end: datetime | None = None) -> Body:
    """
    Return the schedule "arrive at this time".

    Source: developer guides; the published description also wants an end, which these leave out.
    """
    return _window("exact", start, end)


def between(start: datetime, end: datetime) -> Body:
    """Return the schedule "arrive within this window"."""
    return _window("between", start, end)


def hours(start: datetime, end: datetime) -> Body:
    """Return the schedule "within these hours on these days", such as 8:00 to 17:00 all week."""
    return _window("hours", start, end)


def _window(mode: str, start: datetime, end: datetime | None) -> Body:
    window = {"mode": mode, "start": either(start)}
    if end is not None:
        window["end"] = either(end)
    return {"service_window": window}


def place(
    *,
    address1: str,
    city: str,
    state: str,
    zip_code: str,
    country: str = "US",
    address2: str = "",
    name: str = "",
) -> Body:
    """
    Return a location by address.

    Args: state, country: two letters; a longer country breaks the vendor's map look-up.
    Source: observed: without `mode` the address is dropped in silence.
    """
    found = {
        "mode": "custom",
        "address1": address1,
        "address2": address2,
        "city": city,
        "state": state,
        "zip": zip_code,
        "country": country,
        "display_name": name,
    }
    return {key: value for key, value in found.items() if value}


def remote() -> Body:
    """Return the location of work that needs no visit."""
    return {"mode": "remote"}


def saved_place(location_id: int) -> Body:
    """Return a location by the id of one saved in the company's account."""
    return {"mode": "location", "saved_location": {"id": location_id}}


def fixed(amount: Amount) -> Body:
    """Return the pay of one sum for the job; in the account's currency."""
    return {"type": "fixed", "base": {"amount": amount, "units": 1}}


def hourly(rate: Amount, most_hours: Amount) -> Body:
    """Return the pay by the hour, up to so many hours."""
    return {"type": "hourly", "base": {"amount": rate, "units": most_hours}}


def per_device(rate: Amount, most_devices: int) -> Body:
    """Return the pay by device, up to so many."""
    return {"type": "device", "base": {"amount": rate, "units": most_devices}}


def blended(amount: Amount, first_hours: Amount, rate: Amount, more_hours: Amount) -> Body:
    """Return the pay of a sum for the first hours and a rate for those after."""
    return {
        "type": "blended",
        "base": {"amount": amount, "units": first_hours},
        "additional": {"amount": rate, "units": more_hours},
    }


def custom_values(values: Mapping[int, object]) -> Body:
    """
    Return values of custom fields by the field's id, for `create`; values travel as text.

    Source: observed: this nesting is what a real client sends at creation.
    """
    rows = [{"id": number, "value": _text(value)} for number, value in values.items()]
    return {"results": [{"results": rows}]}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
