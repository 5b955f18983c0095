"""Dispatch as machines get it: one shape, whichever door they ask at."""

from datetime import datetime

from isthmus.dispatch.board import waits_for
from isthmus.dispatch.queries import Timeline
from isthmus.state.dispatch import DeadLetter, Entry, Link


def link_as_json(link: Link) -> dict[str, object]:
    """Return a link as machines get it."""
    return {
        "id": link.id,
        "key": link.key,
        "number": link.record_number,
        "title": link.title,
        "company": link.company,
        "work_order": link.work_order_id,
        "work_order_status": link.order_status,
        "state": link.state,
        "waits_for": waits_for(link),
        "rule": link.rule,
        "inbound": link.inbound,
        "outbound": link.outbound,
        "created_at": _instant(link.created_at),
        "updated_at": _instant(link.updated_at),
        "since": _instant(link.since),
    }


def letter_as_json(letter: DeadLetter) -> dict[str, object]:
    """Return a dead letter as machines get it."""
    return {
        "id": letter.id,
        "key": letter.key,
        "number": letter.record_number,
        "link": letter.link_id,
        "kind": letter.kind,
        "what": letter.what,
        "where": letter.where,
        "remedy": letter.remedy,
        "tries": letter.tries,
        "state": letter.state,
        "at": _instant(letter.at),
    }


def timeline_as_json(found: Timeline) -> dict[str, object]:
    """Return what is kept about a link as machines get it."""
    return {
        "link": link_as_json(found.link),
        "made": [
            {
                "kind": one.kind,
                "source": one.source,
                "state": one.state,
                "id": one.target or None,
                "tries": one.tries,
                "at": _instant(one.at),
            }
            for one in found.intents
        ],
        "dead_letters": [letter_as_json(letter) for letter in found.letters],
        "trail": [entry_as_json(entry) for entry in found.entries],
        "whole": found.is_whole,
        "messages": [
            {
                "number": one.number,
                "source": one.source,
                "event": one.event,
                "received_at": _instant(one.received_at),
            }
            for one in found.messages
        ],
        "more_messages": found.more_messages,
    }


def entry_as_json(entry: Entry) -> dict[str, object]:
    """Return a line of the trail as machines get it."""
    return {
        "at": _instant(entry.at),
        "kind": entry.kind,
        "what": entry.what,
        "detail": dict(entry.detail),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
