"""The few words in which the databases differ; all other SQL is shared."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from isthmus.warehouse.ports import ColumnType

DATA_SCHEMA = "autotask"
NOTES_SCHEMA = "isthmus"
FRESH = "isthmus_fresh"
COMPARED = "isthmus_compared"
SEEN = "isthmus_seen"
MOVED = "isthmus_moved"


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    One database's words.

    `types` names each column type; `folded` tells that identifiers are kept in lower case, so that
    a query without quotes finds them; `line` is a hidden column that rises along the rows of a
    temporary table as they were written; `packed` follows the type of a long text column where the
    database can pack it tightly; `lists` tells that it has DuckDB's lists, in which labels are
    looked up (a join costs megabytes for each picklist); `keyed` that an index on the ids pays;
    `in_order` makes a select from a temporary table keep the order of its lines.
    """

    types: Mapping[ColumnType, str]
    folded: bool
    line: str
    packed: str = ""
    lists: bool = False
    keyed: bool = False
    in_order: str = ""

    def name(self, identifier: str) -> str:
        """Quote an identifier, folded where the database folds."""
        kept = identifier.lower() if self.folded else identifier
        return '"' + kept.replace('"', '""') + '"'

    def names(self, identifiers: Iterable[str], of: str = "") -> str:
        """Quote a list of columns, each of the table or alias `of` when one is given."""
        prefix = f"{of}." if of else ""
        return ", ".join(prefix + self.name(identifier) for identifier in identifiers)

    def table(self, dataset: str) -> str:
        """Name the table of a dataset."""
        return f"{self.name(DATA_SCHEMA)}.{self.name(dataset)}"

    def note(self, table: str) -> str:
        """Name a table of our own notes."""
        return f"{self.name(NOTES_SCHEMA)}.{self.name(table)}"

    def type(self, column_type: ColumnType) -> str:
        """Name a type."""
        return self.types[column_type]

    def label(self, value: str, codes: Sequence[str], labels: Sequence[str]) -> str:
        """Look a code up among literals; null where it is not among them."""
        if not codes:
            return "CAST(NULL AS VARCHAR)"
        texts = [literal(text) for text in labels]
        if self.lists:
            return f"([{', '.join(texts)}])[list_position([{', '.join(codes)}], {value})]"
        cases = " ".join(f"WHEN {c} THEN {t}" for c, t in zip(codes, texts, strict=True))
        return f"CASE {value} {cases} END"

    def joined_parts(self, value: str, each: Callable[[str], str]) -> str:
        """Split a text at its commas and join what `each` makes of the trimmed parts by ', '."""
        part = each("trim(part)")
        if self.lists:
            return f"array_to_string([{part} FOR part IN string_split({value}, ',')], ', ')"
        return (
            f"(SELECT string_agg({part}, ', ' ORDER BY place) FROM"
            f" unnest(string_to_array({value}, ',')) WITH ORDINALITY AS parts(part, place))"
        )

    def parts_of_rows(self, value: str, relation: str, where: str) -> str:
        """Select, as `part`, the different trimmed parts of each row's text, row by row."""
        if self.lists:
            parts = f"[trim(part) FOR part IN string_split({value}, ',')]"
            return f"SELECT unnest(list_distinct({parts})) AS part FROM {relation} WHERE {where}"
        return (
            f"SELECT own.part FROM {relation} CROSS JOIN LATERAL (SELECT DISTINCT trim(part) AS"
            f" part FROM unnest(string_to_array({value}, ',')) AS parts(part)) AS own WHERE {where}"
        )

    def as_text(self, expression: str, column_type: ColumnType) -> str:
        """Write a value as text without saying more than it holds: 12.5, not 12.5000."""
        text = f"CAST({expression} AS VARCHAR)"
        match column_type:
            case ColumnType.DECIMAL | ColumnType.WIDE_DECIMAL:
                return f"rtrim(rtrim({text}, '0'), '.')"
            case ColumnType.TIMESTAMP:
                return self.instant_as_text(expression)
            case _:
                return text

    def instant_as_text(self, expression: str) -> str:
        """Write an instant as the vendor does: 2024-01-31T09:30:00.000Z, to the microsecond."""
        text = f"CAST({expression} AT TIME ZONE 'UTC' AS VARCHAR)"
        return f"replace({text}, ' ', 'T') || 'Z'"


def literal(text: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
