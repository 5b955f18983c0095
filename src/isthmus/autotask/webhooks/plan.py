"""
Wanted against found: the writes that make one into the other. Pure.

The order keeps every moment safe. A new webhook is made inactive and gets its excluded resources
and fields before it is activated, so that none fires half made, and none hears our own writes.
One that is active stays so while it is mended: switching it off would lose events. Duplicates go
first, because the vendor may refuse their twin; an orphan that a person gave up goes last, when the
other is active. Whatever crashes in between leaves a state from which the next plan goes on.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.autotask.webhooks.catalog import Subject, subject_of
from isthmus.autotask.webhooks.ownership import recognise, shown
from isthmus.autotask.webhooks.shapes import (
    Found,
    FoundField,
    Plan,
    Seen,
    Standing,
    Step,
    Verb,
)
from isthmus.autotask.webhooks.wanted import Target, Wanted, Watched

NOT_COMPARED: Final = (
    "Autotask does not show the secret, so it is not compared. If deliveries fail verification,"
    " set it anew."
)


def plan_removal(
    found: Sequence[Found], entity: str, connection: str, url: str, remove: Collection[int] = ()
) -> Plan:
    """Plan the removal of a connection's webhook on an entity, its duplicates, and those named."""
    seen = recognise(found, connection, url)
    steps = [
        _removal(one) for one in seen if one.standing is Standing.OURS or _is_removed(one, remove)
    ]
    kept = next((one.found.id for one in seen if one.standing is Standing.OURS), None)
    notices = [_notice(one) for one in seen if _is_named(one, remove)]
    return Plan(
        entity, f"Isthmus/{connection}/{entity}", kept, tuple(steps), tuple(notices), removes=True
    )


def plan_webhook(
    target: Target,
    found: Sequence[Found],
    *,
    renew_secret: bool = False,
    remove: Collection[int] = (),
) -> Plan:
    """
    Plan the one webhook that is wanted on an entity.

    Args: found: all webhooks of the entity. renew_secret: set the secret even where it cannot be
    compared. remove: ids of orphans that a person decided to remove; others are only named.
    """
    wanted = target.wanted
    seen = recognise(found, wanted.connection, wanted.url)
    kept = next((one for one in seen if one.standing is Standing.OURS), None)
    gone = [one for one in seen if _is_removed(one, remove)]
    steps = [_removal(one) for one in gone if one.standing is Standing.DUPLICATE]
    notices = [_notice(one) for one in seen if _is_named(one, remove)]
    if kept is None:
        steps.extend(_making(target))
    else:
        notices.extend(_own_notices(kept, target, renew_secret=renew_secret))
        steps.extend(_mending(target, kept.found, renew_secret=renew_secret))
    steps.extend(_removal(one) for one in gone if one.standing is Standing.ORPHAN)
    keeps = None if kept is None else kept.found.id
    return Plan(wanted.entity, wanted.name, keeps, tuple(steps), tuple(notices))


def _is_removed(one: Seen, remove: Collection[int]) -> bool:
    if one.standing is Standing.ORPHAN:
        return one.found.id in remove
    return one.standing is Standing.DUPLICATE


def _is_named(one: Seen, remove: Collection[int]) -> bool:
    return one.standing is Standing.ORPHAN and one.found.id not in remove


def _notice(one: Seen) -> str:
    troubles = f" ({'; '.join(one.troubles)})" if one.troubles else ""
    return f"webhook {one.found.id} {one.because}{troubles}; it is left as it is"


def _own_notices(one: Seen, target: Target, *, renew_secret: bool) -> Iterator[str]:
    hook = one.found
    if not hook.active:
        yield f"webhook {hook.id} was {one.troubles[0]}"
    elif not hook.ready and (hook.fields or hook.udfs):
        yield f"webhook {hook.id} has fields and is active, but Autotask does not call it ready"
    if hook.secret is None and not renew_secret:
        yield NOT_COMPARED
    if hook.owner_id is not None and hook.owner_id not in target.excluded:
        yield (
            f"its owner, resource {hook.owner_id}, is not excluded: if that is the API user, its"
            " own writes come back"
        )


def _removal(one: Seen) -> Step:
    collection = subject_of(one.found.entity).webhooks
    says = f"- webhook {one.found.id} to {shown(one.found.url)} is removed: {one.because}"
    return Step(Verb.DELETE, collection, says, id=one.found.id)


def _values(wanted: Wanted) -> dict[str, str | int | bool]:
    """Return the vendor's fields of a webhook but for its secret and its activity."""
    return {
        "name": wanted.name,
        "webhookUrl": wanted.url,
        "deactivationUrl": wanted.deactivation_url,
        "isSubscribedToCreateEvents": wanted.creates,
        "isSubscribedToUpdateEvents": wanted.updates,
        "isSubscribedToDeleteEvents": wanted.deletes,
        "sendThresholdExceededNotification": bool(wanted.email),
        **({"notificationEmailAddress": wanted.email} if wanted.email else {}),
    }


