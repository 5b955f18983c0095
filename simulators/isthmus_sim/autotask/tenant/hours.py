"""Time entries on tickets and tasks, and notes on tickets, from the desk's plan."""

from collections.abc import Iterator

from isthmus_sim.autotask.tenant.build import FIRST_IDS, SCALE, Build
from isthmus_sim.autotask.tenant.desk import Tickets
from isthmus_sim.autotask.tenant.desk_plan import DeskPlan, mixed, ticket_id
from isthmus_sim.autotask.tenant.reference import FIRST_WORK_TYPE
from isthmus_sim.autotask.tenant.shapes import Row
from isthmus_sim.autotask.tenant.words_desk import KINDS, NOTE_BODIES, NOTE_TITLES, WORK_NOTES
from isthmus_sim.autotask.tenant.worktime import DAY, HISTORY_MONTHS

MANY = 300_000  # tickets; above, fewer notes and time entries are made for each
ENTRY_COLUMNS = (
    "id", "startDateTime", "endDateTime", "dateWorked", "hoursWorked", "hoursToBill",
    "createDateTime", "lastModifiedDateTime", "creatorUserID", "lastModifiedUserID", "resourceID",
    "roleID", "billingCodeID", "contractID", "contractServiceID", "contractServiceBundleID",
    "isNonBillable", "showOnInvoice", "summaryNotes", "internalNotes", "billingApprovalDateTime",
    "billingApprovalResourceID", "billingApprovalLevelMostRecent", "offsetHours", "ticketID",
    "taskID", "timeEntryType", "isInternalNotesVisibleToComanaged",
)  # fmt: skip
NOTE_COLUMNS = (
    "id", "createDateTime", "lastActivityDate", "title", "description", "noteType", "publish",
    "creatorResourceID", "createdByContactID", "ticketID",
)  # fmt: skip

# (minute the work starts, the columns from startDateTime on)
TaskWork = tuple[int, Row]


def entry_pool(tickets: int) -> tuple[int, ...]:
    """Return how many time entries tickets get: 1.34 each, above MANY 0.81."""
    few = (1, 0, 1, 1, 1, 0, 2, 1, 1, 1, 0, 1, 1, 0, 1, 1)
    return few if tickets > MANY else (1, 1, 1, 2, 1, 1, 2, 1, 1, 3, 0, 2, 1, 1, 2, 1)


