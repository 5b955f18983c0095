"""
Looks at both sides for what no message told: lost webhooks, outages, entities without webhooks.

A sweep enqueues and writes nothing else. What it enqueues carries the state it saw as its message
id, so that the same change is enqueued once however often it is swept.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from isthmus.autotask import q
from isthmus.autotask.port import Record
from isthmus.autotask.spending import Priority, spending
from isthmus.base.clock import utc_now
from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent
from isthmus.base.ids import new_ordered_id
from isthmus.base.log import get_logger
from isthmus.base.observing import Cause, caused
from isthmus.dispatch import outage
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.faults import CREDENTIALS, TITLES, VALIDATION, kind_of, vendor_of
from isthmus.dispatch.gate import Gate
from isthmus.dispatch.handing import hand_on
from isthmus.dispatch.reading import ALL_COLUMNS
from isthmus.dispatch.related import sweep_related
from isthmus.dispatch.rules.condition_shapes import ConditionWrong
from isthmus.dispatch.rules.known import ROOT_OF, ROOTS
from isthmus.dispatch.rules.occurrences import digest, mark_of
from isthmus.dispatch.rules.rule import Rule, decide_rule, paths_needed
from isthmus.dispatch.rules.sources import of_record
from isthmus.dispatch.rules.sweeping import BESIDE, CHANGED, plan_start
from isthmus.dispatch.seen import ACTIVITY, seen_of
from isthmus.dispatch.standing import Standing
from isthmus.dispatch.wanted_again import may_have_another
from isthmus.engine import Again, Done, Outcome, Run
from isthmus.fieldnation import f
from isthmus.state.dispatch import LINKED, STUCK, Arrival, DeadLetter, Link

KIND: Final = "sweep"
AUTOTASK: Final = "autotask"
FIELDNATION: Final = "fieldnation"
STANDING: Final = "standing"
_BATCH: Final = 50
_UNREAD: Final = "definitions unread"
_log = get_logger("dispatch.sweep")


class Sweep:
    """The handler of sweeps; the item's key says of which side."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._gate = Gate(desk)

    async def __call__(self, run: Run) -> Outcome:
        """Sweep one side, or all that stands. Raises: what reading raises; it is tried again."""
        ended = True
        side = AUTOTASK if run.item.key == STANDING else run.item.key
        if side in TITLES and await self._gate.is_shut(side):
            return Done()
        try:
            with spending(Priority.SWEEP), caused(Cause(run.id, f"sweep/{run.item.key}")):
                if run.item.key == STANDING:
                    found, ended = await Standing(self._desk).slice()
                elif run.item.key == AUTOTASK:
                    found = await self.autotask()
                else:
                    found = await self.fieldnation()
        except (NeedsPerson, Permanent) as error:
            if kind_of(error) == CREDENTIALS:
                await self._gate.shut(vendor_of(error), error)
            else:
                await self._bury(run, error)
            return Done()  # the next one is tried at its time all the same
        await self._desk.kept(
            self._desk.state.save_mark, f"swept/{run.item.key}", utc_now().isoformat()
        )
        _log.info("swept", side=run.item.key, found=found)
        if side in TITLES:
            await outage.probe(self._desk)
        if not ended:
            return Again()
        await self._desk.kept(self._desk.state.mark_dead_letters, _letter_of(run), "settled")
        return Done()

    # Autotask

    async def autotask(self) -> int:
        """Look for records that changed; returns how many links are to be looked at."""
        await self._tell_unread()
        found, troubles = 0, list[IsthmusError]()
        rules = self._desk.library.rules()
        linked = await self._desk.kept(self._desk.state.open_entities)
        wanted = {ROOTS[rule.root] for rule in rules} | (linked & CHANGED.keys())
        beside = await self._desk.kept(self._desk.state.references.entities, BESIDE.keys())
        if not wanted:
            return 0
        now = (await self._desk.records.threshold()).server_time
        works = [(entity, self._records) for entity in sorted(wanted)]
        works += [(entity, self._related) for entity in sorted(beside)]
        for entity, work in works:
            try:
                found += await work(entity, now)
            except IsthmusError as error:  # one entity must not keep the others from being swept
                troubles.append(error)
        if troubles:
            raise troubles[0]
        return found

    async def _tell_unread(self) -> None:
        """Have people told of definitions that cannot be read; and no more once they can."""
        state, library = self._desk.state, self._desk.library
        unread = {f"{one.kind}/{one.name}": one for one in library.unread()}
        noted = await self._desk.kept(state.mark, _UNREAD)
        kept: list[str] = json.loads(noted or "[]")
        for key, one in unread.items():
            if key not in kept:
                letter = _letter(key, VALIDATION, one.what, f"{one.kind} {one.name}", one.remedy)
                await self._desk.kept(state.save_dead_letter, letter)
        for key in set(kept) - unread.keys():
            await self._desk.kept(state.mark_dead_letters, key, "settled")
        if sorted(unread) != kept:
            await self._desk.kept(state.save_mark, _UNREAD, json.dumps(sorted(unread)))

    async def _bury(self, run: Run, error: IsthmusError) -> None:
        letter = _letter(_letter_of(run), kind_of(error), error.what, error.where, error.remedy)
        await self._desk.kept(self._desk.state.save_dead_letter, letter)

    async def _related(self, entity: str, now: datetime) -> int:
        return await sweep_related(self._desk, entity, now)

    async def _records(self, entity: str, now: datetime) -> int:
        rules = [one for one in self._desk.library.rules() if ROOTS[one.root] == entity]
        name = f"sweep/{entity}"
        before = await self._desk.kept(self._desk.state.mark, name)
        start = plan_start(None if before is None else datetime.fromisoformat(before), now)
        found, batch = 0, list[Record]()
        async for record in self._desk.records.read(entity, q.gte(CHANGED[entity], start)):
            batch.append(record)
            if len(batch) >= _BATCH:
                found += await self._enqueue(entity, batch, rules)
                batch = []
        found += await self._enqueue(entity, batch, rules)
        await self._desk.kept(self._desk.state.save_mark, name, now.isoformat())
        return found

    async def _enqueue(self, entity: str, batch: list[Record], rules: Sequence[Rule]) -> int:
        ids = [record.id for record in batch]
        links = await self._desk.kept(self._desk.state.links_of_records, entity, ids)
        arrivals: list[Arrival] = []
        for record in batch:
            link = links.get(record.id)
            if link is None or link.work_order_id is None:
                wanted = _may_be_dispatched(record, rules)
            else:
                is_looked_after = link.state in {LINKED, STUCK} or may_have_another(link)
                wanted = is_looked_after and _is_news(link, record)
            if wanted:
                mark = f"{digest(str(record.values.get(CHANGED[entity])))}{seen_of(record)}"
                key = f"{entity}/{record.id}"
                said = f"{key}<{_generation(link)}>{mark}"
                arrivals.append(Arrival("sweep", said, "record+notes", key))
        return await hand_on(self._desk, arrivals)

    # Field Nation

    async def fieldnation(self) -> int:
        """Hold every open link's order against what was last seen; returns how many differ."""
        found, last = 0, ""
        while True:
            links = await self._desk.kept(
                self._desk.state.links_after, last, (LINKED, STUCK), _BATCH
            )
            if not links:
                break
            last = links[-1].id
            found += await self._orders([one for one in links if one.work_order_id is not None])
        return found + await self._born()

    async def _orders(self, links: list[Link]) -> int:
        ids = [link.work_order_id for link in links if link.work_order_id is not None]
        seen = await self._desk.orders.work_orders.by_ids(ids, ALL_COLUMNS)
        arrivals = []
        for link in links:
            order = seen.get(link.work_order_id or 0)
            mark = "gone" if order is None else mark_of(order.raw)
            if mark != link.order_mark:
                said = f"{link.key}<{_generation(link)}>{mark}"
                arrivals.append(Arrival("sweep", said, "order", link.key))
        return await hand_on(self._desk, arrivals)

    async def _born(self) -> int:
        """Look for orders born at Field Nation, where a rule makes records of them."""
        if not any(rule.creates_tickets for rule in self._desk.library.rules()):
            return 0
        today = utc_now().date()
        swept = await self._desk.kept(self._desk.state.mark, f"swept/{FIELDNATION}")
        first = today if swept is None else min(today, datetime.fromisoformat(swept).date())
        days = f.on("created", first - timedelta(days=1), today)
        arrivals = []
        async for order in self._desk.orders.work_orders.list(filters=days):
            key = f"WorkOrders/{order.id}"
            if await self._desk.kept(self._desk.state.link_of_order, order.id) is None:
                arrivals.append(Arrival("sweep", key, "order", key))
        return await hand_on(self._desk, arrivals)


def _letter(key: str, kind: str, what: str, where: str, remedy: str) -> DeadLetter:
    return DeadLetter(f"dl-{new_ordered_id()}", key, kind, what, where, remedy, utc_now())


def _letter_of(run: Run) -> str:
    """Return the key of dead letters about a sweep."""
    return f"{KIND}/{run.item.key}"


def _generation(link: Link | None) -> str:
    """Return what changes with every run on a link: what it left out of step is news again."""
    return "" if link is None or link.updated_at is None else link.updated_at.isoformat()


def _is_news(link: Link, record: Record) -> bool:
    last = str(record.values.get(CHANGED[record.entity]))
    return seen_of(record) != link.record_mark or link.written.get(ACTIVITY) != last


def _may_be_dispatched(record: Record, rules: Sequence[Rule]) -> bool:
    """Tell whether a rule may want a record; what needs other records is decided by the run."""
    if any(paths_needed(rule) for rule in rules):
        return True
    root = ROOT_OF.get(record.entity, "")
    try:
        return decide_rule(rules, {root: of_record(record)}) is not None
    except ConditionWrong:  # its run tells the person who can mend the rule
        return True
