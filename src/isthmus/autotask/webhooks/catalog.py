"""
The five entities that Autotask has webhooks for, as data.

Source: vendor help on webhooks and the vendor's API description (June 2026); nothing is offered
for tasks, projects, service calls or time entries, which are polled.
"""

from dataclasses import dataclass
from typing import Final

from isthmus.autotask.metadata.names import collection_of
from isthmus.autotask.webhooks.errors import WantedWrong


@dataclass(frozen=True, slots=True)
class Subject:
    """
    An entity with webhooks, and the collections its webhooks are kept in.

    `udf_fields` is None where the vendor offers none.
    """

    entity: str
    webhooks: str
    fields: str
    udf_fields: str | None
    excluded: str


def _subject(entity: str, singular: str, *, udfs: bool = True) -> Subject:
    start = f"{singular}Webhook"
    return Subject(
        entity=entity,
        webhooks=f"{start}s",
        fields=f"{start}Fields",
        udf_fields=f"{start}UdfFields" if udfs else None,
        excluded=f"{start}ExcludedResources",
    )


SUBJECTS: Final = (
    _subject("Companies", "Company"),
    _subject("Contacts", "Contact"),
    _subject("ConfigurationItems", "ConfigurationItem"),
    _subject("Tickets", "Ticket"),
    _subject("TicketNotes", "TicketNote", udfs=False),
)
ENTITIES: Final = tuple(subject.entity for subject in SUBJECTS)
_BY_ENTITY: Final = {subject.entity.casefold(): subject for subject in SUBJECTS}


def subject_of(entity: str) -> Subject:
    """Return what stands in the catalogue for a REST collection. Raises: WantedWrong."""
    found = _BY_ENTITY.get(entity.casefold())
    if found is None:
        raise WantedWrong(
            f"Autotask has no webhooks for {entity!r}",
            where="webhooks",
            remedy=f"It has them for {', '.join(ENTITIES)}. Everything else is polled.",
        )
    return found


def entity_of_payload(name: str) -> str | None:
    """
    Return the REST collection that a payload's entity type means; None for an unknown one.

    Live payloads say "Ticket" and "Account", the legacy names; collection names are taken too.
    """
    folded = name.strip().casefold()
    if folded not in _BY_ENTITY:
        folded = (collection_of(name) or "").casefold()
    return _BY_ENTITY[folded].entity if folded in _BY_ENTITY else None
