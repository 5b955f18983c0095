"""What a person may do: have a record dispatched, park, resume, bring in step again, replay."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.errors import NeedsPerson
from isthmus.base.ids import new_ordered_id
from isthmus.dispatch.edits import EDIT
from isthmus.dispatch.faults import DOUBLE, REFUSED
from isthmus.dispatch.fitting import UNFIT
from isthmus.dispatch.gate import CONNECTION
from isthmus.dispatch.gate import refused as refused_mark
from isthmus.dispatch.news import DISPATCH, RESYNC, is_to_dispatch
from isthmus.dispatch.refused import AGAIN
from isthmus.dispatch.relay import LINK
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.amending import read_value
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.values import Unfit
from isthmus.dispatch.wanted_again import may_have_another
from isthmus.engine import Agenda
from isthmus.state.dispatch import (
    CLOSED,
    PARKED,
    Arrival,
    DeadLetter,
    DispatchState,
    Entry,
    Inbox,
    Link,
    Session,
)

PERSON_PRIORITY: Final = 3
EVERYTHING: Final = "record+order+notes"
MOST_LETTERS: Final = 10_000
_AT_ONCE: Final = 1_000


class NoSuchLink(NeedsPerson):
    """Nothing is linked under that number, key or id."""


class NothingToDo(NeedsPerson):
    """The link is not in a state in which this can be done."""


class EditWrong(NeedsPerson):
    """A field cannot be set, or not to this."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands on links; each is on disk, and told in the trail, when it returns. Blocks."""

    state: DispatchState
    inbox: Inbox
    agenda: Agenda

    def find(self, text: str) -> Link:
        """Return the one link that a person means. Raises: NoSuchLink."""
        found = self.state.find_links(text)
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(link.key for link in found)
            raise NoSuchLink(f"{text} may be any of {keys}", remedy="Name one of these keys.")
        raise NoSuchLink(
            f"Nothing is linked under {text!r}",
            where="links",
            remedy="isthmus dispatch links lists them; isthmus dispatch now makes a new one.",
        )

    def ask(self, key: str, event: str, by: str, refused: Sequence[str] = ()) -> None:
        """
        Have a key's run look at what the event names: record, order, notes, joined by +.

        Args: refused: ids of letters about refused things, which are tried again.
        """
        self.state.add_entries([_asked(key, event, by)])  # first: what is answered stands below it
        self.inbox.keep([Arrival("person", new_ordered_id(), event, key, _again(refused))])
        self.agenda.enqueue(LINK, key, priority=PERSON_PRIORITY)

    def dispatch(self, key: str, rule: str, by: str) -> None:
        """
        Have a record dispatched: by a rule of that name, or by the first that wants it.

        It gets another order where its own was cancelled or deleted; to `ask` makes none.
        """
        before = self._asks_of((key,))
        self.ask(key, _dispatching(rule), by)
        self._replace(before)

    def dispatch_all(self, keys: Sequence[str], rule: str, by: str) -> None:
        """Have many records dispatched; what a person asks for one by one goes first."""
        event = _dispatching(rule)
        before = [self._asks_of(keys[at : at + _AT_ONCE]) for at in range(0, len(keys), _AT_ONCE)]
        self.state.add_entries([_asked(key, event, by) for key in keys])
        self.inbox.keep([Arrival("person", new_ordered_id(), event, key) for key in keys])
        for key in keys:
            self.agenda.enqueue(LINK, key)
        for asks in before:
            self._replace(asks)

    def expect_going(self, key: str, name: str, remedy: str) -> None:
        """
        Refuse to have a record dispatched whose link is parked: nothing would come of it.

        Args: name: what people call it; it stands in the remedy in the place of {name}.
        Raises: NothingToDo.
        """
        link = self.state.link_of(key)
        if link is not None and link.state == PARKED:
            what = f"{name} is parked: {link.waits_for}"
            raise NothingToDo(what, where=key, remedy=remedy.format(name=name))

    def park(self, link: Link, why: str, by: str) -> Link:
        """
        Stop all work on a link; what arrives is kept for the day it is resumed.

        Raises: NothingToDo: it is closed.
        """
        if link.state == CLOSED:
            raise _closed(link)
        entry = self._said(link, f"{by} parked it: {why}")
        return self.state.set_state(link.id, PARKED, why, (entry,))

    def resume(self, link: Link, by: str, refused: Sequence[str] = ()) -> Link:
        """
        Go on with a link that was parked or is stuck; both sides are looked at.

        Args: refused: as of `ask`.
        Raises: NothingToDo: it is closed.
        """
        if link.state == CLOSED:
            raise _closed(link)
        said = self._said(link, f"{by} resumed it")
        asked = Arrival("person", new_ordered_id(), EVERYTHING, link.key, _again(refused))
        self.inbox.keep([asked])

        def ask(session: Session) -> None:
            self.agenda.enqueue(LINK, link.key, priority=PERSON_PRIORITY, within=session)

        kept = self.state.set_going(link.id, (said,), ask)
        self.agenda.told()
        return kept

    def fit_for_resync(self, text: str) -> Link:
        """Return a link that can be brought in step. Raises: NoSuchLink, NothingToDo."""
        link = self.find(text)
        name = link.record_number or link.key
        if link.state == CLOSED or link.work_order_id is None:
            what = "is closed" if link.state == CLOSED else "has no work order yet"
            told = f"{name} {what}: {link.waits_for}"
            raise NothingToDo(told, where=link.key, remedy=_anew(link))
        if link.state == PARKED:
            remedy = f"isthmus dispatch resume {name} goes on with it; then resync."
            raise NothingToDo(f"{name} is parked: {link.waits_for}", where=link.key, remedy=remedy)
        return link

    def resync(
        self, link: Link, by: str, paths: Collection[str] | None = None, *, has_untold: bool = False
    ) -> None:
        """
        Write both sides anew where they differ from what the mappings make.

        The run forgets what was last written, so that it is compared and written again.
        Args: paths: the fields that are written again, of both sides; None: all of them.
        has_untold: the record does not know all that happened to its order, which it is told
        whatever fields are chosen. Raises: EditWrong: nothing is chosen, and nothing untold.
        """
        if paths is not None and not paths and not has_untold:
            raise EditWrong("No field was chosen.", where="fields", remedy="Choose one or more.")
        what = (
            "had it brought in step" if paths is None or paths else "had the record told the news"
        )
        self.state.add_entries([self._said(link, f"{by} {what}")])
        wanted = json.dumps({"paths": None if paths is None else sorted(paths)}).encode()
        self.inbox.keep([Arrival("person", new_ordered_id(), RESYNC, link.key, wanted)])
        self.agenda.enqueue(LINK, link.key, priority=PERSON_PRIORITY)

    def replay(self, letters: Sequence[DeadLetter], by: str) -> int:
        """Have the work of dead letters done again; returns how many were still open."""
        count = 0
        for letter in letters:
            still = self.state.dead_letter(letter.id)
            if still is None or still.state != "open":
                continue
            of_key = self.state.dead_letters(keys=(letter.key,), limit=MOST_LETTERS)
            count += len(of_key)
            alone = [one for one in of_key if one.kind == REFUSED]
            refused, asks = [one.id for one in alone], self.state.asks_of(alone)
            link = self.state.link_of(letter.key)
            if link is not None and link.state == PARKED:
                self.resume(link, by, refused)
            elif letter.key.startswith(f"{CONNECTION}/"):
                self._try_again(letter.key.removeprefix(f"{CONNECTION}/"))
            elif letter.key.startswith(("mapping/", "rule/")):
                self.state.save_mark("definitions unread", None)  # told again, if it still is
                self.state.save_mark(UNFIT, None)
                self.agenda.enqueue("sweep", "autotask")
                self.agenda.enqueue("sweep", "standing")
            elif letter.key.startswith("sweep/"):
                self.agenda.enqueue("sweep", letter.key.removeprefix("sweep/"))
            else:
                self.ask(letter.key, EVERYTHING, by, refused)
            if asked := [asks[one] for one in refused if one in asks]:
                self.ask(letter.key, asked[0], by)
            # Only now: a crash before this leaves the letter open, and asking twice does no harm.
            self.state.mark_dead_letters(letter.key, "replayed")
            self.state.forget_asks(asks)
        return count

    def edit(self, letter: DeadLetter, values: Mapping[str, str], by: str) -> None:
        """
        Set fields of the work order that a dead letter is about, and have its work done again.

        Each holds until the record itself says something else of it.
        Args: values: by path, as a person writes them; "": nothing is to be sent there.
        Raises: EditWrong, NothingToDo: it is not open any more.
        """
        still = self.state.dead_letter(letter.id)
        if still is None or still.state != "open":
            state = "gone" if still is None else still.state
            raise NothingToDo(f"{letter.id} is {state}", remedy="isthmus deadletters lists more.")
        if letter.key.partition("/")[0] not in ROOTS.values() or not values:
            raise EditWrong(
                f"There is nothing to set in {letter.id}: it is not about a work order's fields",
                where=letter.key,
                remedy="Mend what it names, then replay it.",
            )
        spelled = {_checked(path, text): text for path, text in values.items()}
        body = json.dumps({"values": spelled, "by": by, "letter": letter.id}).encode()
        self.inbox.keep([Arrival("person", new_ordered_id(), EDIT, letter.key, body)])
        detail = {"fields": sorted(spelled), "letter": letter.id}
        said = f"{by} set what is to be sent"
        number = letter.record_number
        entry = Entry(utc_now(), letter.key, "person", said, detail, letter.link_id, number)
        self.state.add_entries([entry])
        self.replay([letter], by)

    def check_edit(self, values: Mapping[str, str]) -> None:
        """Raises EditWrong: there is nothing to set, or a field cannot be set, or not to this."""
        if not values:
            raise EditWrong("No field was chosen.", where="fields", remedy="Choose one or more.")
        for path, text in values.items():
            _checked(path, text)

    def _try_again(self, vendor: str) -> None:
        """Have a vendor that refused our credentials asked again by all that waits for it."""
        self.state.save_mark(refused_mark(vendor), None)
        self.agenda.hasten(LINK)

    def dismiss(self, letter: DeadLetter, why: str, by: str) -> bool:
        """
        Close a dead letter without doing its work; tells whether it was still open.

        What a person asked for before it was written is not done later either.
        """
        still = self.state.dead_letter(letter.id)
        if still is not None and still.state == "open" and still.kind not in {REFUSED, DOUBLE}:
            undone = self.inbox.undone(still.key)
            given_up = [m for m in undone if is_to_dispatch(m) and m.received_at <= still.at]
            self.inbox.settle([m.number for m in given_up])
        said = f"{by} dismissed the dead letter {letter.id}: {why}"
        number = letter.record_number
        entry = Entry(utc_now(), letter.key, "person", said, {}, letter.link_id, number)
        is_closed = self.state.close_dead_letter(letter.id, "dismissed", (entry,))
        self.state.forget_asks((letter.id,))
        return is_closed

    def _asks_of(self, keys: Sequence[str]) -> Collection[str]:
        """Return the ids of the open letters whose replay would ask these to be dispatched."""
        letters = self.state.dead_letters(keys=keys, limit=MOST_LETTERS)
        return self.state.asks_of([one for one in letters if one.kind == REFUSED])

    def _replace(self, asks: Collection[str]) -> None:
        """Close letters in whose place a person asked anew."""
        for one in asks:
            self.state.close_dead_letter(one, "replayed")
        self.state.forget_asks(asks)

    def _said(self, link: Link, what: str) -> Entry:
        return Entry(
            utc_now(), link.key, "person", what, link_id=link.id, record_number=link.record_number
        )


