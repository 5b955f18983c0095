"""Reads what a tenant has of webhooks, and resolves names against its metadata."""

import asyncio
import difflib
from collections.abc import Mapping, Sequence
from typing import Final

from isthmus.autotask import query as q
from isthmus.autotask.errors import UnknownField
from isthmus.autotask.models import FieldInfo
from isthmus.autotask.port import Record, Records, Value
from isthmus.autotask.webhooks.catalog import Subject, subject_of
from isthmus.autotask.webhooks.errors import ResourceUnclear
from isthmus.autotask.webhooks.ownership import connection_of, same_address
from isthmus.autotask.webhooks.shapes import Found, FoundExcluded, FoundField
from isthmus.autotask.webhooks.wanted import Target, Wanted, Watched
from isthmus.base import redaction

_CODE: Final = "fieldid"
_UDF_CODE: Final = "udffieldid"


async def read_found(records: Records, entity: str, connection: str, url: str) -> tuple[Found, ...]:
    """
    Read all webhooks on an entity that this API user may see; fields only of those like ours.

    Costs one call, and two or three more when there is one like ours.
    """
    subject = subject_of(entity)
    hooks = [record async for record in records.read(subject.webhooks)]
    told = [(hook.id, _folded(hook)) for hook in hooks]
    ours = [
        number
        for number, values in told
        if connection_of(_text(values, "name")) == connection
        or same_address(_text(values, "webhookurl"), url)
    ]
    children = await _read_children(records, subject, ours)
    return tuple(
        _found(entity, number, values, children, number in ours) for number, values in told
    )


_Children = dict[str, list[tuple[int, Mapping[str, Value]]]]


async def _read_children(records: Records, subject: Subject, ours: Sequence[int]) -> _Children:
    """Read fields, UDF fields and excluded resources of webhooks, by collection."""
    names = [subject.fields, subject.excluded]
    if subject.udf_fields is not None:
        names.append(subject.udf_fields)
    if not ours:
        return {name: [] for name in names}

    async def read(name: str) -> list[tuple[int, Mapping[str, Value]]]:
        where = q.in_("webhookID", ours)
        return [(one.id, _folded(one)) async for one in records.read(name, where)]

    return dict(zip(names, await asyncio.gather(*(read(name) for name in names)), strict=True))


def _found(
    entity: str, number: int, values: Mapping[str, Value], children: _Children, ours: bool
) -> Found:
    subject = subject_of(entity)
    secret = values.get("secretkey")
    owner = values.get("ownerresourceid")
    if isinstance(secret, str):
        redaction.guard(secret)
    return Found(
        entity=entity,
        id=number,
        guid=_text(values, "webhookguid"),
        name=_text(values, "name"),
        url=_text(values, "webhookurl"),
        deactivation_url=_text(values, "deactivationurl"),
        secret=secret if isinstance(secret, str) and secret.strip("*") else None,
        email=_text(values, "notificationemailaddress"),
        notifies=values.get("sendthresholdexceedednotification") is True,
        active=values.get("isactive") is True,
        ready=values.get("isready") is True,
        creates=values.get("issubscribedtocreateevents") is True,
        updates=values.get("issubscribedtoupdateevents") is True,
        deletes=values.get("issubscribedtodeleteevents") is True,
        owner_id=owner if isinstance(owner, int) else None,
        fields=_fields(children[subject.fields], number, _CODE),
        udfs=_fields(children.get(subject.udf_fields or "", []), number, _UDF_CODE),
        excluded=_excluded(children[subject.excluded], number),
        children_read=ours,
    )


def _fields(
    children: Sequence[tuple[int, Mapping[str, Value]]], webhook_id: int, key: str
) -> tuple[FoundField, ...]:
    return tuple(
        FoundField(
            child_id,
            code,
            values.get("issubscribedfield") is True,
            values.get("isdisplayalwaysfield") is True,
        )
        for child_id, values in children
        if values.get("webhookid") == webhook_id and isinstance(code := values.get(key), int)
    )


