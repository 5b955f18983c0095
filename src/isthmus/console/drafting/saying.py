"""A rule in one sentence, whatever state its draft is in. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from isthmus.console.drafting import conditions, settings
from isthmus.dispatch.rules.nodes import NONE, TEXT, Node, node_of, walk

_RECORDS: Final = {
    "ticket": ("tickets", "ticket"),
    "task": ("project tasks", "task"),
    "serviceCall": ("service calls", "call"),
}
_CARRIED: Final = (("notes", "messages", "notes"), ("files", "files", "files"))
"""A setting, and what it carries to Autotask and from there."""


def in_one_sentence(told: Mapping[str, Any]) -> str:
    """
    Return what a rule does: which records, what becomes of them, what comes back.

    Args: told: its file as plain data, with settings that may make no sense yet. {}: "".
    """
    if not told:
        return ""
    root = settings.shown(told, "root")
    many, one = _RECORDS.get(root, ("records", "record"))
    parts = (
        _becomes(told, many),
        _back(told),
        _out(told),
        _cancelled(told, one),
        _born(told, many),
    )
    sentence = "; ".join(part for part in parts if part)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _becomes(told: Mapping[str, Any], many: str) -> str:
    by = settings.shown(told, "inbound") or "a mapping still to be chosen"
    action = settings.shown(told, "action")
    orders = {"draft": "draft work orders", "publish": "published work orders"}
    made = f"{orders.get(action, 'work orders')} by {by}"
    if action == "route":
        named = settings.shown(told, "providers")
        plural = "providers" if "," in named else "provider"
        made += f", offered to the {plural} {named}" if named else ", offered to nobody yet"
    which = _which(told, "when")
    if not which:
        return f"{many} become {made}, once a condition says which"
    return f"{many} {which} become {made}"


def _which(told: Mapping[str, Any], name: str, whose: str = "whose") -> str:
    """Return a condition so that it goes on after its record; "" for none."""
    node = node_of(told[name]) if name in told else None
    words = conditions.in_words(node)
    if node is None or not words:
        return ""
    return f"{whose} {words}" if _begins_with_a_field(node) else f"for which {words}"


def _begins_with_a_field(node: Node) -> bool:
    """Tell whether all of a condition are rows, and no group of them is turned round."""
    return all(one.kind not in {TEXT, NONE} for _, one in walk(node))


def _back(told: Mapping[str, Any]) -> str:
    outbound = settings.shown(told, "outbound")
    things = [back for name, back, _ in _CARRIED if settings.shown(told, name) in {"in", "both"}]
    if settings.is_on(told, "times"):
        things.append("hours")
    if settings.shown(told, "costs") == "charge":
        things.append("costs")
    if outbound:
        also = f", and {_listed(things)} come back too" if things else ""
        return f"{outbound} writes back what happens to them{also}"
    return f"{_listed(things)} come back, and nothing else" if things else "nothing is written back"


def _out(told: Mapping[str, Any]) -> str:
    things = [out for name, _, out in _CARRIED if settings.shown(told, name) in {"out", "both"}]
    marker = settings.shown(told, "note_marker")
    if "notes" in things and marker:
        things[things.index("notes")] = f"notes that begin with {marker}"
    return f"{_listed(things)} go out to them" if things else ""


def _cancelled(told: Mapping[str, Any], one: str) -> str:
    which = _which(told, "cancel_when", f"once its {one}'s")
    if which.startswith("for"):
        which = f"once its {one} is one {which}"
    return f"an order is cancelled {which}" if which else ""


def _born(told: Mapping[str, Any], many: str) -> str:
    is_on = settings.is_on(told, "creates_tickets") and many == "tickets"
    return "orders born at Field Nation become tickets" if is_on else ""


def _listed(things: Sequence[str]) -> str:
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"