def _making(target: Target) -> Iterator[Step]:
    wanted = target.wanted
    subject = subject_of(wanted.entity)
    values = {**_values(wanted), "secretKey": wanted.secret, "isActive": False}
    events = [
        word
        for word, on in (
            ("create", wanted.creates),
            ("update", wanted.updates),
            ("delete", wanted.deletes),
        )
        if on
    ]
    says = f"+ webhook to {shown(wanted.url)} on {', '.join(events)}, inactive at first"
    yield Step(Verb.CREATE, subject.webhooks, says, values=values)
    yield from _children(target, None, subject)
    yield _activation(subject, None)


def _mending(target: Target, hook: Found, *, renew_secret: bool) -> Iterator[Step]:
    subject = subject_of(target.wanted.entity)
    children = list(_children(target, hook, subject))
    yield from (step for step in children if step.verb is not Verb.DELETE)
    yield from _setting(target.wanted, hook, subject, renew_secret=renew_secret)
    yield from (step for step in children if step.verb is Verb.DELETE)
    if not hook.active:
        yield _activation(subject, hook.id)


def _activation(subject: Subject, webhook_id: int | None) -> Step:
    return Step(
        Verb.UPDATE, subject.webhooks, "* it is activated", id=webhook_id, values={"isActive": True}
    )


def _setting(
    wanted: Wanted, hook: Found, subject: Subject, *, renew_secret: bool
) -> Iterator[Step]:
    """Yield the one update that puts a webhook's own values right."""
    now = {
        "name": hook.name,
        "webhookUrl": hook.url,
        "deactivationUrl": hook.deactivation_url,
        "isSubscribedToCreateEvents": hook.creates,
        "isSubscribedToUpdateEvents": hook.updates,
        "isSubscribedToDeleteEvents": hook.deletes,
        "sendThresholdExceededNotification": hook.notifies,
        "notificationEmailAddress": hook.email,
    }
    changes = {name: value for name, value in _values(wanted).items() if now[name] != value}
    seen_wrong = hook.secret is not None and hook.secret != wanted.secret
    if seen_wrong or renew_secret:
        changes["secretKey"] = wanted.secret
    if changes:
        told = ", ".join(_told(name, value) for name, value in changes.items())
        says = f"~ webhook {hook.id}: {told}"
        yield Step(Verb.UPDATE, subject.webhooks, says, id=hook.id, values=changes)


def _told(name: str, value: object) -> str:
    if name == "secretKey":
        return "the secret is set"
    shown_value = shown(str(value)) if name in {"webhookUrl", "deactivationUrl"} else value
    return f"{name} = {shown_value}"


def _children(target: Target, hook: Found | None, subject: Subject) -> Iterator[Step]:
    """Yield the writes of excluded resources first, then fields, then UDF fields."""
    parent = None if hook is None else hook.id
    there = {} if hook is None else {one.resource_id: one.id for one in hook.excluded}
    for resource_id, name in target.excluded.items():
        if resource_id not in there:
            says = f"+ changes by {name} are left out"
            values = {"webhookID": parent or 0, "resourceID": resource_id}
            yield _child(Verb.CREATE, subject.excluded, says, parent, values=values)
    for resource_id, child_id in there.items():
        if resource_id not in target.excluded:
            says = f"- changes by resource {resource_id} are told again"
            yield _child(Verb.DELETE, subject.excluded, says, parent, child_id)
    fields = () if hook is None else hook.fields
    of_fields = _Kind(subject.fields, "fieldID", "field")
    yield from _field_steps(of_fields, parent, target.fields, fields)
    if subject.udf_fields is not None:
        of_udfs = _Kind(subject.udf_fields, "udfFieldID", "UDF")
        udfs = () if hook is None else hook.udfs
        yield from _field_steps(of_udfs, parent, target.udfs, udfs)


@dataclass(frozen=True, slots=True)
class _Kind:
    """Fields or UDF fields: their collection, the name of their code, the word for them."""

    collection: str
    key: str
    word: str


def _field_steps(
    kind: _Kind, parent: int | None, wanted: Mapping[int, Watched], found: Sequence[FoundField]
) -> Iterator[Step]:
    collection = kind.collection
    there: dict[int, FoundField] = {}
    for one in sorted(found, key=lambda field: field.id):
        if one.code in wanted and one.code not in there:
            there[one.code] = one
        else:
            yield _child(
                Verb.DELETE, collection, f"- {kind.word} {one.code} is dropped", parent, one.id
            )
    for code, watched in wanted.items():
        flags = {"isSubscribedField": watched.fires, "isDisplayAlwaysField": watched.always}
        manner = f"{kind.word} {watched.name} {_manner(watched)}"
        if code not in there:
            values = {"webhookID": parent or 0, kind.key: code, **flags}
            yield _child(Verb.CREATE, collection, f"+ {manner}", parent, values=values)
        elif (there[code].fires, there[code].always) != (watched.fires, watched.always):
            yield _child(
                Verb.UPDATE, collection, f"~ {manner}", parent, there[code].id, values=flags
            )


def _manner(watched: Watched) -> str:
    if watched.fires:
        return "fires, always sent" if watched.always else "fires"
    return "always sent"


def _child(
    verb: Verb, collection: str, says: str, parent: int | None, child_id: int | None = None,
    *, values: Mapping[str, str | int | bool] | None = None,
) -> Step:  # fmt: skip
    return Step(
        verb, collection, says, id=child_id, webhook_id=parent, is_child=True, values=values or {}
    )
