"""Other collections of Autotask: added to what a home copies, and removed again."""

from contextlib import aclosing, closing
from dataclasses import dataclass, replace

from isthmus.engine import Agenda
from isthmus.sync.catalog import Dataset, Refresh, dataset_named, others
from isthmus.sync.check import Verdict
from isthmus.sync.scheduling import default_beat, told
from isthmus.sync.titles import title_of
from isthmus.wiring.build import House
from isthmus.wiring.connecting import keep_permissions
from isthmus.wiring.sync.choices import choice_of, dataset_found
from isthmus.wiring.sync.refreshing import beats, set_beat, unset_beat
from isthmus.wiring.tables.listing import listed
from isthmus.wiring.tables.warehouse import open_warehouse
from isthmus.wiring.vendors import waiting


@dataclass(frozen=True, slots=True)
class Addable:
    """A collection of Autotask that is not copied here."""

    name: str
    title: str
    refresh: Refresh


def addable(house: House) -> tuple[Addable, ...]:
    """Return the collections of Autotask that are not copied here, by title. Asks nobody."""
    here = {one.name for one in listed(house.copying.kept(), house.copying.choices())}
    found = []
    for name in others():
        dataset = dataset_named(name)
        if dataset is not None and name not in here:
            found.append(Addable(name, title_of(name), dataset.refresh))
    return tuple(sorted(found, key=lambda one: one.title))


def add(house: House, agenda: Agenda, name: str, by: str) -> str:
    """
    Have another collection copied from now on, or one of the 22 that was not kept.

    Asks Autotask, where it is connected, whether it may be read: about four calls. Blocks; not in
    an event loop. Returns: in sentences what follows. Raises: ChoiceWrong.
    """
    dataset = dataset_found(name)
    seen = ""
    if house.reach() is not None:
        seen = waiting.run(_may_be_read(house, dataset))
    return f"{take_in(house, agenda, name, by)} {seen}".strip()


def take_in(house: House, agenda: Agenda, name: str, by: str) -> str:
    """
    Do the same without asking Autotask: for who syncs next, and hears then what may not be read.

    Returns: in a sentence what follows. Raises: ChoiceWrong.
    """
    dataset = dataset_found(name)
    choice = choice_of(house, dataset.name)
    house.copying.choose(replace(choice, is_kept=True, by=by))
    if dataset.name not in beats(agenda):
        set_beat(agenda, dataset.name, default_beat(dataset))
    beat, _ = beats(agenda)[dataset.name]
    return f"{title_of(dataset.name)}: copied from now on, {told(beat)}."


async def _may_be_read(house: House, dataset: Dataset) -> str:
    async with aclosing(house.check(house.connection(), [dataset])) as found:
        lines = [line async for line in found]
    keep_permissions(house, lines)
    for line in lines:
        if line.subject == dataset.name or line.verdict is Verdict.FAILED:
            detail = f"{line.detail}." if line.detail[-1:] not in ".!?" else line.detail
            return f"{detail[0].upper()}{detail[1:]} {line.remedy}".strip()
    return ""


def remove(house: House, agenda: Agenda, name: str, by: str, *, drop: bool = False) -> str:
    """
    Have a dataset copied no more; returns in sentences what follows.

    Args: drop: its table goes too. Raises: ChoiceWrong; StateBusy, WarehouseBusy: a sync runs.
    """
    dataset = dataset_found(name)
    choice = choice_of(house, dataset.name)
    if drop:
        with house.state.sole_run(), closing(open_warehouse(house.config)) as warehouse:
            warehouse.drop(dataset.name)
    house.copying.choose(replace(choice, is_kept=False, by=by))
    unset_beat(agenda, dataset.name)
    if drop:
        house.copying.forget(dataset.name)
    left = "its table is gone" if drop else "its table stays as it is"
    return f"{title_of(dataset.name)}: no longer copied; {left}."
