"""`isthmus schedule`: when `isthmus serve` refreshes each dataset."""

from datetime import datetime
from typing import Any

from isthmus.cli.screen import answer_json, machine_told, out, say
from isthmus.cli.words import find_datasets, instant
from isthmus.sync.catalog import DATASETS, Dataset
from isthmus.sync.scheduling import Beat, default_beat
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.environment.settings import SettingWrong
from isthmus.wiring.sync.refreshing import (
    beats,
    begin_schedules,
    set_beat,
    unset_beat,
)


def schedule(
    *datasets: str,
    every: int | None = None,
    cron: str | None = None,
    zone: str = "UTC",
    off: bool = False,
    reset: bool = False,
    json: bool = False,
) -> int:
    """
    Show or set when `isthmus serve` refreshes each dataset.

    Parameters
    ----------
    datasets
        Which datasets; none means all.
    every
        Refresh every so many minutes.
    cron
        Refresh by a crontab line of five fields, such as "0 6 * * 1-5".
    zone
        The IANA time zone of the crontab line.
    off
        Do not refresh by itself.
    reset
        As it was in the beginning.
    json
        Answer with one JSON object.
    """
    with machine_told(wanted=json), House.from_environment() as house, Stores.open(house) as stores:
        begin_schedules(stores)
        wanted = find_datasets(datasets) or DATASETS
        if every is not None or cron is not None or off or reset:
            if datasets == ():
                wanted = DATASETS
            _set(stores, wanted, every=every, cron=cron, zone=zone, off=off, reset=reset)
        rows = _rows(stores, wanted)
    if json:
        answer_json({"schedules": rows})
    else:
        _show(rows)
    return 0


def _set(
    stores: Stores, wanted: tuple[Dataset, ...], *, every: int | None, cron: str | None, zone: str,
    off: bool, reset: bool,
) -> None:  # fmt: skip
    if sum((every is not None, cron is not None, off, reset)) != 1:
        raise SettingWrong(
            "--every, --cron, --off and --reset exclude each other.",
            where="the options on the command line",
            remedy="Give one of them.",
        )
    if every is not None and every < 1:
        raise SettingWrong(
            f"--every {every} is no number of minutes.",
            where="the options on the command line",
            remedy="Give 1 or more.",
        )
    for dataset in wanted:
        if off:
            unset_beat(stores.agenda, dataset.name)
        else:
            beat = default_beat(dataset) if reset else Beat(every, cron or "", zone)
            set_beat(stores.agenda, dataset.name, beat)


def _rows(stores: Stores, wanted: tuple[Dataset, ...]) -> list[dict[str, Any]]:
    known = beats(stores.agenda)
    rows = []
    for dataset in wanted:
        beat, following = known.get(dataset.name, (None, None))
        rows.append(
            {
                "dataset": dataset.name,
                "every_minutes": None if beat is None else beat.minutes,
                "cron": None if beat is None or not beat.cron else beat.cron,
                "zone": None if beat is None or not beat.cron else beat.zone,
                "next": instant(following),
            }
        )
    return rows


def _show(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table  # noqa: PLC0415 - not for --help

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("dataset", "refreshed", "next"):
        table.add_column(name)
    for row in rows:
        table.add_row(row["dataset"], _told(row), _when(row["next"]))
    out().print(table)
    say()
    say("isthmus serve keeps these times; what it missed it catches up once.")


def _told(row: dict[str, Any]) -> str:
    if row["cron"]:
        return f"{row['cron']} ({row['zone']})"
    return "not by itself" if row["every_minutes"] is None else f"every {row['every_minutes']} min"


def _when(text: str | None) -> str:
    if text is None:
        return ""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"
