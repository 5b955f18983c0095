"""
Rows in storage form to entities as XML.

Source: recorded answers. The id has no type and all other fields have one; fields in the
WSDL's order; null fields are left out; user-defined fields are all listed once one has a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.soap.envelope import element
from isthmus_sim.autotask.store.rows import decimal_text
from isthmus_sim.autotask.store.state import UDF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from isthmus_sim.autotask.soap.catalog import SoapEntity, SoapField
    from isthmus_sim.autotask.soap.times import Shown
    from isthmus_sim.autotask.store.state import State

XSD = {
    "integer": "int",
    "long": "int",
    "short": "short",
    "string": "string",
    "datetime": "dateTime",
    "boolean": "boolean",
    "double": "double",
    "decimal": "decimal",
    "float": "double",
}
_WHOLE = frozenset({"integer", "long", "short"})
_INT = 2**31
_REMEMBERED = 20_000
# Never told; the stars are recorded.
_SECRET = {("Resource", "Password"): "******"}


@dataclass(frozen=True)
class Spelling:
    """How values are written: times, days that no zone moves, and texts."""

    times: Shown
    days: Shown
    escape: Callable[[str], str]


class EntityWriter:
    """
    Writes the entities of one kind from rows selected by `columns`, in that order.

    Fields that never held a value in any row are not even selected.
    """

    def __init__(self, state: State, entity: SoapEntity, spelling: Spelling) -> None:
        self.entity = entity
        collection = entity.rest or ""
        rest = state.catalog[collection]
        live = state.live_keys(collection)
        self._spelling = spelling
        columns, self._plan = ["id"], []
        for field in entity.fields[1:]:
            constant = _SECRET.get((entity.name, field.name))
            if constant is not None:
                columns.append("1")
                self._plan.append(_constant(field, constant))
            elif field.rest is not None and field.rest in live:
                columns.append(state.column(collection, field.rest))
                kind = rest.by_name[field.rest.lower()].type
                self._plan.append(_writer(field, kind, spelling))
            elif field.plain:
                columns.append("NULL")
                self._plan.append(_plain(field))
        self._fields = len(columns)
        known = [d.name for d in state.udf_definitions(collection)] if entity.has_udfs else []
        self._udfs = known
        columns += [
            state.column(collection, UDF + name) if UDF + name in live else "NULL" for name in known
        ]
        self.columns = ", ".join(columns)
        self._udf_texts: dict[tuple[Any, ...], str] = {}

    def write(self, rows: Sequence[tuple[Any, ...]]) -> str:
        """Give the Entity elements of some rows."""
        head = f'<Entity xsi:type="{self.entity.name}">'
        return "".join([f"{head}{self.content(row)}</Entity>" for row in rows])

    def content(self, row: tuple[Any, ...]) -> str:
        """Give what an entity element holds."""
        parts = [f"<id>{row[0]}</id>", self._udf_list(row[self._fields :])]
        parts += [
            make(value) for make, value in zip(self._plan, row[1 : self._fields], strict=True)
        ]
        return "".join(parts)

    def _udf_list(self, values: tuple[Any, ...]) -> str:
        made = self._udf_texts.get(values)
        if made is None:
            if len(self._udf_texts) > _REMEMBERED:
                self._udf_texts.clear()
            made = self._udf_texts[values] = self._make_udf_list(values)
        return made

    def _make_udf_list(self, values: tuple[Any, ...]) -> str:
        if all(value is None for value in values):
            return "<UserDefinedFields />"
        escape = self._spelling.escape
        listed = []
        for name, value in zip(self._udfs, values, strict=True):
            told = "" if value is None else element("Value", escape(str(value)))
            listed.append(f"<UserDefinedField><Name>{escape(name)}</Name>{told}</UserDefinedField>")
        return element("UserDefinedFields", "".join(listed))


def _constant(field: SoapField, text: str) -> Callable[[Any], str]:
    made = f'<{field.name} xsi:type="xsd:string">{text}</{field.name}>'
    return lambda _value: made


def _plain(field: SoapField) -> Callable[[Any], str]:
    """A field the WSDL gives a type and requires carries none of its own."""
    name = field.name
    return lambda value: f"<{name}>{'true' if value else 'false'}</{name}>"


def _writer(field: SoapField, stored: str, spelling: Spelling) -> Callable[[Any], str]:
    """Give what writes a field's value as an element; nothing for null. stored: its REST type."""
    if field.plain:
        return _plain(field)
    kind = field.wire or field.type
    text = _texts(field, kind, stored, spelling)
    name, xsd = field.name, XSD[kind]
    start, end, empty = (
        f'<{name} xsi:type="xsd:{xsd}">',
        f"</{name}>",
        f'<{name} xsi:type="xsd:{xsd}" />',
    )
    wide = f'<{name} xsi:type="xsd:long">'

    def write(value: Any) -> str:
        if value is None:
            return ""
        made = text(value)
        if not made:
            return empty if made == "" else ""
        return f"{start}{made}{end}"

    def write_whole(value: Any) -> str:
        if value is None:
            return ""
        made = text(value)
        if made is None:
            return ""
        return f"{start if len(made) < 10 or -_INT <= int(made) < _INT else wide}{made}{end}"

    return write_whole if kind in _WHOLE else write


def _texts(
    field: SoapField, kind: str, stored: str, spelling: Spelling
) -> Callable[[Any], str | None]:
    """Choose how a stored value is spelled for a kind of field."""
    if stored == "datetime":
        return (spelling.days if field.unshifted else spelling.times).__getitem__
    if stored == "decimal":
        return {"decimal": decimal_text, "string": decimal_text}.get(
            kind, _whole_part if kind in _WHOLE else _shortened
        )
    if kind == "boolean":
        return lambda value: "true" if value else "false"
    if stored == "boolean" and kind == "string":
        return lambda value: "True" if value else "False"
    if stored == "string" and kind != "string":
        return lambda value: value if str(value).lstrip("-").isdecimal() else None
    return spelling.escape if stored == "string" else str


def _whole_part(value: int | str) -> str:
    return decimal_text(value).partition(".")[0]


def _shortened(value: int | str) -> str:
    """Write a double without zeros at its end, as the framework does (assumed)."""
    text = decimal_text(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
