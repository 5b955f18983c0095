"""`isthmus quota`: the calls of the hour, now and before; no call is made for it."""

from datetime import timedelta
from typing import Any

from rich.table import Table

from isthmus.base.clock import utc_now
from isthmus.cli import words
from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.wiring.build import House
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.vendors.quota import QuotaSample, quota_history, quota_now

ROWS = 24
"""Lines of history on a terminal; --json gives all there are."""


def quota(*, hours: int = 24, json: bool = False) -> None:
    """
    Show the calls of the hour as last known, and how they went before.

    Parameters
    ----------
    hours
        How far back; samples are kept for a year.
    json
        Answer with one JSON object.
    """
    if hours < 1:
        raise SettingWrong(
            f"--hours {hours} is no time to look back.",
            where="the options on the command line",
            remedy="Give 1 or more.",
        )
    with machine_told(wanted=json), House.from_environment() as house:
        now = quota_now(house.config)
        most = 2_000 if json else ROWS
        samples = quota_history(house.copying, utc_now() - timedelta(hours=hours), most)
    if json:
        answer_json({"now": _as_json(now), "history": [_as_json(one) for one in samples]})
        return
    say(_now(now))
    if samples:
        say()
        out().print(_table(samples))


def _now(now: QuotaSample) -> str:
    if now.limit is None or now.used is None:
        return "Nothing is known of the calls of the hour yet: isthmus test asks."
    told = (
        f"{now.used:,} of {now.limit:,} calls used in the last hour by all tools together"
        f" ({words.share(now.used, now.limit)})"
    )
    if now.ours is not None:
        told += f", {now.ours:,} of them by Isthmus"
    if now.field_turns is not None:
        told += f". Field Nation: {now.field_turns:,} of {now.field_burst:,} turns free"
    return f"{told}."


def _table(samples: tuple[QuotaSample, ...]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("At", no_wrap=True)
    for title in ("Used", "By Isthmus", "Limit", "Field Nation turns"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in samples:
        table.add_row(
            f"{one.at.astimezone():%Y-%m-%d %H:%M}",
            words.count(one.used),
            words.count(one.ours),
            words.count(one.limit),
            words.count(one.field_turns),
        )
    return table


def _as_json(one: QuotaSample) -> dict[str, Any]:
    return {
        "at": words.instant(one.at),
        "used": one.used,
        "ours": one.ours,
        "limit": one.limit,
        "field_turns": one.field_turns,
        "field_burst": one.field_burst,
    }
