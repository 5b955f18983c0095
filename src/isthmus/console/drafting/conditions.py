"""A condition as a form: read from it, changed by its buttons, and told in words."""

from typing import Final

from isthmus.console.drafting.forms import Deed, Sent
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.catalogue import spoken
from isthmus.dispatch.rules.condition_shapes import ConditionWrong
from isthmus.dispatch.rules.conditions import OPERATORS, to_text
from isthmus.dispatch.rules.nodes import (
    ALL,
    ANY,
    GROUPS,
    NONE,
    TEST,
    TEXT,
    Node,
    add,
    change,
    part_of,
    walk,
)

WORDS: Final = {
    "is": "is", "is_not": "is not", "in": "is one of", "not_in": "is none of",
    "contains": "contains", "starts_with": "starts with", "ends_with": "ends with",
    "above": "is above", "at_least": "is at least", "below": "is below", "at_most": "is at most",
    "is_empty": "is empty", "is_not_empty": "is not empty",
}  # fmt: skip
GROUP_WORDS: Final = {
    ALL: "all of these hold",
    ANY: "any of these holds",
    NONE: "none of these holds",
}
_JOINTS: Final = {ALL: " and ", ANY: " or ", NONE: " or "}
_SILENT: Final = frozenset({paths.LABEL, paths.LABELS, paths.UDF, paths.UDF_LABELS})
_DEEPEST: Final = 6


def node_from(sent: Sent, name: str, address: str = "0", depth: int = 1) -> Node:
    """Return the condition of a form: `when`, or `cancel_when`. Raises: FormCut."""
    at = f"{name}.{address}"
    if depth > 1:
        sent.insist(f"{at}.kind")
    kind = sent.text(f"{at}.kind")
    if kind == TEXT:
        return Node(TEXT, typed=sent.raw(f"{at}.typed"))
    if kind in GROUPS and depth <= _DEEPEST:
        count = sent.count(f"{at}.n")
        parts = tuple(node_from(sent, name, f"{address}.{n}", depth + 1) for n in range(count))
        return Node(kind, parts)
    operator = sent.text(f"{at}.operator")
    typed = sent.raw(f"{at}.typed")
    known = operator if operator in OPERATORS else "is"
    lines = known in {"in", "not_in"}
    return Node(TEST, (), sent.text(f"{at}.field"), known, typed if lines else typed.strip("\n"))


def done(node: Node, deed: Deed) -> Node:
    """Return a condition after a button was pressed; `about` is the address of a part."""
    address = deed.about or "0"
    if not Deed(deed.name, address).numbers:
        return node
    if deed.name == "test":
        return add(node, address, Node(TEST))
    if deed.name == "group":
        return add(node, address, Node(ANY, (Node(TEST),)))
    if deed.name == "drop":
        return change(node, address, None)
    if deed.name == "text":
        return _as_text(node)
    return Node(ALL) if deed.name == "rows" else node


def _as_text(node: Node) -> Node:
    """Return a condition as one text in CEL; one that cannot be read stays as it is."""
    try:
        condition = part_of(node)
    except ConditionWrong:
        return node
    return Node(TEXT, typed="" if condition is None else to_text(condition))


def is_deepest(address: str) -> bool:
    """Tell whether a group may hold no other groups."""
    return address.count(".") + 2 >= _DEEPEST


def fields_of(node: Node) -> int:
    """Return how many fields a condition takes as a form, at most."""
    return 4 * sum(1 for _ in walk(node))


def is_shown(node: Node, depth: int = 1) -> bool:
    """Tell whether all of a condition can be pointed at: a text may nest groups deeper."""
    if node.kind not in GROUPS:
        return True
    return depth <= _DEEPEST and all(is_shown(one, depth + 1) for one in node.parts)


def in_words(node: Node | None) -> str:
    """Return a condition as a person reads it; "" for none."""
    return "" if node is None or (node.kind in GROUPS and not node.parts) else _words(node, 0)


def _words(node: Node, depth: int) -> str:
    if node.kind == TEXT:
        return " ".join(node.typed.split())
    if node.kind == TEST:
        value = " or ".join(node.typed.splitlines())
        takes = OPERATORS[node.operator].kind != "none"
        return f"{field_words(node.field)} {WORDS[node.operator]}{f' {value}' if takes else ''}"
    told = _JOINTS[node.kind].join(_words(part, depth + 1) for part in node.parts)
    if node.kind == NONE:
        return f"not ({told})"
    return f"({told})" if depth and len(node.parts) > 1 else told


def field_words(path: str) -> str:
    """Return a path as people say it: ticket.company.name is company name."""
    try:
        steps = [str(step) for step in paths.parse(path)]
    except paths.PathWrong:
        return path or "…"
    told = [step for step in steps[1:] if step not in _SILENT] or steps
    return " ".join([*(spoken(step).lower() for step in told[:-1]), _last(told[-1], steps)])


def _last(name: str, steps: list[str]) -> str:
    return name if paths.UDF in steps else spoken(name.removesuffix("ID") or name).lower()


def fields_at(node: Node) -> dict[str, list[str]]:
    """Return by path the addresses of the rows that test it."""
    found: dict[str, list[str]] = {}
    for address, one in walk(node):
        if one.kind == TEST:
            found.setdefault(one.field, []).append(address)
    return found