def note_pool(tickets: int) -> tuple[int, ...]:
    """Return how many notes tickets get: 0.87 each, above MANY 0.31."""
    few = (0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    return few if tickets > MANY else (0, 1, 1, 1, 0, 2, 1, 0, 1, 3, 0, 1, 1, 0, 1, 1)


class Hours:
    """The TimeEntries and TicketNotes tables."""

    def __init__(
        self, build: Build, plan: DeskPlan, tickets: Tickets, task_work: list[TaskWork], boss: int
    ) -> None:
        self.build = build
        self.plan = plan
        self.tickets = tickets
        self.task_work = sorted(task_work, key=lambda work: work[0])
        self.counts = entry_pool(plan.count)
        self.note_counts = note_pool(plan.count)
        self.approvals = self._approvals(boss)

    def _approvals(self, boss: int) -> list[Row]:
        """Return per month of work (approved at, by, level): done early in the next month."""
        time = self.build.time
        found: list[Row] = []
        for month in range(HISTORY_MONTHS + 2):
            begin = next(d for d, m in enumerate(time.months) if m == month + 1)
            moment = (time.next_work[begin] + 1) * DAY + 870
            found.append((time.text(moment, "40.113Z"), boss, 1) if moment < time.now
                         else (None, None, 0))  # fmt: skip
        return found

    def entry_count(self) -> int:
        """Return how many time entries there are."""
        counts = self.counts
        total = len(self.task_work)
        for bits, first, done in zip(self.plan.bits, self.plan.first, self.plan.done, strict=True):
            if first:
                number = counts[bits >> 46 & 15]
                total += number if done else min(number, 1)
        return total

    def note_count(self) -> int:
        """Return how many ticket notes there are."""
        counts = self.note_counts
        return sum(counts[bits >> 42 & 15] for bits in self.plan.bits)

    def entries(self) -> Iterator[Row]:
        """Yield all time entries, ascending by id and nearly by time."""
        number = FIRST_IDS["TimeEntries"]
        waiting = iter(self.task_work)
        work = next(waiting, None)
        for row in self._ticket_entries():
            while work is not None and work[1][0] < row[0]:
                yield (number, *work[1])
                number += 1
                work = next(waiting, None)
            yield (number, *row)
            number += 1
        while work is not None:
            yield (number, *work[1])
            number += 1
            work = next(waiting, None)

    def _ticket_entries(self) -> Iterator[Row]:
        plan, time, tickets = self.plan, self.build.time, self.tickets
        days, minutes, midnights, months = (
            time.day_texts, time.minute_texts, time.midnights, time.months)  # fmt: skip
        firms, crew, counts, approvals = plan.firms, plan.crew, self.counts, self.approvals
        tails, snap = tickets.tails, time.snap
        lengths = [kind.minutes for kind in KINDS]
        sizes = _size_table()
        for number in range(plan.count):
            first = plan.first[number]
            if not first:
                continue
            bits = plan.bits[number]
            count = counts[bits >> 46 & 15]
            if not count:
                continue
            more = mixed(bits)
            length = lengths[plan.kind[number]] * (2 + (more >> 3 & 7)) >> 2 or 5
            done = plan.done[number]
            if done:
                end = done
                begin = max(plan.created[number], end - length)
                spans = [(begin, end)]
                if count > 1:
                    stop = min(first + (length >> 1 or 5), done)
                    spans.insert(0, (min(first, stop - 5), stop))
                if count > 2:
                    middle = min(snap(first + done >> 1, more), done)
                    spans.insert(1, (max(plan.created[number], middle - 15), middle))
            else:
                spans = [(first, min(first + length, plan.last[number]))]
            tech = crew[plan.tech[number]]
            cover = firms[plan.firm[number]].cover
            tail = tails[bits >> 56]
            ticket = ticket_id(number)
            free = more >> 11 & 7 == 0
            for begin, end in spans:
                day = begin // DAY
                month = months[day]
                worked = end - begin
                hours, bill = sizes[worked] if worked < 1440 else sizes[1439]
                text = days[end // DAY] + minutes[end % DAY] + tail
                contract, service, bundle, _ = cover[month]
                approved = approvals[month]
                yield (
                    days[day] + minutes[begin % DAY] + "00.000Z",
                    days[end // DAY] + minutes[end % DAY] + "00.000Z",
                    midnights[day], hours, 0 if free else bill, text, text, tech.id, tech.id,
                    tech.id, tech.role, FIRST_WORK_TYPE + (more >> 14 & 3), contract, service,
                    bundle, int(free), int(not free), WORK_NOTES[(more >> 16 & 255) % 10],
                    None if more >> 24 & 7 else "Do not bill travel.", *approved, 0, ticket, None,
                    2, 0,
                )  # fmt: skip

    def notes(self) -> Iterator[Row]:
        """Yield all ticket notes, ascending by id, within their ticket by time."""
        plan, time, tails = self.plan, self.build.time, self.tickets.tails
        days, minutes, counts = time.day_texts, time.minute_texts, self.note_counts
        note = FIRST_IDS["TicketNotes"]
        for number in range(plan.count):
            bits = plan.bits[number]
            count = counts[bits >> 42 & 15]
            if not count:
                continue
            more = mixed(bits)
            created = plan.created[number]
            span = plan.last[number] - created
            tail = tails[bits >> 56]
            ticket = ticket_id(number)
            tech = plan.crew[plan.tech[number]].id
            people = plan.firms[plan.firm[number]].people
            for turn in range(count):
                moment = created + span * (turn + 1) // (count + 1)
                text = days[moment // DAY] + minutes[moment % DAY] + tail
                by_contact = (more >> turn & 3) == 0
                yield (
                    note, text, text, NOTE_TITLES[(more >> 8 + turn & 255) % 10],
                    NOTE_BODIES[more >> 16 + turn & 7], 18 if by_contact else 1 + (more >> 20) % 3,
                    1 if by_contact or more >> 24 & 1 else 2, None if by_contact else tech,
                    people[(more >> 5 & 1023) % len(people)][0] if by_contact else None, ticket,
                )  # fmt: skip
                note += 1


def _size_table() -> list[tuple[int, int]]:
    """Return per minutes worked the scaled hours, and those billed: up to the next quarter."""
    return [((m * SCALE + 30) // 60, -(-max(m, 1) // 15) * 2500) for m in range(DAY)]
