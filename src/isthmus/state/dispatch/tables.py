"""The tables of dispatch, in words that SQLite and PostgreSQL both understand."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.types import TypeEngine

from isthmus.state.tables import UtcTime


class Words(TypeDecorator[str]):
    """Text for people to read, less the characters that no database takes: NUL, half a pair."""

    impl: type[TypeEngine[str]] | TypeEngine[str] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Leave them out: a record with one must not keep its link from being saved."""
        if value is None:
            return None
        return value.replace("\0", "").encode("utf-8", "replace").decode()


VERSION: Final = 1
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only plain integers

# What arrived lies in a file of its own on SQLite, so that keeping it never waits for the work.
inbox_metadata = MetaData()

inbox_version = Table("inbox_version", inbox_metadata, Column("version", Integer, nullable=False))

inbox = Table(
    "inbox",
    inbox_metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("source", String(20), nullable=False),
    Column("message_id", String(200), nullable=False),
    Column("event", String(100), nullable=False),
    Column("subject", String(200), nullable=False),  # what it is about: Tickets/123, WorkOrders/77
    Column("key", String(100)),  # whose work it is; "": nobody's, None: not known yet
    Column("body", LargeBinary, nullable=False),
    Column("missed", BigInteger, nullable=False),  # how many of its webhook's numbers are missing
    Column("received_at", UtcTime, nullable=False),
    Column("relayed_at", UtcTime),  # None: the work is not enqueued yet
    Column("done_at", UtcTime),  # None: no run has taken it into account yet
    Column("outcome", String(20), nullable=False),  # new, work, echo, nobody, done, broken
    Index("inbox_once", "source", "message_id", unique=True),
    Index(
        "inbox_unrelayed",
        "number",
        sqlite_where=text("relayed_at IS NULL"),
        postgresql_where=text("relayed_at IS NULL"),
    ),
    Index(
        "inbox_undone",
        "key",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    Index("inbox_by_key", "key", "number"),
    Index("inbox_by_subject", "subject", "number"),
    Index("inbox_by_source", "source", "number"),
    Index("inbox_by_age", "received_at"),
)

sequences = Table(
    "inbox_sequences",
    inbox_metadata,
    Column("webhook", String(200), primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
)

metadata = MetaData()

version = Table("dispatch_version", metadata, Column("version", Integer, nullable=False))

links = Table(
    "links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(100), nullable=False, unique=True),
    Column("entity", String(60), nullable=False),
    Column("record_id", BigInteger, nullable=False),
    Column("record_number", String(60), nullable=False),
    Column("title", Words, nullable=False),
    Column("work_order_id", BigInteger, unique=True),
    Column("state", String(20), nullable=False),
    Column("waits_for", Words, nullable=False),
    Column("rule", String(100), nullable=False),
    Column("inbound", String(120), nullable=False),
    Column("outbound", String(120), nullable=False),
    Column("order_status", String(100), nullable=False),
    Column("record_mark", String(64), nullable=False),
    Column("order_mark", String(64), nullable=False),
    Column("written", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("recent_writes", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("company", Words, nullable=False, server_default=""),
    Column("since", UtcTime),  # when its state last changed
    Index("links_by_state", "state", "updated_at"),
    Index("links_by_number", "record_number"),
)
by_record = Index("links_by_record", links.c.record_id)
# What the board filters by lies in the index too, so that its wide rows are read only when shown.
by_change = Index(
    "links_by_change",
    links.c.updated_at, links.c.id, links.c.state, links.c.entity, links.c.rule,
)  # fmt: skip
by_since = Index(
    "links_by_since", links.c.since, links.c.id, links.c.state, links.c.entity, links.c.rule
)

link_texts = Table(
    "link_texts",  # what a link is searched by, apart from its wide row
    metadata,
    Column("link_id", ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("entity", String(60), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("text", Words, nullable=False),
    Index("link_texts_counted", "state", "entity", "rule"),
)

intents = Table(
    "intents",
    metadata,
    Column("link_id", ForeignKey("links.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("source", String(200), primary_key=True),
    Column("marker", String(120), nullable=False),
    Column("state", String(20), nullable=False),
    Column("target", String(100), nullable=False),
    Column("content", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index(
        "intents_open",
        "link_id",
        sqlite_where=text("state = 'intended'"),
        postgresql_where=text("state = 'intended'"),
    ),
    Index("intents_by_target", "kind", "target"),
)

trail = Table(
    "trail",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("key", String(100), nullable=False),
    Column("link_id", String(40), nullable=False),
    Column("record_number", String(60), nullable=False),
    Column("kind", String(20), nullable=False),  # message, decision, call, write, error, person
    Column("what", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Index("trail_by_key", "key", "number"),
    Index("trail_by_record", "record_number", "number"),
    Index("trail_by_age", "at"),
)
trail_by_link = Index(
    "trail_by_link",
    trail.c.link_id,
    trail.c.number,
    sqlite_where=text("link_id <> ''"),
    postgresql_where=text("link_id <> ''"),
)
trail_of_few = Index(
    "trail_of_few",  # kinds that are rare among the rest
    trail.c.kind,
    trail.c.number,
    sqlite_where=text("kind IN ('error', 'person')"),
    postgresql_where=text("kind IN ('error', 'person')"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(100), nullable=False),
    Column("link_id", String(40), nullable=False),
    Column("record_number", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("what", Words, nullable=False),
    Column("where", Words, nullable=False),
    Column("remedy", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # open, replayed, settled
    Index("dead_letters_open", "state", "at"),
    Index("dead_letters_by_key", "key", "state"),
)

definitions = Table(
    "definitions",
    metadata,
    Column("kind", String(20), primary_key=True),  # mapping, rule
    Column("name", String(100), primary_key=True),
    Column("version", String(12), primary_key=True),
    Column("content", Text, nullable=False),
    Column("published_at", UtcTime, nullable=False),
    Column("number", Integer, nullable=False),  # counts the publications of a name
    Column("by", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),
)

marks = Table(
    "dispatch_marks",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)
