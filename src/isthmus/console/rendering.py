"""Draws pages: the templates, and how figures, times and texts are written in them."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from isthmus.base.clock import utc_now
from isthmus.console import words
from isthmus.console.twins import advice

STATIC: Final = Path(__file__).parent / "static"
_NO_ZONE: Final = "UTC"
_IN_UTC: Final = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?) UTC\b")


@dataclass(frozen=True, slots=True)
class Look:
    """How who asks wants to see things: `zone` of his clock, `theme` auto, light or dark."""

    zone: str = _NO_ZONE
    theme: str = "auto"

    @property
    def clock(self) -> ZoneInfo:
        """Return the zone; UTC where the name is none that is known here."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(_NO_ZONE)


@cache
def static_stamp() -> str:
    """Return what the static files are worth: their addresses change when they do."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def compile_all() -> None:
    """Compile every template, which takes a second of work, so that nobody's first look waits."""
    for name in _environment().list_templates(["html"]):
        _environment().get_template(name)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("isthmus.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": words.number,
        "size": words.size,
        "share": words.share,
        "lasting": words.lasting,
        "data": data,
        "plural": words.plural,
        "advice": _advice,
        "in_zone": in_zone,
    }
    return made


def render(template: str, look: Look, *, said: str = "", **values: Any) -> str:
    """
    Draw a template.

    Every template also has `now`, `static` (makes the address of a file of ours), `time`
    (writes a time) and `said` (a tone and a sentence to show once).
    """
    now = utc_now()
    zone = look.clock
    tone, _, sentence = unquote(said).partition(":")
    return (
        _environment()
        .get_template(template)
        .render(
            now=now,
            said=(tone if tone in {"good", "warn"} else "good", sentence),
            static=lambda path: f"/static/{static_stamp()}/{path}",
            time=lambda at, form="ago": _time(at, now, zone, form),
            **values,
        )
    )


def _time(at: datetime | None, now: datetime, zone: ZoneInfo, form: str) -> Markup:
    """Write a time: `ago` how long since or until, `clock` day and time, `day` the day."""
    if at is None:
        return Markup('<span class="none">never</span>')
    there = at.astimezone(zone)
    whole = words.moment(there)
    shown = {
        "ago": lambda: words.ago(at, now),
        "clock": lambda: words.moment(there, now.astimezone(zone)),
        "day": lambda: f"{there:%-d %b %Y}",
        "second": lambda: f"{there:%H:%M:%S}",
    }[form]()
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return Markup(  # noqa: S704 - times and zones alone, and a page may have a thousand of them
        f'<time datetime="{moment}" data-form="{form}" title="{whole}">{shown}</time>'
    )


@pass_context
def in_zone(context: Context, text: str) -> Markup:
    """Write a text that is for the command line and the log too: its times in the viewer's zone."""

    def moment(found: re.Match[str]) -> str:
        try:
            at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
        except ValueError:  # no day or time of any calendar
            return found[0]
        return str(context["time"](at, "clock"))

    return Markup(_IN_UTC.sub(moment, escape(text)))  # noqa: S704 - escaped, but for the times


@pass_context
def _advice(context: Context, text: str) -> Markup:
    return in_zone(context, advice(text))


def data(value: Any) -> Markup:
    """
    Write a value as JSON that may stand inside a script element of type application/json.

    Raises: ValueError: a figure in it is infinite or not a number, which no browser reads.
    """

    def plain(other: Any) -> Any:
        if isinstance(other, datetime):
            return other.timestamp()
        if isinstance(other, timedelta):
            return other.total_seconds()
        return str(other) if not hasattr(other, "__float__") else float(other)

    text = json.dumps(value, default=plain, ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 - every sign that HTML knows is escaped
