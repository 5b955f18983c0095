"""Tickets, row by row, from the plan's arrays and pools of prepared parts."""

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from isthmus_sim.autotask.tenant.build import ADMINISTRATOR, SCALE, Build
from isthmus_sim.autotask.tenant.chance import Chance
from isthmus_sim.autotask.tenant.desk_plan import DeskPlan, mixed, ticket_id
from isthmus_sim.autotask.tenant.picklist_data import LEGACY_QUEUE, PORTAL_QUEUE, QUEUES
from isthmus_sim.autotask.tenant.reference import FIRST_WORK_TYPE, ORGANIZATION
from isthmus_sim.autotask.tenant.shapes import Change, Row, UdfDefinition
from isthmus_sim.autotask.tenant.staff import API_USER
from isthmus_sim.autotask.tenant.udfs import columns, value
from isthmus_sim.autotask.tenant.words_desk import (
    APPS,
    ENDINGS,
    FIXES,
    GREETINGS,
    KINDS,
    MONITOR_TYPES,
    RESOLUTIONS,
    SITES,
    THINGS,
    Kind,
)
from isthmus_sim.autotask.tenant.worktime import DAY

OWN = (
    "id ticketNumber title description resolution createDate dueDateTime lastActivityDate "
    "lastTrackedModificationDateTime completedDate resolvedDateTime firstResponseDateTime "
    "firstResponseDueDateTime resolutionPlanDateTime resolutionPlanDueDateTime resolvedDueDateTime "
    "lastCustomerNotificationDateTime lastCustomerVisibleActivityDateTime status "
    "assignedResourceID assignedResourceRoleID completedByResourceID creatorResourceID "
    "creatorType createdByContactID lastActivityResourceID lastActivityPersonType "
    "firstResponseAssignedResourceID firstResponseInitiatingResourceID companyID contactID "
    "companyLocationID configurationItemID estimatedHours hoursToBeScheduled "
    "serviceLevelAgreementHasBeenMet externalID rmmAlertID monitorID"
)
COVER = "contractID contractServiceID contractServiceBundleID serviceLevelAgreementID"
KIND = (
    "issueType subIssueType ticketType source ticketCategory queueID priority billingCodeID "
    "monitorTypeID apiVendorID changeApprovalBoard changeApprovalStatus changeApprovalType "
    "changeInfoField1 rmaStatus rmaType isAssignedToComanaged isVisibleToComanaged "
    "organizationalLevelAssociationID"
)
MOOD = (
    "currentServiceThermometerRating previousServiceThermometerRating serviceThermometerTemperature"
)
RARE = "problemTicketId projectID opportunityID purchaseOrderNumber impersonatorCreatorResourceID"
COLUMNS = f"{OWN} {COVER} {KIND} {MOOD} {RARE}"

DUE_AFTER = {4: 240, 1: 480, 2: 1440, 3: 4320}  # minutes by priority
COMPLETE, NEW = 5, 1
# Statuses of open tickets: at work on the fresh ones, somebody else's turn on the stale ones.
FRESH = (8, 8, 8, 8, 7, 7, 12, 10, 10, 9, 11, 15, 15, 19, 21, 1)
STALE = (7, 7, 7, 7, 7, 12, 12, 12, 9, 9, 13, 15, 15, 21, 8, 11)
STALE_AFTER = 14 * DAY
PROJECT_ODDS = 15  # one in so many, plus one, is part of a project its company has
LEGACY_MONTHS = 9
UDF_POOL = 509
PERSON, HOST, DOMAIN, PLAIN = range(4)


class Wording:
    """Titles and descriptions of one kind: prepared halves around a name that differs."""

    def __init__(self, rng: Chance, kind: Kind) -> None:
        title = kind.title.replace("{server}", "{host}")
        slots = (("{host}", HOST), ("{person}", PERSON), ("{domain}", DOMAIN))
        mark, self.slot = next(((m, s) for m, s in slots if m in title), ("\0", PLAIN))
        self.titles = []
        for _ in range(32):
            text = title.replace("{app}", rng.choice(APPS)).replace("{thing}", rng.choice(THINGS))
            text = text.replace("{site}", rng.choice(SITES))
            text = text.replace("{printer}", f"PRN{rng.randrange(1, 30):02d}")
            before, _, after = text.partition(mark)
            self.titles.append((before, after))
        alert = kind.sources == (8,)
        self.bodies = [
            f"{kind.body} Device checked {rng.randrange(1, 60)} min ago.\r\nMonitor: "
            if alert else rng.choice(GREETINGS) + kind.body + rng.choice(ENDINGS)
            for _ in range(32)
        ]  # fmt: skip


