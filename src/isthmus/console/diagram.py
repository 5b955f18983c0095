"""The joins as a picture: where each table stands, and the lines between them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
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
    "Products": (0, 5),
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
        "ContractServices", "ContractServiceUnits", "Services", "Products", "Invoices",
    ),
    "Projects": ("Projects", "Tasks"),
    "Service calls": (
        "ServiceCalls", "ServiceCallTasks", "ServiceCallTickets", "ServiceCallTaskResources",
        "ServiceCallTicketResources",
    ),
    "People": ("Resources",),
}  # fmt: skip
"""In the order of the colours."""
OTHERS: Final = "Added"
"""The subject of all other tables, with a colour behind those."""

_ABREAST: Final = 7
_BELOW: Final = 6
"""The first row under all places."""
_APART: Final = 12
"""How far a table keeps from another, and a line from a table, where there is a choice."""


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


def diagram_of(joins: Sequence[Join], names: Sequence[str] = ()) -> Diagram:
    """
    Lay tables and their joins out; a table without a place of its own stands below.

    Args: names: of tables that are shown with or without a join.
    """
    shown = dict.fromkeys((*(name for join in joins for name in (join.one, join.many)), *names))
    nodes = {name: _node(name, *_PLACES[name]) for name in shown if name in _PLACES}
    _add_below(nodes, [name for name in shown if name not in _PLACES], joins)
    edges = tuple(_edge(join, nodes[join.one], nodes[join.many]) for join in joins)
    return Diagram(
        tuple(sorted(nodes.values(), key=lambda node: (node.x, node.y))),
        edges,
        max((node.x for node in nodes.values()), default=0) + WIDE / 2 + _EDGE,
        max((node.y for node in nodes.values()), default=0) + HIGH / 2 + _EDGE,
    )


def _add_below(nodes: dict[str, Node], names: Sequence[str], joins: Sequence[Join]) -> None:
    """Place tables under all others: those with joins first, the rest in rows below them."""
    joined = [name for name in names if any(name in (join.one, join.many) for join in joins)]
    _add_joined(nodes, joined, joins)
    lowest = max((node.y for node in nodes.values()), default=0.0)
    first = max(_BELOW, round((lowest - _EDGE - HIGH / 2) / _ROW) + 1)
    for at, name in enumerate(name for name in names if name not in joined):
        nodes[name] = _node(name, at % _ABREAST, first + at // _ABREAST)


def _add_joined(nodes: dict[str, Node], names: Sequence[str], joins: Sequence[Join]) -> None:
    """Place tables where their lines pass under no other, if there is such a place, and near."""
    edges = [_edge(j, nodes[j.one], nodes[j.many]) for j in joins if {j.one, j.many} <= {*nodes}]
    rows = range(_BELOW, _BELOW + 3 + len(names) // 3)
    spots = [(column / 2, row) for row in rows for column in range(2 * _ABREAST - 1)]
    for name in names:
        mine = [join for join in joins if name in (join.one, join.many)]
        options = []
        for spot in spots:
            node = _node(name, *spot)
            if _is_near(node, nodes.values()):
                continue
            there = nodes | {name: node}
            known = [join for join in mine if {join.one, join.many} <= {*there}]
            lines = [_edge(join, there[join.one], there[join.many]) for join in known]
            options.append((_hidden(there, name, edges, lines), _length(lines), spot, lines))
        _, _, spot, lines = min(options, key=lambda option: option[:3])
        nodes[name] = _node(name, *spot)
        edges += lines


def _is_near(node: Node, others: Iterable[Node]) -> bool:
    return any(
        abs(node.x - one.x) < WIDE + _APART and abs(node.y - one.y) < HIGH + _APART
        for one in others
    )


def _hidden(
    nodes: Mapping[str, Node], name: str, edges: Sequence[Edge], lines: Sequence[Edge]
) -> int:
    """Count how often a table of that name would hide a line, or a line of its own be hidden."""
    over = sum(_is_under(edge, nodes[name]) for edge in edges)
    ends = {name, *(end for line in lines for end in (line.join.one, line.join.many))}
    return over + sum(
        _is_under(line, node) for line in lines for node in nodes.values() if node.name not in ends
    )


def _length(lines: Sequence[Edge]) -> float:
    return sum(hypot(line.x2 - line.x1, line.y2 - line.y1) for line in lines)


def _is_under(edge: Edge, node: Node) -> bool:
    """Tell whether a line passes under a table, or close by it."""
    begin, end = 0.0, 1.0
    for start, by, middle, half in (
        (edge.x1, edge.x2 - edge.x1, node.x, WIDE / 2 + _APART / 2),
        (edge.y1, edge.y2 - edge.y1, node.y, HIGH / 2 + _APART / 2),
    ):
        if not by:
            if abs(start - middle) >= half:
                return False
            continue
        enters, leaves = sorted(((middle - half - start) / by, (middle + half - start) / by))
        begin, end = max(begin, enters), min(end, leaves)
    return begin < end


def _node(name: str, column: float, row: float) -> Node:
    own = (n for n, names in enumerate(SUBJECTS.values(), 1) if name in names)
    colour = next(own, len(SUBJECTS) + 1)
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
