"""
What people set in the place of what a mapping makes, for one link.

It holds until the record itself says something else of the field: then the record counts again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from isthmus.dispatch.desk import Desk, Job, body_of
from isthmus.dispatch.rules import paths
from isthmus.state.dispatch import Link

EDIT: Final = "edit"
"""The event of a message by which a person sets fields."""
PREFIX: Final = "edit:"


@dataclass(frozen=True, slots=True)
class Edit:
    """
    One field that a person set. `text` as they wrote it.

    `own` is a hash of what the mapping made of the field then, "" for nothing; None: it was set
    just now, whatever the mapping makes.
    """

    text: str
    by: str
    own: str | None = None


Edits = Mapping[str, Edit]
NONE: Final[Edits] = {}


def edits_on(link: Link | None) -> dict[str, Edit]:
    """Return what people set on a link, by path."""
    if link is None:
        return {}
    return {
        name.removeprefix(PREFIX): Edit(**json.loads(text))
        for name, text in link.written.items()
        if name.startswith(PREFIX) and text
    }


async def edits_for(desk: Desk, job: Job) -> dict[str, Edit]:
    """Return the same with what messages say that are still to be taken into account."""
    found = edits_on(job.link)
    asked = [one for one in job.messages if one.event == EDIT]
    for message in await desk.kept(desk.inbox.with_bodies, asked) if asked else ():
        body = body_of(message)
        for path, text in (body.get("values") or {}).items():
            found[paths.spell(paths.parse(path))] = Edit(str(text), str(body.get("by", "")))
    return found


def still_meant(edits: Edits, own: Mapping[str, str]) -> dict[str, Edit]:
    """Return those that count still, each with what the mapping makes of its field now."""
    return {
        path: Edit(one.text, one.by, own.get(path, ""))
        for path, one in edits.items()
        if one.own is None or one.own == own.get(path, "")
    }


def written_down(link: Link, edits: Edits) -> dict[str, str]:
    """Return what a link notes as written, with these edits and no others."""
    rest = {name: text for name, text in link.written.items() if not name.startswith(PREFIX)}
    return {**rest, **{f"{PREFIX}{path}": json.dumps(asdict(one)) for path, one in edits.items()}}
