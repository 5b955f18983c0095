"""What is set about one dataset, found by its name."""

import difflib

from isthmus.base.errors import NeedsPerson
from isthmus.state.sync import DatasetChoice
from isthmus.sync.catalog import DATASETS, Dataset, dataset_named, others
from isthmus.wiring.build import House


class ChoiceWrong(NeedsPerson):
    """Something cannot be set as it was asked for; nothing was changed."""


def choice_of(house: House, name: str) -> DatasetChoice:
    """Return what is set about a dataset. Raises: ChoiceWrong: there is no such one."""
    dataset = dataset_found(name)
    return house.copying.choices().get(dataset.name, DatasetChoice(dataset.name))


def dataset_found(name: str) -> Dataset:
    """Return the dataset of that name, in any case. Raises: ChoiceWrong with near names."""
    found = dataset_named(name)
    if found is None:
        known = {one.name.lower(): one.name for one in DATASETS}
        known.update({other.lower(): other for other in others()})
        near = [known[one] for one in difflib.get_close_matches(name.lower(), known, n=2)]
        raise ChoiceWrong(
            f'Autotask has no collection "{name}" that can be copied.',
            where="the name of the dataset",
            remedy=f"Did you mean {' or '.join(near)}?" if near else "isthmus datasets lists all.",
        )
    return found