def _closed(link: Link) -> NothingToDo:
    what = f"{link.record_number or link.key} is closed: {link.waits_for}"
    return NothingToDo(what, where=link.key, remedy=_anew(link))


def _anew(link: Link) -> str:
    """Say how a record gets an order, where it may have one."""
    if link.work_order_id is not None and not may_have_another(link):
        return "There is nothing more to do: its work order is over."
    name = link.record_number or link.key
    return f"isthmus dispatch now {name} dispatches it, where a rule wants it."


def _dispatching(rule: str) -> str:
    return f"{DISPATCH} {rule}" if rule else DISPATCH


def _again(refused: Sequence[str]) -> bytes:
    return json.dumps({AGAIN: list(refused)}).encode() if refused else b""


def _checked(path: str, text: str) -> str:
    """Return a path as we spell it. Raises: EditWrong."""
    try:
        read_value(path, text)
        return paths.spell(paths.parse(path))
    except Unfit as trouble:
        raise EditWrong(str(trouble), where=path, remedy=trouble.remedy) from None
    except paths.PathWrong as trouble:
        raise EditWrong(trouble.what, where=path[:80], remedy=trouble.remedy) from None


def _asked(key: str, event: str, by: str) -> Entry:
    word, _, rule = event.partition(" ")
    what = "wants it dispatched" if word == DISPATCH else "wants it looked at"
    what = f"{what} by the rule {rule}" if rule else what
    return Entry(utc_now(), key, "person", f"{by} {what}", {"event": event})
