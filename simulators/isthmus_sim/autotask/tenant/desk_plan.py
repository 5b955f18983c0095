"""
When tickets come, of which kind, from whom, for whom, and when they end: the cheap first pass.

Everything later parts need of a ticket is in six arrays and 64 random bits, so that a million
tickets take 30 MB here, and tickets, notes and time entries agree without meeting.
"""

import sys
from array import array

from isthmus_sim.autotask.tenant.build import FIRST_IDS, OWN_COMPANY, Build
from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.companies import CANCELLED, CUSTOMER, Firm
from isthmus_sim.autotask.tenant.staff import Staff, on_duty
from isthmus_sim.autotask.tenant.words_desk import KINDS
from isthmus_sim.autotask.tenant.worktime import DAY, HISTORY_MONTHS, OPEN

SEASON = (1.08, 1.02, 1.04, 0.98, 0.96, 0.97, 0.88, 0.93, 1.12, 1.06, 0.98, 0.84)
WEEKDAYS = (1.22, 1.1, 1.03, 1.0, 0.88, 0.09, 0.06)
GROWTH = 0.55  # how much busier the last day is than the first
SHAPE = (4, 9, 12, 11, 7, 8, 11, 10, 8, 4)  # load per office hour
UNTOUCHED = 4 * DAY  # how far back some open tickets have seen nobody yet
GAP = 97  # one id in so many was deleted long ago
MIX = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def ticket_id(number: int) -> int:
    """Return the id of the nth ticket (from 0)."""
    return FIRST_IDS["Tickets"] + number + number // GAP


