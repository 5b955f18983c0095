"""A home filled as if it had been at work for long: links, their trail, calls, letters, deeds."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table

from isthmus.state import RunDataset
from isthmus.state.calls.tables import calls
from isthmus.state.dispatch.session import writing
from isthmus.state.dispatch.tables import dead_letters, link_texts, links, trail
from isthmus.state.people.tables import deeds
from isthmus.state.sync.tables import samples
from isthmus.wiring.build import House
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.people import people_of
from isthmus.wiring.sync.syncing import Syncing

LETTERS = 20_000
DEEDS = 100_000
MINUTES = 30 * 1440
"""Samples of the hour's calls: one a minute, for as long as each is kept."""

STORY = 500
"""Lines of the one link that had most to do, two in five of them calls with their bodies."""

NOW = datetime.now(UTC)
WORDS = ("printer", "switch", "server", "door", "reader", "cable", "camera", "phone", "router")
STATES = ["linked"] * 60 + ["closed"] * 35 + ["waiting"] * 4 + ["stuck"]
KINDS = ["call"] * 50 + ["message"] * 15 + ["decision"] * 20 + ["write"] * 14 + ["person"]


def link_rows(count: int) -> Iterator[dict[str, Any]]:
    """Yield rows of links, as wide as real ones."""
    some = random.Random(7)
    written = json.dumps({f"order:field{n}": f"{n:032x}" for n in range(30)})
    for n in range(count):
        at = NOW - timedelta(seconds=some.randrange(90 * 86_400))
        state = some.choice(STATES)
        yield {
            "id": f"isth-{n:014x}-00000000", "key": f"Tickets/{n}", "entity": "Tickets",
            "record_id": n, "record_number": f"T20260101.{n:06d}",
            "title": f"{some.choice(WORDS)} {some.choice(WORDS)} at desk {n % 997}",
            "work_order_id": 5_000_000 + n, "state": state, "waits_for": "", "rule": f"rule{n % 5}",
            "inbound": "m@1", "outbound": "o@1", "order_status": "Assigned", "record_mark": "",
            "order_mark": "", "written": written, "told": "[]", "recent_writes": "[]",
            "created_at": at, "updated_at": at, "company": f"Company {n % 400}", "since": at,
        }  # fmt: skip


