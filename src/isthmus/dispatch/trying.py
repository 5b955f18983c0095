"""Mappings and rules that are still being written, tried on real records; nothing is written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from isthmus.autotask import q
from isthmus.autotask.port import Record
from isthmus.base.clock import monotonic, utc_now
from isthmus.dispatch.cross_links import add_links, record_url
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.metadata import read_known
from isthmus.dispatch.preview import NUMBERS, find_record
from isthmus.dispatch.rules import sources
from isthmus.dispatch.rules.catalogue import COMMON
from isthmus.dispatch.rules.changes import to_changes
from isthmus.dispatch.rules.check import check_result
from isthmus.dispatch.rules.known import ROOTS, Known
from isthmus.dispatch.rules.needs import needs
from isthmus.dispatch.rules.nodes import Node, seen
from isthmus.dispatch.rules.occurrences import occurrences
from isthmus.dispatch.rules.orders import to_body
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.rules.shapes import INBOUND, Mapping, Problem
from isthmus.dispatch.scripts.check import check_scripts
from isthmus.dispatch.scripts.translate import translate
from isthmus.dispatch.toward_order import new_link
from isthmus.dispatch.trials import RuleTrial, Suggestion, Trial, asking, things
from isthmus.fieldnation import WorkOrder

_BELIEVED_SECONDS: Final = 120.0
_LISTS_SECONDS: Final = 900.0
_RECENT: Final = timedelta(days=30)
_MOST_FOUND: Final = 12


@dataclass(slots=True)
class Trier:
    """
    Tries definitions at a desk; what it read is believed for a short while.

    Use in one event loop. Errors are those of the two clients, NoSuchRecord and NoRule.
    """

    desk: Desk
    _known: Known = field(default_factory=Known)
    _lists_at: float = float("-inf")
    _forgotten_at: float = float("-inf")
    _records: dict[tuple[str, str], tuple[float, Record]] = field(default_factory=dict)
    _orders: dict[int, tuple[float, WorkOrder]] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    # What both sides have

    async def known(
        self,
        mappings: Sequence[Mapping] = (),
        rules: Sequence[Rule] = (),
        *,
        inside: Sequence[str] = (),
        root: str = "",
    ) -> Known:
        """
        Return what both sides have of what these touch, and of what is often mapped.

        Args: inside: related records to read too, as paths below `root`.
        """
        async with self._lock:
            roots = {one.root for one in mappings} | {one.root for one in rules} | {root}
            asked = [asking(name, COMMON.get(name, ())) for name in sorted(roots & ROOTS.keys())]
            if inside and root in ROOTS:
                asked.append(asking(root, inside))
            desk = self.desk
            company = _Kept(self._known) if self._is_fresh() else desk.orders.company
            read = await read_known(
                desk.records,
                company,  # type: ignore[arg-type]  # has the six lists that are read
                [*mappings, *asked],
                rules,
                age=min(_LISTS_SECONDS, monotonic() - self._forgotten_at),
            )
            if not self._is_fresh():
                self._lists_at = monotonic()
            entities = {**self._known.entities, **read.entities}
            self._known = Known(entities, read.company, read.unread)
            return self._known

    def _is_fresh(self) -> bool:
        return monotonic() - self._lists_at < _LISTS_SECONDS

    def forget(self) -> None:
        """Believe nothing that was read any longer."""
        self._known, self._lists_at = Known(), float("-inf")
        self._forgotten_at = monotonic()
        self._records.clear()
        self._orders.clear()

    # What is wrong

    async def problems_of_mapping(self, mapping: Mapping) -> tuple[Problem, ...]:
        """Return what is wrong with a mapping, as far as what was read lately tells."""
        library = self.desk.library
        users = [one for one in library.rules() if mapping.name in {one.inbound, one.outbound}]
        known = await self.known([mapping], users)
        found = library.problems_of_mapping(mapping, known)
        unread = await self.desk.kept(check_scripts, mapping, self.desk.scripts)
        return tuple(dict.fromkeys((*found, *unread)))

    async def problems_of_rule(self, rule: Rule) -> tuple[Problem, ...]:
        """Return what is wrong with a rule and its mappings, as far as lately read."""
        library = self.desk.library
        used = [one for one in library.mappings() if one.name in {rule.inbound, rule.outbound}]
        return library.problems_of_rule(rule, await self.known(used, [rule]))

    # Records to try on

    async def record(self, root: str, text: str) -> Record:
        """Return a record by number or id, at most two minutes old. Raises: NoSuchRecord."""
        key = (ROOTS[root], text)
        at, found = self._records.get(key, (float("-inf"), None))
        if found is None or monotonic() - at >= _BELIEVED_SECONDS:
            found = await find_record(self.desk, ROOTS[root], text)
            self._records[key] = (monotonic(), found)
        return found

    async def suggestions(self, root: str, text: str) -> tuple[Suggestion, ...]:
        """Return records whose number or title has a text; without one those of late."""
        entity = ROOTS[root]
        links = await self.desk.kept(self.desk.state.links, (), 8, None, entity)
        found = {
            one.record_number or str(one.record_id): Suggestion(
                one.record_number or str(one.record_id), one.title, f"work order {one.state}"
            )
            for one in links
            if not text or text.casefold() in f"{one.record_number} {one.title}".casefold()
        }
        if len(found) < _MOST_FOUND:
            for one in await self._found(entity, text):
                found.setdefault(one.number, one)
        return tuple(found.values())[:_MOST_FOUND]

    async def _found(self, entity: str, text: str) -> list[Suggestion]:
        """Look for records at Autotask: by a text, or those made of late."""
        number = NUMBERS.get(entity)
        if number is None:
            return []
        made = "createDate" if entity == "Tickets" else "createDateTime"
        where: q.Node = q.gte(made, utc_now() - _RECENT)
        if text:
            where = q.or_(q.begins_with(number, text), q.contains("title", text))
        records = await self.desk.records.find(entity, where, limit=_MOST_FOUND)
        return [
            Suggestion(str(one.values.get(number) or one.id), str(one.values.get("title") or ""))
            for one in records
        ]

    async def sample(self, root: str) -> dict[str, Any] | None:
        """Return the work order of the link that changed last, to point at; None: there is none."""
        links = await self.desk.kept(self.desk.state.links, (), 5, None, ROOTS[root])
        number = next((one.work_order_id for one in links if one.work_order_id), None)
        order = None if number is None else await self._order(number)
        return None if order is None else dict(order.raw)

    async def _order(self, number: int) -> WorkOrder | None:
        at, found = self._orders.get(number, (float("-inf"), None))
        if found is None or monotonic() - at >= _BELIEVED_SECONDS:
            found = await self.desk.reader.order(number)
            if found is not None:
                self._orders[number] = (monotonic(), found)
        return found

    # Trying

    async def try_mapping(self, mapping: Mapping, number: str, event: str = "") -> Trial:
        """Show what a mapping makes of a record: the order, or what is written back at an event."""
        record = await self.record(mapping.root, number)
        if mapping.direction == INBOUND:
            return await self._inbound(mapping, record)
        return await self._outbound(mapping, record, event)

    async def _inbound(self, mapping: Mapping, record: Record, rule: Rule | None = None) -> Trial:
        desk = self.desk
        source = await desk.hydrator.document(mapping.root, record, needs(mapping))
        result = await desk.kept(translate, mapping, source, desk.scripts)
        known = await self.known([mapping])
        body, unnamed = to_body(result.document, known.company)
        if rule is not None:
            link = new_link(record, rule, f"{record.entity}/{record.id}")
            body = add_links(body, link, await record_url(desk, record), rule, known.company)
        found = (*result.problems, *check_result(mapping, result, known), *unnamed)
        return Trial(record, result, body, problems=tuple(dict.fromkeys(found)))

    async def _outbound(self, mapping: Mapping, record: Record, event: str) -> Trial:
        desk = self.desk
        link = await desk.kept(desk.state.link_of, f"{record.entity}/{record.id}")
        order = None
        if link is not None and link.work_order_id:
            order = await self._order(link.work_order_id)
        if link is None or order is None:
            lack = "It has no work order yet, so nothing can have happened to one."
            return Trial(record, None, lack=lack, link=link)
        named = list(dict.fromkeys(event for row in mapping.rows for event in row.events))
        happened = {one.event: one for one in occurrences(order, (), frozenset(), utc_now())}
        events = (*[e for e in named if e in happened], *[e for e in named if e not in happened])
        chosen = event if event in events else next(iter(events), "")
        if not chosen:
            lack = "No row names an event, so nothing is ever written back."
            return Trial(record, None, lack=lack, link=link)
        told: dict[str, Any] = {"name": chosen}
        if chosen in happened:
            told["at"] = happened[chosen].at.isoformat()
        source = sources.of_order(order.raw, told, things(chosen, order))
        result = await desk.kept(translate, mapping, source, desk.scripts, event=chosen)
        known = await self.known([mapping])
        changes, misfits = to_changes(result.document, known)
        found = (*result.problems, *check_result(mapping, result, known), *misfits)
        problems = tuple(dict.fromkeys(found))
        return Trial(record, result, changes, chosen, events, problems, link=link)

    async def try_rule(
        self,
        rule: Rule,
        number: str,
        when: Node | None,
        cancel_when: Node | None,
        mapping: Mapping | None,
    ) -> RuleTrial:
        """Show whether a rule wants a record, part by part, and the order it would make of it."""
        desk = self.desk
        record = await self.record(rule.root, number)
        others = [
            one for one in desk.library.rules() if one.root == rule.root and one.name != rule.name
        ]
        needed = sorted({path for one in (rule, *others) for path in paths_needed(one)})
        document = await desk.hydrator.document(rule.root, record, needed)
        parts = {} if when is None else seen(when, document)
        cancels = {} if cancel_when is None else seen(cancel_when, document)
        is_wanted = bool(parts.get("0") and parts["0"].holds)
        winner = decide_rule(
            [*others, replace(rule, is_enabled=True)] if is_wanted else others, document
        )
        trial = None if mapping is None else await self._inbound(mapping, record, rule)
        return RuleTrial(
            record, parts, cancels, is_wanted, "" if winner is None else winner.name, trial
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """The company's lists as they were read lately, asked for as its client is."""

    known: Known

    async def projects(self) -> Any:
        return self.known.company.projects

    async def templates(self) -> Any:
        return self.known.company.templates

    async def types_of_work(self) -> Any:
        return self.known.company.types_of_work

    async def managers(self) -> Any:
        return self.known.company.managers

    async def clients(self) -> Any:
        return self.known.company.clients

    async def custom_fields(self) -> Any:
        return self.known.company.custom_fields
