"""What a run of dispatch works with, and what it holds while it works."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, ParamSpec, TypeVar

from isthmus.autotask.port import Records
from isthmus.base.clock import utc_now
from isthmus.base.observing import Seen
from isthmus.dispatch import bodies
from isthmus.dispatch.hydrate import Hydrator, Reads
from isthmus.dispatch.library import Library
from isthmus.dispatch.metadata import Metadata
from isthmus.dispatch.reading import Reader
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.scripts.worker import ScriptWorker
from isthmus.engine import Agenda, Run
from isthmus.fieldnation import FieldNationClient
from isthmus.state.dispatch import DispatchState, Entry, Inbox, Link, Message

P = ParamSpec("P")
T = TypeVar("T")
_REFUSED: Final = 400
_MOST_TRACED: Final = 500


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """
    How dispatch behaves.

    `search_lag`: after a lost answer, how long to wait before looking for what it may have made.
    `most_failures`: of one piece of work in a row, before it becomes a dead letter where waiting
    does not help. `pause`: between looks whether refused credentials are taken again; `patience`:
    how long the work behind them waits where nobody wakes it. `web_url`: the tenant's Autotask
    address for people, for deep links; "": Autotask is asked. `order_url`: the same of Field
    Nation, with a slash.
    """

    search_lag: timedelta = timedelta(seconds=10)
    most_failures: int = 20
    pause: timedelta = timedelta(minutes=1)
    patience: timedelta = timedelta(hours=1)
    web_url: str = ""
    order_url: str = "https://app.fieldnation.com/workorders/"


@dataclass(frozen=True, slots=True)
class Desk:
    """The collaborators of dispatch in one process."""

    state: DispatchState
    inbox: Inbox
    agenda: Agenda
    records: Records
    orders: FieldNationClient
    reader: Reader
    hydrator: Hydrator
    library: Library
    metadata: Metadata
    scripts: ScriptWorker
    threads: ThreadPoolExecutor
    settings: DispatchSettings = field(default_factory=DispatchSettings)

    async def kept(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what blocks, such as a transaction, in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, lambda: work(*args, **kwargs))


@dataclass(slots=True)
class Job:
    """
    One run on one key: what came, what is known, and the lines of the trail still to be written.

    `link` is None while there is none. `instead_of`: the link of an order that is over, which is
    set aside where `link` is saved in its place. `rule` is the link's, None when it is not to be
    found. `parked`: nothing is to be done, and what came is kept. `reads`: what was read beside the
    record.
    """

    run: Run
    key: str
    messages: tuple[Message, ...] = ()
    link: Link | None = None
    instead_of: Link | None = None
    rule: Rule | None = None
    entries: list[Entry] = field(default_factory=list)
    number: str = ""
    calls: int = 0
    parked: bool = False
    reads: Reads = field(default_factory=Reads)

    @property
    def linked(self) -> Link:
        """Return the link, where there surely is one."""
        if self.link is None:
            msg = f"{self.key} has no link"
            raise RuntimeError(msg)
        return self.link

    def tell(self, kind: str, what: str, **detail: object) -> None:
        """Add a line to the trail."""
        link_id = "" if self.link is None else self.link.id
        number = self.number if self.link is None else self.link.record_number or self.number
        self.entries.append(Entry(utc_now(), self.key, kind, what, detail, link_id, number))

    def see(self, call: Seen) -> None:
        """Add a call to the trail, its bodies without secrets and cut where they are long."""
        self.calls += 1
        detail: dict[str, object] = {
            "status": call.status, "ms": call.ms, "bytes": len(call.answered), "run": self.run.id
        }  # fmt: skip
        writes = call.method not in {"GET", "HEAD"} and not _is_question(call.url)
        is_refused = not call.status or call.status >= _REFUSED
        most = bodies.MOST_REFUSED if is_refused else bodies.MOST
        if writes or (is_refused and call.sent):
            detail["sent"] = bodies.kept(call.sent, most)
        if writes or is_refused:  # what was read is in the tables, and not kept twice
            detail["answered"] = bodies.kept(call.answered, most)
        self.tell("call", f"{call.method} {call.url}", **detail)

    def trace(self, mapping: str, traces: Mapping[int, str]) -> None:
        """Add what scripts traced to the trail, a line for each row, and each line once."""
        for row, text in traces.items():
            what = f"Row {row} of {mapping} traced: {bodies.kept(text.encode(), _MOST_TRACED)}"
            if all(entry.what != what for entry in self.entries):
                self.tell("decision", what)

    def changed(self, **values: Any) -> Link:
        """Note that the link is otherwise; it is saved later, with all that belongs to it."""
        self.link = replace(self.linked, **values)
        return self.link

    def take_entries(self) -> tuple[Entry, ...]:
        """Return the lines to be written now."""
        taken, self.entries = tuple(self.entries), []
        return taken

    def wrote(self, now: datetime | None = None) -> None:
        """Note one write of ours, for the breaker."""
        at = utc_now() if now is None else now
        recent = [one for one in self.linked.recent_writes if at - one < timedelta(hours=1)]
        self.changed(recent_writes=(*recent, at)[-200:])


def _is_question(url: str) -> bool:
    return url.endswith(("/query", "/query/count"))


def body_of(message: Message) -> Mapping[str, Any]:
    """Return a message's body where it is a JSON object, else nothing."""
    try:
        found = json.loads(message.body) if message.body else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
