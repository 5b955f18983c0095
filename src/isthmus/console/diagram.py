"""The joins as a picture: where each table stands, and the lines between them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.reports.paths import Join

WIDE: Final = 118
HIGH: Final = 44
_COLUMN: Final = 144
_ROW: Final = 86
_EDGE: Final = 12
_LONGEST_ALONE: Final = 13
_LONGEST_LINE: Final = 15

_PLACES: Final[Mapping[str, tuple[float, float]]] = {
    "Services": (0, 4.25),
    "ContractMilestones": (0.75, 1.5),
    "ContractRates": (0.75, 2.3),
    "ContractServiceUnits": (1, 3.25),
    "ContractServices": (1.25, 4.5),
    "ContractServiceBundles": (2.5, 4.25),
    "ConfigurationItems": (1.75, 1.5),
    "Contracts": (2.5, 2.75),
    "Invoices": (2.5, 0),
    "Contacts": (3.25, 0.75),
    "Companies": (3, 2),
    "Projects": (3.75, 3.5),
    "Tasks": (4.75, 4.5),
    "TimeEntries": (3.5, 5),
    "Tickets": (4.75, 3.25),
    "ServiceCalls": (4.5, 1),
    "ServiceCallTasks": (5, 0.25),
    "ServiceCallTickets": (4.25, 2),
    "ServiceCallTicketResources": (5.25, 2.45),
    "ServiceCallTaskResources": (5.75, 1.5),
    "Resources": (6, 5),
}
"""Column and row of each table: companies in the middle, each subject on a side of its own."""

SUBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Clients": ("Companies", "Contacts", "ConfigurationItems"),
    "Tickets and time": ("Tickets", "TimeEntries"),
    "Contracts and billing": (
        "Contracts", "ContractMilestones", "ContractRates", "ContractServiceBundles",
        "ContractServices", "ContractServiceUnits", "Services", "Invoices",
    ),
    "Projects": ("Projects", "Tasks"),
    "Service calls": (
        "ServiceCalls", "ServiceCallTasks", "ServiceCallTickets", "ServiceCallTaskResources",
        "ServiceCallTicketResources",
    ),
    "People": ("Resources",),
}  # fmt: skip
"""In the order of the colours."""


@dataclass(frozen=True, slots=True)
class Node:
    """A table: its middle, its name in one or two lines, the colour of its subject."""

    name: str
    x: float
    y: float
    lines: tuple[str, ...]
    colour: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A join: a line from the border of the one to the border of the many."""

    join: Join
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Diagram:
    """The whole picture, and how large it is."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def diagram_of(joins: Sequence[Join]) -> Diagram:
    """Lay the joins out; a table without a place of its own stands in a row below."""
    names = dict.fromkeys(name for join in joins for name in (join.one, join.many))
    strangers = [name for name in names if name not in _PLACES]
    below = {name: (place % 7, 7 + place // 7) for place, name in enumerate(strangers)}
    nodes = {name: _node(name, *(_PLACES.get(name) or below[name])) for name in names}
    edges = tuple(_edge(join, nodes[join.one], nodes[join.many]) for join in joins)
    return Diagram(
        tuple(sorted(nodes.values(), key=lambda node: (node.x, node.y))),
        edges,
        max((node.x for node in nodes.values()), default=0) + WIDE / 2 + _EDGE,
        max((node.y for node in nodes.values()), default=0) + HIGH / 2 + _EDGE,
    )


def _node(name: str, column: float, row: float) -> Node:
    colour = next((n for n, names in enumerate(SUBJECTS.values(), 1) if name in names), 6)
    x, y = _EDGE + WIDE / 2 + column * _COLUMN, _EDGE + HIGH / 2 + row * _ROW
    return Node(name, x, y, broken(name), colour)


def broken(name: str) -> tuple[str, ...]:
    """Break a long name before the last of its words that leaves room for both lines."""
    if len(name) <= _LONGEST_ALONE:
        return (name,)
    places = [place for place in range(1, len(name)) if name[place].isupper()]
    if not places:
        return (name,)
    at = max((one for one in places if one <= _LONGEST_LINE), default=places[0])
    return name[:at], name[at:]


def _edge(join: Join, one: Node, many: Node) -> Edge:
    x1, y1 = border(one, many)
    x2, y2 = border(many, one)
    return Edge(join, x1, y1, x2, y2)


def border(of: Node, toward: Node) -> tuple[float, float]:
    """Return where a line from the middle of a table toward another leaves it."""
    dx, dy = toward.x - of.x, toward.y - of.y
    if not dx and not dy:
        return of.x, of.y
    part = min(
        WIDE / 2 / abs(dx) if dx else float("inf"), HIGH / 2 / abs(dy) if dy else float("inf")
    )
    return round(of.x + part * dx, 1), round(of.y + part * dy, 1)