class DeskPlan:
    """
    The arrays, one entry per ticket, ordered by creation.

    `created`, `first`, `done`, `last`: minutes (creation, first response or 0, completion or 0
    when open, last activity). `firm`, `tech`: positions in `firms` and `crew`. `kind`: position
    in KINDS. `bits`: 64 random bits.

    How long tickets last is chosen so that an MSP with 30 new ones a week has about 50 open at
    any moment, most of them from the last weeks, and a tail that waits for somebody (assumed).
    """

    def __init__(self, build: Build, firms: list[Firm], crew: list[Staff]) -> None:
        self.build = build
        self.firms = firms
        self.crew = crew
        self.rng = build.fork("desk")
        self.count = build.plan.tickets
        self.day_starts = [0] * (build.time.days + 1)
        self.created = self._arrivals()
        self.bits = array("Q", self.rng.randbytes(8 * self.count))
        if sys.byteorder == "big":
            self.bits.byteswap()
        self.first, self.done = array("i"), array("i")
        self.last, self.firm = array("i"), array("H")
        self.tech, self.kind = array("H"), array("B")
        self._decide()

    def decided(self, begin: int) -> "tuple[array[int], ...]":
        """Return what was decided of each ticket from the nth on, as `created` to `kind`."""
        kept = (self.created, self.bits, self.first, self.done, self.last)
        return tuple(part[begin:] for part in (*kept, self.firm, self.tech, self.kind))

    def _arrivals(self) -> "array[int]":
        """Spread the tickets over days and office hours, by season and growth."""
        time, rng = self.build.time, self.rng
        shares = [self._share(day) for day in range(time.days)]
        shares[-1] *= 0.35  # today is young
        per_share = self.count / sum(shares)
        office = [
            OPEN + hour * 60 + minute
            for hour, weight in enumerate(SHAPE)
            for minute in range(60)
            for _ in range(weight)
        ]
        any_time = list(range(DAY - 1))
        created = array("i")
        whole = 0.0
        for day, share in enumerate(shares):
            self.day_starts[day] = len(created)
            whole += share * per_share
            number = round(whole) - len(created)
            late = number // 14 if time.works[day] else number
            shift = time.offsets[day]
            begin = day * DAY
            latest = time.now - begin - 2
            minutes = [m + shift for m in rng.choices(office, k=number - late)]
            minutes += rng.choices(any_time, k=late)
            minutes = sorted(m if m <= latest else rng.randrange(latest) for m in minutes)
            created.extend([begin + m for m in minutes])
        self.day_starts[time.days] = len(created)
        return created

    def _share(self, day: int) -> float:
        time = self.build.time
        date = time.dates[day]
        weight = WEEKDAYS[date.weekday()] if time.works[day] or date.weekday() > 4 else 0.08
        storm = 2.2 if self.rng.random() < 0.006 else 1.0
        growth = 1 + GROWTH * day / time.days
        return weight * SEASON[date.month - 1] * growth * self.rng.uniform(0.85, 1.15) * storm

    def _decide(self) -> None:
        time = self.build.time
        kinds = _kind_pool(self.rng)
        firm_pools = [self._firm_pool(month) for month in range(HISTORY_MONTHS + 1)]
        duty = [self._duty(month) for month in range(HISTORY_MONTHS + 1)]
        lengths = _length_pool(self.rng)
        waits = [int(self.rng.lognormvariate(3.4, 1.0)) + 2 for _ in range(256)]
        queues = [kind.queue for kind in KINDS]
        months, snap, now = time.months, time.snap, time.now
        add_first, add_done, add_last = self.first.append, self.done.append, self.last.append
        add_firm, add_tech, add_kind = self.firm.append, self.tech.append, self.kind.append
        for created, bits in zip(self.created, self.bits, strict=True):
            month = months[created // DAY]
            kind = kinds[bits & 1023]
            add_kind(kind)
            add_firm(firm_pools[month][bits >> 10 & 4095])
            crew = duty[month][queues[kind]]
            add_tech(crew[(bits >> 22 & 1023) % len(crew)])
            done = snap(created + lengths[bits >> 32 & 255], bits >> 40)
            first = snap(created + waits[bits >> 50 & 255], bits >> 30)
            first = min(first, done - 5) if first >= done else first
            if done >= now - 30 or (bits >> 40 & 1023) == 7:
                done = 0
                if created > now - UNTOUCHED and not bits >> 56 & 3:
                    first = 0
            if first >= now - 60:
                first = 0
            add_first(first)
            add_done(done)
            add_last(done or (self._touched(first, bits >> 48 & 255) if first else created))

    def _touched(self, first: int, share: int) -> int:
        """Return when an open ticket was last moved: some time from its first response to now."""
        now = self.build.time.now
        moment = first + 45 + ((now - first - 46) * share >> 8)
        at_work = self.build.time.snap(moment, share)
        return at_work if at_work < now else moment

    def _firm_pool(self, month: int) -> list[int]:
        there = [
            (number, 3 if firm.id == OWN_COMPANY else firm.size)
            for number, firm in enumerate(self.firms)
            if (firm.kind == CUSTOMER and firm.first <= month)
            or (firm.kind == CANCELLED and month < 14)
        ]
        numbers, weights = zip(*there, strict=True)
        return self.rng.choices(numbers, weights, k=4096)

    def _duty(self, month: int) -> list[list[int]]:
        """Return for each queue who serves it, as positions in the crew."""
        position = {person.id: number for number, person in enumerate(self.crew)}
        teams = (0, 1, 1, 2, 4, 2)
        return [[position[p.id] for p in on_duty(self.crew, month, team)] for team in teams]


def _kind_pool(rng: Chance) -> list[int]:
    return rng.choices(range(len(KINDS)), [kind.weight for kind in KINDS], k=1024)


def _length_pool(rng: Chance) -> list[int]:
    """Return how long tickets last, in minutes: many a few hours, others days or weeks."""
    shares = ((104, 5.8, 1.3), (104, 9.4, 0.9), (48, 10.7, 0.6))  # of 256; log-normal in minutes
    return [
        min(120 * DAY, int(rng.lognormvariate(middle, width)) + 15)
        for count, middle, width in shares
        for _ in range(count)
    ]


def mixed(bits: int) -> int:
    """Return 64 more random bits derived from a ticket's own."""
    bits = (bits ^ bits >> 29) * MIX & MASK
    return bits ^ bits >> 32
