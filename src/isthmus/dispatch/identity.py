"""
Whom our own calls act as on either side, so that what we did is told from what others did.

Neither vendor has a call that says it. What is found does not change while the credentials stay,
so the caller keeps it: `Own` says under which marks.
"""

from dataclasses import dataclass
from typing import Final

from isthmus.autotask import PermissionDenied, UnknownEntity, UnknownField, q
from isthmus.autotask.port import Record, Records
from isthmus.dispatch.rules.occurrences import digest
from isthmus.fieldnation import FieldNationClient, WorkOrder
from isthmus.fieldnation import PermissionDenied as FieldPermissionDenied
from isthmus.fieldnation.readout import id_of, object_of, text_of
from isthmus.state.dispatch import DispatchState

RESOURCE_MARK: Final = "own/resource"
USER_MARK: Final = "own/user"
_OURS: Final = "Isthmus/"
_MOST_ORDERS: Final = 100


@dataclass(frozen=True, slots=True)
class Own:
    """
    Who we are: our resource at Autotask, our user at Field Nation; None: not known.

    Kept as marks, each beside a hash of the log-in it was found for, so that a new one is asked
    about anew.
    """

    resource: int | None = None
    user: int | None = None


def load_own(state: DispatchState, resource_of: str, user_of: str) -> Own:
    """Return what is kept for these two log-ins. Blocks."""
    return Own(_load(state, RESOURCE_MARK, resource_of), _load(state, USER_MARK, user_of))


def save_own(state: DispatchState, own: Own, resource_of: str, user_of: str) -> None:
    """Keep what is known; what is not known is left as it was. Blocks."""
    for mark, number, of in (
        (RESOURCE_MARK, own.resource, resource_of),
        (USER_MARK, own.user, user_of),
    ):
        if number is not None and _load(state, mark, of) != number:
            state.save_mark(mark, f"{number} {digest(of)}")


def _load(state: DispatchState, mark: str, of: str) -> int | None:
    number, _, known_of = (state.mark(mark) or "").partition(" ")
    return int(number) if number.isdecimal() and known_of == digest(of) else None


async def own_resource(records: Records, username: str) -> int | None:
    """
    Return the resource that our API user is; None where it cannot be found out.

    One call: the resource whose e-mail or user name is the API user's name; where that says
    nothing, a second one: the owner of a webhook of ours. Source: that the API user is a resource
    with its name as e-mail is observed (a public client asks so); that a webhook's owner is who
    made it, and that an API user sees only its own webhooks, is assumed.
    Raises: what reading raises, but for a right that is missing.
    """
    named = q.or_(q.eq("email", username), q.eq("userName", username))
    found = await _find(records, "Resources", named)
    if len(found) == 1:
        return found[0].id
    owners = {
        owner
        for hook in await _find(records, "TicketWebhooks", q.begins_with("name", _OURS))
        if isinstance(owner := hook.values.get("ownerResourceID"), int)
    }
    return owners.pop() if len(owners) == 1 else None


async def _find(records: Records, entity: str, where: q.Node) -> tuple[Record, ...]:
    """Return what is found; nothing where we may not look, or where SOAP has no such entity."""
    try:
        return await records.find(entity, where, limit=10)
    except (PermissionDenied, UnknownEntity, UnknownField):
        return ()


async def own_user(orders: FieldNationClient, username: str, url: str = "") -> int | None:
    """
    Return the user that we are at Field Nation; None where it cannot be found out.

    One call: a manager of one of the latest hundred orders whose user name or e-mail is ours; the
    user a call acts as is the manager where none was named. Where that says nothing, a second one:
    who made the webhook at `url`. The list of managers shows neither user names nor addresses.
    Source: both fields of a manager, and a webhook's `userId` as its maker, are documented; the
    default manager is observed. A webhook made by an earlier user of ours would mislead, so orders
    go first. Raises: what reading raises, but for a right that is missing.
    """
    try:
        found = await _manager(orders, username)
        if found is None and url:
            found = await _maker(orders, url)
    except FieldPermissionDenied:
        return None
    return found


async def _manager(orders: FieldNationClient, username: str) -> int | None:
    listing = orders.work_orders.list(
        columns=("id", "manager"), order="desc", per_page=_MOST_ORDERS
    )
    seen = 0
    async for order in listing:
        number = _if_ours(order, username)
        if number is not None:
            return number
        seen += 1
        if seen >= _MOST_ORDERS:
            break
    return None


def _if_ours(order: WorkOrder, username: str) -> int | None:
    manager = object_of(order.raw.get("manager"))
    names = {text_of(manager.get(name)).casefold() for name in ("username", "email")}
    return id_of(manager.get("id")) if username.casefold() in names else None


async def _maker(orders: FieldNationClient, url: str) -> int | None:
    hook = next((one for one in await orders.webhooks.list() if one.url == url), None)
    return None if hook is None else id_of(hook.raw.get("userId"))
