"""
The select by which DuckDB turns NDJSON segments of raw records into typed columns.

Pure text. Every value is read as text, cast, and compared with what the cast gives back, because
DuckDB rounds 7.5 into a whole-number column without a word. A value that does not fit stops the
select with the message `MISFIT`; `misfit_select` then tells which columns and shows an example.
Source: DuckDB 2.0.0, observed; for what JSON numbers become on the way see sync/rules/normalize.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from isthmus.warehouse.dialect import Dialect, literal
from isthmus.warehouse.ports import Column, ColumnType, Origin, TableShape
from isthmus.warehouse.segments import USER_FIELDS
from isthmus.warehouse.shaping import stored_raw

MISFIT = "isthmus: a value does not fit its column"
_USER_FIELD_TYPE = "STRUCT(name VARCHAR, value VARCHAR)[]"
_USER_FIELD_ORIGINS = (Origin.UDF, Origin.UDF_CODE)
_DECIMAL = r"-?([0-9]{1,14}(\.[0-9]{0,4}0*)?|\.[0-9]{1,4}0*)"
_WIDE_DECIMAL = r"-?([0-9]{1,28}(\.[0-9]{0,10}0*)?|\.[0-9]{1,10}0*)"


class Decoder:
    """
    Selects over segments for one shape.

    `places` tells at which place (from 1) of a record's list a user-defined field usually stands,
    so that 300 of them cost no search; where another field stands there, it is searched for.
    """

    def __init__(
        self,
        dialect: Dialect,
        shape: TableShape,
        segments: Sequence[Path],
        *,
        largest_record: int,
        places: Mapping[str, int],
    ) -> None:
        self._dialect = dialect
        self._columns = stored_raw(shape)
        self._segments = segments
        self._largest = largest_record
        self._places = places

    def relation(self) -> str:
        """Return `read_json` over the segments, every field as text."""
        fields = {c.source: "VARCHAR" for c in self._columns if c.origin not in _USER_FIELD_ORIGINS}
        if len(fields) < len(self._columns):
            fields[USER_FIELDS] = _USER_FIELD_TYPE
        columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in fields.items())
        files = ", ".join(literal(str(segment)) for segment in self._segments)
        return (
            f"read_json([{files}], format = 'newline_delimited', compression = 'uncompressed',"
            f" records = 'true', maximum_object_size = {self._largest}, columns = {{{columns}}})"
        )

    def strict(self, only: Sequence[int] = ()) -> str:
        """Select the raw columns, typed; stops with MISFIT at a value that does not fit."""
        wanted = ", ".join(
            f"{self._strict_value(c)} AS {self._dialect.name(c.name)}" for c in self._columns
        )
        sql = f"SELECT {wanted} FROM {self.relation()} AS r"
        if only:
            ids = ", ".join(literal(str(number)) for number in only)
            sql += f" WHERE r.{self._quoted('id')} IN ({ids})"
        return sql

    def misfit_select(self) -> str:
        """Select, per raw column, one value that does not fit; null where all fit."""
        wanted = ", ".join(
            f"min({self._text(c)}) FILTER (WHERE NOT ({self._fits(c)}))" for c in self._columns
        )
        return f"SELECT {wanted} FROM {self.relation()} AS r"

    def _quoted(self, source: str) -> str:
        return '"' + source.replace('"', '""') + '"'

    def _text(self, column: Column) -> str:
        """Return the value as received; a blank user-defined field that is no text is null."""
        if column.origin not in _USER_FIELD_ORIGINS:
            return f"r.{self._quoted(column.source)}"
        fields, name = f"r.{USER_FIELDS}", literal(column.source)
        found = f"list_filter({fields}, lambda u: u.name = {name})[-1].value"
        place = self._places.get(column.source)
        if place is not None:
            here = f"{fields}[{place}]"
            found = f"CASE WHEN {here}.name = {name} THEN {here}.value ELSE {found} END"
        return found if column.type is ColumnType.TEXT else f"nullif(trim({found}), '')"

    def _strict_value(self, column: Column) -> str:
        text = self._text(column)
        if column.type is ColumnType.TEXT:
            return text
        kind = self._dialect.type(column.type)
        value = f"TRY_CAST({text} AS {kind})"
        cases = "".join(f" WHEN {test} THEN {value}" for test in _tests(text, value, column.type))
        null = "" if column.name.lower() == "id" else f" WHEN {text} IS NULL THEN NULL"
        return f"CASE{null}{cases} ELSE error({literal(MISFIT)}) END"

    def _fits(self, column: Column) -> str:
        text = self._text(column)
        if column.name.lower() == "id":
            return f"coalesce(TRY_CAST({text} AS BIGINT)::VARCHAR = {text}, false)"
        if column.type is ColumnType.TEXT:
            return "true"
        value = f"TRY_CAST({text} AS {self._dialect.type(column.type)})"
        tests = " OR ".join(f"coalesce({test}, false)" for test in _tests(text, value, column.type))
        return f"{text} IS NULL OR {tests}"


def _tests(text: str, value: str, kind: ColumnType) -> tuple[str, ...]:
    """
    Return the tests, the likeliest first, any of which proves that `value` says all `text` says.

    The seventh and further decimals of a second are not kept: no database here stores them.
    """
    if kind is ColumnType.INTEGER:
        back = f"CAST({value} AS VARCHAR)"
        return (f"{back} = {text}", f"{back} || '.0' = {text}")
    if kind is ColumnType.BOOLEAN:
        return (f"{text} IN ('true', 'false')", f"lower({text}) IN ('true', 'false')")
    if kind is ColumnType.TIMESTAMP:
        return (f"{text} BETWEEN '0' AND ':' AND {value} IS NOT NULL",)
    pattern = _DECIMAL if kind is ColumnType.DECIMAL else _WIDE_DECIMAL
    return (
        f"regexp_full_match({text}, {literal(pattern)})",
        f"contains(lower({text}), 'e') AND CAST({value} AS DOUBLE) = TRY_CAST({text} AS DOUBLE)",
    )
