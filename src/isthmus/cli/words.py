"""Numbers, spans of time and names, as people read them."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from isthmus.sync.catalog import DATASETS, Dataset, dataset_named, others
from isthmus.wiring.environment.settings import SettingWrong


def one_line(text: object) -> str:
    """Write what others wrote on one line, and without signs that would steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in " ".join(str(text).split()))


def count(number: int | None) -> str:
    """Write a number with separators; nothing for None."""
    return "" if number is None else f"{number:,}"


def plural(number: int, noun: str) -> str:
    """Write a number with its noun, which takes an s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """Write a part of a whole in percent."""
    return f"{100 * part / whole:.0f} %" if whole else ""


def span(seconds: float) -> str:
    """Write how long something takes: 0.4 s, 12 s, 3 min 20 s, 2 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def ago(then: datetime | None, now: datetime) -> str:
    """Write how long ago something was; nothing for None."""
    if then is None:
        return ""
    passed = now - then
    if passed < timedelta(seconds=5):
        return "just now"
    if passed < timedelta(days=2):
        return f"{_coarse(passed.total_seconds())} ago"
    return f"{passed.days} days ago"


def _coarse(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min"
    return f"{seconds // 3600:.0f} h"


def waiting(seconds: float, used: int, limit: int, now: datetime) -> str:
    """Say that the hour's calls are used up, and when it goes on, on the wall clock here."""
    then = (now + timedelta(seconds=seconds)).astimezone()
    shown = f"{used:,} of {limit:,} used" if limit else "all are used"
    return f"waiting for quota: {shown}; calls come free about {then:%H:%M}"


def instant(then: datetime | None) -> str | None:
    """Write an instant for machines: ISO 8601, UTC."""
    return None if then is None else then.isoformat()


def find_datasets(names: Iterable[str]) -> tuple[Dataset, ...]:
    """
    Return the datasets of these names, whatever their case, in the order of the catalogue.

    Without a name, none. Raises: SettingWrong: no such dataset; near misses are told.
    """
    wanted = {dataset.name: dataset for dataset in map(_find, names)}
    listed = [dataset for dataset in DATASETS if dataset.name in wanted]
    return (*listed, *(d for name, d in sorted(wanted.items()) if d not in listed))


def _find(name: str) -> Dataset:
    found = dataset_named(name)
    if found is not None:
        return found
    known = {dataset.name.lower(): dataset.name for dataset in DATASETS}
    known.update({other.lower(): other for other in others()})
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    raise SettingWrong(
        f'There is no dataset "{name}".',
        where="the names on the command line",
        remedy=_suggest([known[key] for key in near]),
    )


def _suggest(near: Sequence[str]) -> str:
    listed = "isthmus datasets lists all."
    return f"Did you mean {' or '.join(near)}? {listed}" if near else listed