def kind_parts(kind: Kind, *, legacy: bool) -> list[tuple[Row, int]]:
    """Return 32 variants of the columns that follow from the kind, each with minutes to due."""
    found = []
    for number in range(32):
        source = kind.sources[number % len(kind.sources)]
        priority = kind.priority if number % 5 else (1, 2, 3, 4)[number // 5 % 4]
        queue = QUEUES[kind.queue]
        if source == -1 and number % 2:
            queue = PORTAL_QUEUE
        if legacy and queue == QUEUES[0]:
            queue, source = LEGACY_QUEUE, 11 if number == 7 else source
        alert = source == 8
        change = (1, 5, 1, "Reason: vendor advisory. Roll back: previous image.")
        rma = kind.sub == 181 and number == 3
        row: Row = (
            kind.issue, kind.sub, kind.type, source, 2 if alert else 5 if rma else 3, queue,
            priority, FIRST_WORK_TYPE + number % 4, MONITOR_TYPES[number % 5] if alert else None,
            1 if alert else None, *(change if kind.type == 4 else (None, None, None, None)),
            4 if rma else None, 2 if rma else None, 0, int(number % 9 == 0), ORGANIZATION
            if number % 3 else None,
        )  # fmt: skip
        found.append((row, DUE_AFTER[priority]))
    return found


def fix_pool(kind: Kind) -> list[str | None]:
    """Return 16 resolutions that fit a kind; every fourth is missing."""
    fitting = FIXES[kind.issue]
    return [RESOLUTIONS[fitting[n % len(fitting)]] if n % 4 else None for n in range(16)]


class Tickets:
    """
    The Tickets table; `overrides` are laid over single rows (hard cases) by id.

    projects: by company, (minute it was made, id), ascending.
    """

    def __init__(
        self,
        build: Build,
        plan: DeskPlan,
        udfs: list[UdfDefinition],
        projects: dict[int, list[tuple[int, int]]],
    ) -> None:
        self.build = build
        self.plan = plan
        self.projects = projects
        self.columns = (*COLUMNS.split(), *columns(udfs))
        rng = build.fork("tickets")
        self.wordings = [Wording(rng, kind) for kind in KINDS]
        self.parts = [p for kind in KINDS for p in kind_parts(kind, legacy=False)]
        self.legacy = [p for kind in KINDS for p in kind_parts(kind, legacy=True)]
        moods: list[Row] = [(None, None, None)] * 52
        self.moods = [*moods, *((r, p, 40 + r) for r in (1, 1, 2, 3) for p in (1, 2, None))]
        self.tails = [f"{rng.randrange(60):02d}.{rng.randrange(1000):03d}Z" for _ in range(256)]
        self.udf_rows = [tuple(value(rng, d) for d in udfs) for _ in range(UDF_POOL)]
        self.sequence = [f".{n:04d}" for n in range(1, _busiest(plan) + 1)]

    def tail(self, bits: int) -> str:
        """Return the seconds and milliseconds of a ticket's times."""
        return self.tails[bits >> 56]

    def rows(self, from_id: int = 0) -> Iterator[Row]:
        """Yield every ticket from an id on, ascending by id."""
        rows = self._rows(bisect_left(range(self.plan.count), from_id, key=ticket_id))
        changes = self.build.overrides.get("Tickets", {})
        if not changes:
            return rows
        return laid_over(rows, self.columns, changes)

    def _project(self, company: int, created: int) -> int | None:
        """Return the company's project that began last before a moment."""
        begun = [project for made, project in self.projects[company] if made < created]
        return begun[-1] if begun else None

    def _rows(self, begin: int) -> Iterator[Row]:
        plan, time = self.plan, self.build.time
        days, minutes, sequence = time.day_texts, time.minute_texts, self.sequence
        wordings, moods, udf_rows, tails = self.wordings, self.moods, self.udf_rows, self.tails
        firms, crew, months, covers = (
            plan.firms,
            plan.crew,
            time.months,
            [f.cover for f in plan.firms],
        )
        alerts = [kind.sources == (8,) for kind in KINDS]
        fixes = [fix_pool(kind) for kind in KINDS]
        numbers = ["T" + d.isoformat().replace("-", "") for d in time.dates]
        stale, projects = time.now - STALE_AFTER, self.projects
        work = zip(range(begin, plan.count), *plan.decided(begin), strict=True)
        for number, created, bits, first, done, last, firm_at, tech_at, kind in work:
            day = created // DAY
            month = months[day]
            more = mixed(bits)
            firm, tech = firms[firm_at], crew[tech_at]
            tail = tails[bits >> 56]
            variant = kind << 5 | (more & 31)
            part, due_after = (self.parts if month >= LEGACY_MONTHS else self.legacy)[variant]
            contact, place, name = firm.people[(more >> 5 & 1023) % len(firm.people)]
            wording = wordings[kind]
            slot = wording.slot
            before, after = wording.titles[more >> 15 & 31]
            item = None
            if slot == HOST and firm.items:
                item, host = firm.items[(more >> 20 & 255) % len(firm.items)]
                before += host
            elif slot == PERSON:
                before += name
            elif slot == DOMAIN:
                before += firm.domain
            born = days[day] + minutes[created % DAY] + tail
            moment = created + due_after
            due = days[moment // DAY] + minutes[moment % DAY] + "00.000Z"
            moment = created + (due_after >> 2)
            soon = days[moment // DAY] + minutes[moment % DAY] + "00.000Z"
            answered = days[first // DAY] + minutes[first % DAY] + tail if first else None
            moved = days[last // DAY] + minutes[last % DAY] + tail
            person = tech.id
            if done:
                status, ended, closer = COMPLETE, moved, person
                fix = fixes[kind][more >> 28 & 15]
            else:
                status = (STALE if created < stale else FRESH)[more >> 28 & 15] if first else NEW
                ended = closer = fix = None
                if not first and more >> 32 & 3:
                    person = 0
            source, by_contact = part[3], part[3] == -1
            uid = f"{more:016x}" if (alert := alerts[kind]) else None
            assigned = person or None
            chosen = not more >> 57 & PROJECT_ODDS and firm.id in projects
            project = self._project(firm.id, created) if chosen else None
            yield (
                ticket_id(number), numbers[day] + sequence[number - plan.day_starts[day]],
                before + after, wording.bodies[more >> 36 & 31] + name, fix, born, due, moved,
                moved if more >> 41 & 3 else born, ended, ended, answered, soon,
                answered if more >> 43 & 1 else None, due, due, answered, moved, status, assigned,
                tech.role if person else None, closer,
                ADMINISTRATOR if alert else None if by_contact else API_USER if source == 4
                else tech.id, 2 if by_contact else 1,
                contact if by_contact or source == 4 else None,
                closer or (tech.id if first else ADMINISTRATOR), 1,
                assigned if first else None, tech.id if first else None, firm.id,
                None if alert else contact, place, item, (more >> 44 & 7) * 5000,
                SCALE if more >> 47 & 1 else 0, (done <= created + due_after) * 1 if done else None,
                uid, uid, bits >> 20 if alert else None,
                *covers[firm_at][month], *part, *moods[more >> 50 & 63], None, project, None,
                None, None, *udf_rows[more % UDF_POOL],
            )  # fmt: skip


def laid_over(
    rows: Iterator[Row], names: tuple[str, ...], changes: dict[int, Change]
) -> Iterator[Row]:
    """Yield rows, with the given changes laid over those whose id is named."""
    position = {name: number for number, name in enumerate(names)}
    wanted: dict[int, Any] = changes
    for row in rows:
        if row[0] in wanted:
            changed = list(row)
            for name, content in wanted[row[0]].items():
                changed[position[name]] = content
            yield tuple(changed)
        else:
            yield row


def _busiest(plan: DeskPlan) -> int:
    starts = plan.day_starts
    return max((b - a for a, b in itertools.pairwise(starts)), default=0) + 1