def text_rows(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what those links are searched by."""
    return [
        {
            "link_id": r["id"],
            "state": r["state"],
            "entity": r["entity"],
            "rule": r["rule"],
            "text": f"{r['record_number']}\n{r['title']}\n{r['company']}".lower(),
        }
        for r in rows
    ]


def trail_rows(count: int, link_count: int) -> Iterator[dict[str, Any]]:
    """Yield lines of the trail, some hundred of them errors."""
    some = random.Random(8)
    detail = json.dumps({"status": 200, "ms": 120, "fields": ["title", "schedule"]})
    for n in range(count):
        of = some.randrange(link_count)
        yield {
            "at": NOW - timedelta(seconds=(count - n) * 7), "key": f"Tickets/{of}",
            "link_id": f"isth-{of:014x}-00000000", "record_number": f"T20260101.{of:06d}",
            "kind": "error" if n % 5_000 == 0 else some.choice(KINDS),
            "what": "GET http://vendor/V1.0/Tickets/query", "detail": detail,
        }  # fmt: skip


def call_rows(count: int, link_count: int) -> Iterator[dict[str, Any]]:
    """Yield calls, half of them of sync."""
    some = random.Random(9)
    for n in range(count):
        of = some.randrange(link_count)
        failed = n % 5_000 == 0
        yield {
            "at": NOW - timedelta(seconds=count - n), "vendor": "autotask", "method": "POST",
            "entity": "Tickets" if n % 3 else "Companies", "path": "Tickets/query",
            "status": 500 if failed else 200, "ms": 210, "size": 80_000, "rows": 500,
            "run": f"run-{n // 400}", "key": f"Tickets/{of}" if n % 2 else "", "attempt": 1,
            "failed": failed,
        }  # fmt: skip


def story_rows(of: int) -> Iterator[dict[str, Any]]:
    """Yield the trail of the link that had most to do: its calls have bodies as wide as orders."""
    order = {"workorder": {f"field{n}": f"a value of {n}, as long as most are" for n in range(60)}}
    for n in range(STORY):
        is_call = n % 5 < 2
        detail: dict[str, object] = {"fields": ["title", "schedule"]}
        if is_call:
            body = json.dumps(order)
            detail = {"status": 200, "ms": 120, "bytes": len(body), "run": f"{n:016x}",
                      "sent": body, "answered": body}  # fmt: skip
        yield {
            "at": NOW - timedelta(minutes=STORY - n), "key": f"Tickets/{of}",
            "link_id": f"isth-{of:014x}-00000000", "record_number": f"T20260101.{of:06d}",
            "kind": "call" if is_call else "decision", "detail": json.dumps(detail),
            "what": "PUT https://vendor/api/rest/v2/workorders/5" if is_call else "Changed it",
        }  # fmt: skip


def letter_rows() -> Iterator[dict[str, Any]]:
    """Yield dead letters, one in four of them open."""
    some = random.Random(10)
    for n in range(LETTERS):
        yield {
            "id": f"dl-{n:014x}", "key": f"Tickets/{n}", "link_id": f"isth-{n:014x}-00000000",
            "record_number": f"T20260101.{n:06d}", "kind": some.choice(("validation", "refused")),
            "what": "Row 13: schedule.service_window.start.utc is required and came out empty",
            "where": "mapping ticket_inbound@6d1e69b1f943", "tries": 1 + n % 9,
            "remedy": "Look at the source record, or give the row a default.",
            "at": NOW - timedelta(minutes=n * 6), "state": "settled" if n % 4 else "open",
        }  # fmt: skip


def deed_rows() -> Iterator[dict[str, Any]]:
    """Yield what people did."""
    some = random.Random(11)
    for n in range(DEEDS):
        yield {
            "at": NOW - timedelta(minutes=(DEEDS - n) * 5), "who": f"person{n % 40}@example.com",
            "what": some.choice(("logged in", "parked a link", "had datasets refreshed")),
            "about": f"T20260101.{some.randrange(DEEDS):06d}", "source": "192.0.2.7",
            "detail": json.dumps({"why": f"waits for the {some.choice(WORDS)}"}),
        }  # fmt: skip


def sample_rows() -> Iterator[dict[str, Any]]:
    """Yield the hour's calls, minute by minute."""
    for n in range(MINUTES):
        yield {
            "at": NOW - timedelta(minutes=MINUTES - n), "used": n % 9_000, "ours": n % 900,
            "limit": 10_000, "field_turns": 4, "field_burst": 5,
        }  # fmt: skip


def fill(house: House, stores: Stores, lines: int, pairs: int) -> None:
    """Fill a home."""
    made = list(link_rows(pairs))
    engine = stores.state.engine
    with writing(engine) as session:
        for part in parts(made):
            session.execute(links.insert(), part)
            session.execute(link_texts.insert(), text_rows(part))
    put(engine, trail, trail_rows(lines, pairs))
    put(engine, trail, story_rows(pairs // 2))
    put(engine, dead_letters, letter_rows())
    put(stores.calls._engine, calls, call_rows(lines, pairs))
    people_of(stores)  # makes its tables, as the next does
    Syncing.of(stores)
    put(engine, deeds, deed_rows())
    put(engine, samples, sample_rows())
    for n in range(300):
        house.state.start_run(f"run-{n}", ["Tickets", "Companies"])
        results = [
            RunDataset("Tickets", "incremental", "ok"),
            RunDataset("Companies", "full", "ok"),
        ]
        house.state.finish_run(f"run-{n}", results, calls=4)


def put(engine: Engine, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows into a table, some at a time."""
    for part in parts(rows, 20_000):
        with writing(engine) as session:
            session.execute(table.insert(), part)


def parts(rows: Any, size: int = 2_000) -> Iterator[list[Any]]:
    """Yield rows some at a time."""
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
