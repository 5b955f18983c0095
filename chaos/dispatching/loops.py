"""A thousand changes of status, both webhooks on, nobody excluded: no write but for a change."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chaos.dispatching.home import Home
from chaos.dispatching.people import Deeds, Story
from chaos.dispatching.stage import Stage, staged
from chaos.dispatching.watch import CHANGE_ORDER, CHANGE_TICKET, MAKE_NOTE, WRITES, Call
from isthmus.dispatch.identity import Own, save_own
from isthmus.wiring.dispatch.doors import logins

_WINDOW: Final = 20
_NOBODY: Final = 1
_LABELS: Final = ("Waiting Customer", "New", "In Progress")
_ROW: Final = """
[[rows]]
target = 'custom_fields["Store Number"]'
action = "sync"
source = "ticket.status.label"
"""
"""Shows the ticket's status at the order, whose events set it: a circle, if anything is one."""


@dataclass(frozen=True, slots=True)
class Looped:
    """What came of it: writes by what they were, and what they had to be."""

    flips: int
    writes: Counter[str]
    wanted: Counter[str]

    @property
    def is_clean(self) -> bool:
        """Tell whether there were just the writes that had to be."""
        return +self.writes == +self.wanted

    def line(self) -> str:
        """Return it in one line."""
        told = ", ".join(f"{step} {n} (of {self.wanted[step]})" for step, n in self.writes.items())
        return (
            f"{self.flips} changes of status: {self.writes.total()} writes,"
            f" {self.wanted.total()} real changes; {told}"
        )


def flip_all(folder: Path, tickets: int, rounds: int, state: str = "", workers: int = 1) -> Looped:
    """Change the status of each ticket so often, at one side and the other in turn."""
    with staged(
        folder, tickets=tickets, state=state, workers=workers, sweep=5,
        rule={"breaker_writes": 10**6}, mapping=lambda text: text + _ROW, ready=_know_nobody,
    ) as stage:  # fmt: skip
        deeds = stage.cast(tickets)
        stage.play([Story(one, [stage.people.send_out]) for one in deeds], _WINDOW)
        stage.settle(stays=0)
        stage.wait_until_idle()
        writes: Counter[str] = Counter()

        def see(step: str, _call: Call, _answer: bytes) -> None:
            if step in WRITES:
                writes[step] += 1

        stage.strikes.watchers.append(see)
        wanted: Counter[str] = Counter()
        for number in range(rounds):
            for one in deeds:
                wanted += _flip(stage, one, number)
            stage.wait_until_idle()
    return Looped(tickets * rounds, writes, wanted)


def _flip(stage: Stage, deeds: Deeds, number: int) -> Counter[str]:
    """
    Change one status; returns the writes that it calls for.

    A person's change at Autotask has to be shown at the order. An assignment sets the ticket's
    status and is noted there, and that status has to be shown at the order. Taking the technician
    off again calls for nothing.
    """
    turn = number % 4
    if turn in {0, 2}:
        label = _LABELS[number // 2 % len(_LABELS)]
        stage.people.edit(deeds, status=stage.people.code(label))
        return Counter({CHANGE_ORDER: 1})
    if turn == 1:
        stage.people.assign(deeds)
        return Counter({CHANGE_TICKET: 1, MAKE_NOTE: 1, CHANGE_ORDER: 1})
    stage.people.unassign(deeds)
    return Counter()


def _know_nobody(home: Home) -> None:
    """Take the exclusions off, and have Isthmus not know whose the writes are that come back."""
    for row in home.autotask.rows("TicketWebhookExcludedResources"):
        path = f"TicketWebhooks/{row['webhookID']}/ExcludedResources/{row['id']}"
        answer = home.autotask.delete(path)
        if answer.status >= 300:
            raise RuntimeError(f"the exclusion stays: {answer.status} {answer.body!r}")
    with home.house() as house, home.stores() as stores:
        save_own(stores.state, Own(resource=_NOBODY, user=_NOBODY), *logins(house))
