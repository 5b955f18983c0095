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
_LONGEST_LINE: Final = 13

_PLACES: Final[Mapping[str, tuple[float, float]]] = {
    "Services": (0, 3.6),
    "ContractMilestones": (1, 0.9),
    "ContractRates": (1, 1.8),
    "ContractServiceUnits": (1, 3),
    "ContractServices": (1, 4.2),
    "ContractServiceBundles": (1, 5.4),
    "ConfigurationItems": (2, 1.4),
    "Contracts": (2, 3),
    "Invoices": (2.5, 0.3),
    "Contacts": (3.5, 0.3),
    "Companies": (3, 2),
    "Projects": (3, 4),
    "Tasks": (3, 5),
    "TimeEntries": (3, 6),
    "Tickets": (4, 3),
    "ServiceCalls": (4, 1),
    "ServiceCallTasks": (5, 0.3),
    "ServiceCallTickets": (5, 2),
    "ServiceCallTicketResources": (5, 3.2),
    "ServiceCallTaskResources": (6, 1),
    "Resources": (5.5, 5),
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
    """Break a name before a capital, as near to its middle as may be, where it is long."""
    if len(name) <= _LONGEST_LINE:
        return (name,)
    places = [place for place in range(1, len(name)) if name[place].isupper()]
    if not places:
        return (name,)
    middle = min(places, key=lambda place: abs(place - len(name) / 2))
    return name[:middle], name[middle:]


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
