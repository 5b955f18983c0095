"""Turn the picklist data into entries."""

from isthmus_sim.autotask.tenant.picklist_data import PICKLISTS
from isthmus_sim.autotask.tenant.shapes import PicklistEntry


def parse_entry(text: str, order: int) -> PicklistEntry:
    """Parse one `flags code [<parent] label` entry; `_` in a code stands for a blank."""
    code, label = text[1:].split(" ", 1)
    code, _, parent = code.partition("<")
    return PicklistEntry(
        value=code.replace("_", " "),
        label=label,
        is_active=text[0] != "~",
        is_default=text[0] == "*",
        is_system=text[0] == "!",
        sort_order=order,
        parent=parent or None,
    )


def picklists() -> dict[tuple[str, str], list[PicklistEntry]]:
    """Return every picklist of the tenant: (collection, field) -> entries in sort order."""
    found = {}
    for name, line in PICKLISTS.items():
        collection, _, field = name.partition(".")
        entries = [parse_entry(text, n + 1) for n, text in enumerate(line.split("|"))]
        found[collection, field] = entries
    return found