def _excluded(
    children: Sequence[tuple[int, Mapping[str, Value]]], webhook_id: int
) -> tuple[FoundExcluded, ...]:
    return tuple(
        FoundExcluded(child_id, resource)
        for child_id, values in children
        if values.get("webhookid") == webhook_id
        and isinstance(resource := values.get("resourceid"), int)
    )


async def resolve(records: Records, wanted: Wanted) -> Target:
    """
    Resolve field, UDF and resource names.

    Field ids come from the picklists of the webhook's own field entities, not from the entity's
    fields (observed). Raises: UnknownField with the nearest names; ResourceUnclear.
    """
    subject = subject_of(wanted.entity)
    fields = await _codes(records, subject.fields, _CODE, wanted.fields, "field")
    udfs: dict[int, Watched] = {}
    if wanted.udfs and subject.udf_fields is not None:
        udfs = await _codes(records, subject.udf_fields, _UDF_CODE, wanted.udfs, "UDF")
    excluded = [await _resource(records, one) for one in wanted.excluded]
    return Target(wanted, fields, udfs, dict(excluded))


async def _codes(
    records: Records, collection: str, key: str, wanted: Sequence[Watched], word: str
) -> dict[int, Watched]:
    if not wanted:
        return {}
    known = _labels(await records.fields(collection), key)
    codes: dict[int, Watched] = {}
    for one in wanted:
        code = known.get(one.name.casefold())
        if code is None:
            raise _unknown(collection, one.name, list(known), word)
        codes[code[0]] = one
    return codes


def _labels(fields: Sequence[FieldInfo], key: str) -> dict[str, tuple[int, str]]:
    """Return code and label of every active entry, by label in lower case."""
    picklist = next((field.picklist for field in fields if field.name.casefold() == key), None)
    return {
        entry.label.casefold(): (int(entry.code), entry.label)
        for entry in picklist or ()
        if entry.is_active and entry.code.strip().isdecimal()
    }


def _unknown(collection: str, name: str, known: list[str], word: str) -> UnknownField:
    near = tuple(difflib.get_close_matches(name.casefold(), known, n=3, cutoff=0.6))
    if near:
        hint = f"Did you mean {', '.join(near)}?"
    elif known:
        hint = f"It offers {', '.join(sorted(known)[:80])}."
    else:
        hint = "It offers none at all; see whether the API user may read them."
    return UnknownField(
        f"Webhooks cannot watch a {word} {name!r}", where=collection, remedy=hint, near=near
    )


async def _resource(records: Records, wanted: int | str) -> tuple[int, str]:
    """Return id and name of a resource given by id, user name, e-mail or full name."""
    if isinstance(wanted, int):
        return wanted, f"resource {wanted}"
    text = wanted.strip()
    first, _, last = text.partition(" ")
    ways: list[q.Node] = [q.eq("userName", text), q.eq("email", text)]
    if first and last:
        ways.append(q.and_(q.eq("firstName", first), q.eq("lastName", last.strip())))
    found = await records.find("Resources", q.or_(*ways)) if text else ()
    if len(found) != 1:
        how_many = "No resource is" if not found else f"{len(found)} resources are"
        ids = ", ".join(str(one.id) for one in found)
        raise ResourceUnclear(
            redaction.redact(f"{how_many} called {text!r}, which webhooks are to leave out"),
            where="Resources",
            remedy=f"Give its id instead{f', one of {ids}' if ids else ''}. An API user's id shows"
            " in Autotask as the person of whatever it wrote.",
        )
    values = _folded(found[0])
    name = f"{_text(values, 'firstname')} {_text(values, 'lastname')}".strip()
    return found[0].id, f"{name or 'resource'} ({found[0].id})"


def _folded(record: Record) -> Mapping[str, Value]:
    """Return values by names in lower case: `webhookGUID` is also spelt `webhookGuid`."""
    return {name.casefold(): value for name, value in record.values.items()}


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
