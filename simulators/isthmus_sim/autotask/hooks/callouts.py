"""
The extension callout: one request that names a ticket.

Source: product help as told by integrators for method, format, credentials and filter. The
parameter names and the body were found nowhere: the rule chooses them, or a switch does.
"""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import orjson

from isthmus_sim.autotask.hooks.payload import record_value
from isthmus_sim.autotask.store.rows import decimal_text
from isthmus_sim.autotask.store.state import UDF
from isthmus_sim.base.asked import AdminRefused, keys_of, text

if TYPE_CHECKING:
    from isthmus_sim.autotask.store.state import Row, State
    from isthmus_sim.base.switches import Switches

METHODS = ("GET", "POST")
FORMATS = ("name_value", "json", "xml", "query")
CHOICES = {"method": METHODS, "format": FORMATS, "id_value": ("", "id", "number")}
DEFAULTS = {
    "method": "GET",
    "format": "name_value",
    "id_name": "",
    "id_value": "",
    "user": "",
    "password": "",
    "udf_filter": "",
    "root": "Ticket",
}
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
Call = tuple[str, str, dict[str, str], bytes]  # method, url, headers, body


def check(state: State, given: Any) -> dict[str, Any]:
    """Check a callout and give it whole.

    Raises: AdminRefused.
    """
    if not isinstance(given, dict):
        raise AdminRefused('callout takes an object, for instance {"url": "http://..."}')
    keys_of(given, ("url", "fields", *DEFAULTS))
    whole: dict[str, Any] = {key: text(given, key, default) for key, default in DEFAULTS.items()}
    whole["url"] = text(given, "url")
    whole["method"] = whole["method"].upper()
    parts = urlsplit(whole["url"])
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AdminRefused(f"url takes an http or https URL; got {whole['url']!r}")
    for key, allowed in (
        ("method", METHODS),
        ("format", FORMATS),
        ("id_value", ("", "id", "number")),
    ):
        if whole[key] not in allowed:
            raise AdminRefused(f"{key} is one of {', '.join(allowed)}; got {whole[key]!r}")
    if whole["method"] == "GET" and whole["format"] in ("json", "xml"):
        raise AdminRefused("a GET has no body: format is name_value or query")
    whole["fields"] = _fields(state, given.get("fields", {}))
    names = [n for n in (whole["id_name"], whole["root"], *whole["fields"]) if n]
    if whole["format"] == "xml" and not all(map(_XML_NAME.fullmatch, names)):
        raise AdminRefused("id_name, root and the names of fields must be names of XML elements")
    _check_filter(state, whole["udf_filter"])
    return whole


def render(state: State, switches: Switches, callout: dict[str, Any], ticket: Row) -> Call | None:
    """Make the request for a ticket; None where the filter's user-defined field is empty."""
    if callout["udf_filter"] and not ticket.get(UDF + callout["udf_filter"]):
        return None
    method, url, headers, body = callout["method"], callout["url"], {}, b""
    pairs = _pairs(state, switches, callout, ticket)
    form = callout["format"]
    if method == "GET" or form == "query":
        url += ("&" if urlsplit(url).query else "?") + urlencode(pairs, quote_via=quote)
    elif form == "name_value":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(pairs).encode()
    elif form == "json":
        headers["Content-Type"] = "application/json; charset=utf-8"
        body = orjson.dumps(pairs)
    else:
        headers["Content-Type"] = "text/xml; charset=utf-8"
        body = _xml(callout["root"], pairs)
    if callout["user"] or callout["password"]:
        whole = f"{callout['user']}:{callout['password']}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(whole).decode()
    return method, url, headers, body


def _pairs(
    state: State, switches: Switches, callout: dict[str, Any], ticket: Row
) -> dict[str, Any]:
    name = callout["id_name"] or str(switches["callout_id_name"])
    by_number = (callout["id_value"] or switches["callout_id_value"]) == "number"
    found: dict[str, Any] = {name: ticket["ticketNumber"] if by_number else ticket["id"]}
    for parameter, key in callout["fields"].items():
        found[parameter] = _value(state, key, ticket.get(key))
    return found


def _value(state: State, key: str, value: Any) -> Any:
    if key.startswith(UDF):
        return value
    shown = record_value(state, "Tickets", key, value)
    return shown if shown is None or isinstance(shown, bool | int | str) else decimal_text(value)


def _xml(root: str, pairs: dict[str, Any]) -> bytes:
    inner = "".join(
        f"<{name}>{'' if value is None else html.escape(str(value))}</{name}>"
        for name, value in pairs.items()
    )
    return f'<?xml version="1.0" encoding="utf-8"?><{root}>{inner}</{root}>'.encode()


def _fields(state: State, given: Any) -> dict[str, str]:
    """Map parameter names to keys of a ticket's row."""
    if not isinstance(given, dict):
        raise AdminRefused('fields takes an object: {"parameter": "ticket field"}')
    udfs = {d.name: UDF + d.name for d in state.udf_definitions("Tickets")}
    found = {}
    for parameter, name in given.items():
        field = state.catalog["Tickets"].field(str(name))
        key = field.name if field is not None else udfs.get(str(name))
        if key is None:
            raise AdminRefused(f"fields: Tickets has no field {name!r}")
        found[str(parameter)] = key
    return found


def _check_filter(state: State, name: str) -> None:
    known = [d.name for d in state.udf_definitions("Tickets")]
    if name and name not in known:
        raise AdminRefused(f"udf_filter: there is no ticket field {name!r}; there are: {known}")
