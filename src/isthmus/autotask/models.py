"""The shapes that cross from the Autotask client to the rest: frozen, no behaviour of the wire."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Zone:
    """
    Where a tenant lives.

    `url` ends in a slash; `V1.0/...` is appended to it as it is.
    Source: REST API help, zone information (`zoneName`, `url`, `webUrl`, `ci`).
    """

    name: str
    url: str
    web_url: str
    ci: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """
    What the tenant has used of its calls, by all integrations together.

    `server_time` is the answer's `Date` header, UTC, whole seconds.

    Source: `GET V1.0/ThresholdInformation`; the call counts itself.
    """

    limit: int
    window_minutes: int
    used: int
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Usage:
    """
    What was spent, as far as it is known without a call.

    `calls_made` counts this client's calls. `limit` and `used` are the tenant's for the hour, with
    our calls since the last reading added; None before the first reading. `used_share` is
    used / limit, 0.0 when not known.
    """

    calls_made: int
    limit: int | None
    used: int | None
    used_share: float


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """
    One entry of a picklist.

    `code` is text even where records hold integers. Inactive values stay on old records.
    """

    code: str
    label: str
    is_active: bool
    is_system: bool
    sort_order: int
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """
    One field of an entity, as `entityInformation/fields` describes it.

    `data_type` is one of the vendor's words in lower case: string, integer, long, double, decimal,
    datetime, boolean, short, byte. `length` is 0 where it has no meaning. `reference` is the
    collection referred to by its REST name ("Companies", not the vendor's legacy "Account");
    None when the field refers to nothing. `picklist` is None when the field is no picklist.
    """

    name: str
    data_type: str
    length: int
    is_required: bool
    is_read_only: bool
    is_queryable: bool
    reference: str | None
    picklist: tuple[PicklistValue, ...] | None
    picklist_parent: str | None


@dataclass(frozen=True, slots=True)
class UdfInfo:
    """
    One user-defined field: `name` is what records carry; values are always strings there.

    `length` is 0 where it has no meaning or is not told.
    """

    name: str
    label: str
    data_type: str
    picklist: tuple[PicklistValue, ...] | None
    length: int = 0
    is_required: bool = False
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class EntityInfo:
    """
    What the caller may do with an entity: what the vendor has at all, and this user's level.

    A level is None, All or Restricted.
    """

    name: str
    can_query: bool
    can_create: bool
    can_update: bool
    can_delete: bool
    query_access: str
    create_access: str
    has_user_defined_fields: bool
    update_access: str = "All"


@dataclass(frozen=True, slots=True)
class Page:
    """
    One answer of a query: raw records in ascending id order.

    `rows` holds the records as the vendor's own JSON bytes, one object each, never re-encoded.
    `server_time` is the answer's `Date` header, UTC, whole seconds. `more` tells that the vendor
    named a next page; a page is known to be the last only when this is False.
    """

    rows: tuple[bytes, ...]
    ids: tuple[int, ...]
    server_time: datetime
    more: bool
