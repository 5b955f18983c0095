"""The one class that speaks to the tables of dispatch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final, Self

from sqlalchemy import Connection as Session
from sqlalchemy import Engine

from isthmus.state.dispatch import dead_letters, intents, links, noted, trail
from isthmus.state.dispatch.later import bring_up
from isthmus.state.dispatch.lookout import Lookout
from isthmus.state.dispatch.references import References
from isthmus.state.dispatch.searching import TrailFilter
from isthmus.state.dispatch.session import make_tables, reading, writing
from isthmus.state.dispatch.shapes import DeadLetter, Entry, Intent, Link
from isthmus.state.dispatch.tables import VERSION, metadata, version

_UNSAVED: Sequence[Entry] = ()
_ASKS: Final = "letter asks/"


class DispatchState:
    """
    Links, intents, the audit trail, dead letters and marks.

    Safe to use from several threads and processes. Every method that changes something is one
    transaction, on disk when it returns. Blocks.
    Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.references = References(engine)
        self.lookout = Lookout(engine)

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over an engine, and make the tables where there are none."""
        make_tables(engine, metadata, version, VERSION)
        bring_up(engine)
        References.open(engine)
        return cls(engine)

    @contextmanager
    def together(self) -> Iterator[Session]:
        """Give a transaction for statements that belong together."""
        with writing(self.engine) as session:
            yield session

    # Links

    def link_of(self, key: str) -> Link | None:
        """Return the link of a record."""
        with reading(self.engine) as session:
            return links.by_key(session, key)

    def link_of_order(self, work_order_id: int) -> Link | None:
        """Return the link of a work order."""
        with reading(self.engine) as session:
            return links.by_order(session, work_order_id)

    def link(self, link_id: str) -> Link | None:
        """Return a link by its correlation id."""
        with reading(self.engine) as session:
            return links.by_id(session, link_id)

    def find_links(self, text: str) -> tuple[Link, ...]:
        """Return the links a person may mean by a number, key or id."""
        with reading(self.engine) as session:
            return links.find(session, text)

    def links(
        self,
        states: Sequence[str] = (),
        limit: int = 100,
        before: datetime | None = None,
        entity: str = "",
    ) -> tuple[Link, ...]:
        """Return links of these states, or of all, the one changed last first."""
        with reading(self.engine) as session:
            return links.listed(session, states, limit, before, entity)

    def links_after(
        self, last_id: str, states: Sequence[str], limit: int = 200
    ) -> tuple[Link, ...]:
        """Return links by ascending id, to go through all of them."""
        with reading(self.engine) as session:
            return links.after(session, last_id, states, limit)

    def links_of_records(self, entity: str, ids: Sequence[int]) -> dict[int, Link]:
        """Return the links of some records, by record id."""
        with reading(self.engine) as session:
            return links.of_records(session, entity, ids)

    def open_entities(self) -> frozenset[str]:
        """Return of which entities there are links that are not closed."""
        with reading(self.engine) as session:
            return links.open_entities(session)

    def link_counts(self) -> dict[str, int]:
        """Return how many links there are of each state."""
        with reading(self.engine) as session:
            return links.counts(session)

    def save_link(
        self,
        link: Link,
        *,
        done: Sequence[Intent] = (),
        entries: Sequence[Entry] = _UNSAVED,
        letter: DeadLetter | None = None,
        settled: bool = False,
        may_resume: bool = False,
        instead_of: Link | None = None,
        then: Callable[[Session], None] | None = None,
    ) -> Link:
        """
        Save a link with what belongs to the same moment.

        One that a person parked meanwhile stays so, unless the caller `may_resume` it.
        Args: done: intents to save. letter: why it is stuck. settled: its open dead letters are.
        instead_of: the link of the same record that is over; it is kept under a key of its own.
        then: more in the same transaction, such as asking for another run.
        """
        with writing(self.engine) as session:
            if instead_of is not None:
                aside = replace(instead_of, key=f"{instead_of.key}#{instead_of.id}")
                links.save(session, aside, may_resume=True)
            kept = links.save(session, link, may_resume=may_resume)
            for intent in done:
                intents.save(session, intent)
            trail.add(session, entries)
            if letter is not None:
                dead_letters.save(session, letter)
            if settled:
                dead_letters.mark(session, link.key, dead_letters.SETTLED)
            if then is not None:
                then(session)
        return kept

    def set_state(
        self, link_id: str, state: str, waits_for: str, entries: Sequence[Entry] = _UNSAVED
    ) -> Link:
        """Change a link's state and nothing else of it. Raises: KeyError: there is no such link."""
        with writing(self.engine) as session:
            kept = links.set_state(session, link_id, state, waits_for)
            trail.add(session, entries)
        return kept

    def set_going(
        self, link_id: str, entries: Sequence[Entry], then: Callable[[Session], None]
    ) -> Link:
        """Let a link go on, its letters settled, and do more in the same transaction."""
        with writing(self.engine) as session:
            kept = links.set_going(session, link_id)
            dead_letters.mark(session, kept.key, dead_letters.SETTLED)
            trail.add(session, entries)
            then(session)
        return kept

    # Intents

    def intent(self, link_id: str, kind: str, source: str) -> Intent | None:
        """Return the intent for one thing."""
        with reading(self.engine) as session:
            return intents.load(session, link_id, kind, source)

    def intents(self, link_id: str, kinds: Sequence[str] = ()) -> tuple[Intent, ...]:
        """Return the intents of a link, the earliest first."""
        with reading(self.engine) as session:
            return intents.of_link(session, link_id, kinds)

    def save_intent(
        self,
        intent: Intent,
        entries: Sequence[Entry] = _UNSAVED,
        then: Callable[[Session], None] | None = None,
        *,
        letter: DeadLetter | None = None,
        settles: str = "",
    ) -> None:
        """
        Save an intent, before or after its call; `then` does more in the same transaction.

        Args: letter: why it is given up. settles: the id of the letter that told so before.
        Raises: DoneMeanwhile, MadeTwice: it is done already, with another target.
        """
        with writing(self.engine) as session:
            intents.save(session, intent)
            trail.add(session, entries)
            if letter is not None:
                dead_letters.save(session, letter)
            if settles:
                dead_letters.close(session, settles, dead_letters.SETTLED)
            if then is not None:
                then(session)

    def drop_intent(self, intent: Intent, then: Callable[[Session], None] | None = None) -> None:
        """Forget an intent that surely had no effect; `then` as for `save_intent`."""
        with writing(self.engine) as session:
            intents.drop(session, intent.link_id, intent.kind, intent.source)
            if then is not None:
                then(session)

    # The trail

    def add_entries(self, entries: Sequence[Entry]) -> None:
        """Write lines of the audit trail."""
        if entries:
            with writing(self.engine) as session:
                trail.add(session, entries)

    def entries(self, text: str = "", limit: int = 200, after: int = 0) -> tuple[Entry, ...]:
        """Return the latest lines about a record number, key or correlation id, or about all."""
        about = (text,) if text else ()
        wanted = TrailFilter(numbers=about, keys=about, link_ids=about, above=after)
        return tuple(reversed(self.lookout.trail(wanted, limit, None)))

    def forget_entries(self, before: datetime) -> int:
        """Remove lines older than a time; returns how many."""
        gone = 0
        while True:
            with writing(self.engine) as session:
                batch = trail.forget(session, before)
            gone += batch
            if not batch:
                return gone

    # Dead letters

    def dead_letters(
        self, state: str = dead_letters.OPEN, limit: int = 100, keys: Sequence[str] = ()
    ) -> tuple[DeadLetter, ...]:
        """Return dead letters of a state, the newest first; of some keys, or of all."""
        with reading(self.engine) as session:
            return dead_letters.listed(session, state, limit, keys)

    def dead_letters_after(self, letter_id: str, limit: int = 1_000) -> tuple[DeadLetter, ...]:
        """Return open dead letters by ascending id, to go through all of them."""
        with reading(self.engine) as session:
            return dead_letters.after(session, letter_id, limit)

    def dead_letter(self, letter_id: str) -> DeadLetter | None:
        """Return a dead letter by its id."""
        with reading(self.engine) as session:
            return dead_letters.find(session, letter_id)

    def count_dead_letters(self) -> int:
        """Return how many wait for a person."""
        with reading(self.engine) as session:
            return dead_letters.count(session)

    def save_dead_letter(
        self,
        letter: DeadLetter,
        entries: Sequence[Entry] = _UNSAVED,
        *,
        asks: str = "",
        then: Callable[[Session], None] | None = None,
    ) -> None:
        """
        Save work that needs a person; `then` does more in the same transaction.

        Args: asks: the event that its replay is to ask again, of a letter that stands alone.
        """
        with writing(self.engine) as session:
            dead_letters.save(session, letter)
            trail.add(session, entries)
            if asks:
                noted.save(session, f"{_ASKS}{letter.id}", asks)
            if then is not None:
                then(session)

    def asks_of(self, letters: Sequence[DeadLetter]) -> dict[str, str]:
        """Return, by their ids, the events that the replay of some letters asks again."""
        found = self.marks([f"{_ASKS}{letter.id}" for letter in letters])
        return {name.removeprefix(_ASKS): event for name, event in found.items()}

    def forget_asks(self, letter_ids: Iterable[str]) -> None:
        """Forget what the replay of letters was to ask: they are closed."""
        for one in letter_ids:
            self.save_mark(f"{_ASKS}{one}", None)

    def mark_dead_letters(
        self, key: str, state: str, then: Callable[[Session], None] | None = None
    ) -> int:
        """Give the open dead letters of a key another state; returns how many there were."""
        with writing(self.engine) as session:
            marked = dead_letters.mark(session, key, state)
            if then is not None:
                then(session)
        return marked

    def close_dead_letter(
        self, letter_id: str, state: str, entries: Sequence[Entry] = _UNSAVED
    ) -> bool:
        """Give one dead letter another state, with lines of the trail; False: it is not open."""
        with writing(self.engine) as session:
            closed = dead_letters.close(session, letter_id, state)
            if closed:
                trail.add(session, entries)
        return closed

    # Marks

    def mark(self, name: str) -> str | None:
        """Return what was noted under a name, such as a watermark."""
        with reading(self.engine) as session:
            return noted.load(session, [name]).get(name)

    def marks(self, names: Sequence[str]) -> dict[str, str]:
        """Return what was noted under some names."""
        with reading(self.engine) as session:
            return noted.load(session, names)

    def save_mark(self, name: str, value: str | None) -> None:
        """Note a value in the place of an earlier one; None forgets it."""
        with writing(self.engine) as session:
            noted.save(session, name, value)

    def save_first_mark(self, name: str, value: str, letter: DeadLetter) -> bool:
        """Note a value where none is noted, and a letter with it; False: another was quicker."""
        with writing(self.engine) as session:
            is_first = noted.save_first(session, name, value)
            if is_first:
                dead_letters.save(session, letter)
        return is_first
