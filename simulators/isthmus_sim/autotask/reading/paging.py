"""
Page tokens and the URLs that carry them.

The token is keyset by id: `{"pageSize": 500, "previousIds": [c], "nextIds": [n]}`, where the page
it came with held the ids after c up to n. A URL born of a GET carries the search again; one born
of a POST must be POSTed with the same body. Source: three integrators' recorded URLs; the way
back (`/query/prev`) is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from isthmus_sim.autotask.base import errors

if TYPE_CHECKING:
    from isthmus_sim.autotask.base.call import Call

START = -1


@dataclass(frozen=True, slots=True)
class Cursor:
    """
    Where a page begins or ends, and how long it is.

    after: rows with greater ids; upto: rows up to this id, the last ones of them. One is set,
    or neither for the first page.
    """

    page_size: int
    after: int | None = None
    upto: int | None = None


def read_token(raw: str, *, back: bool) -> Cursor:
    """Read a token. Raises: VendorError for anything but one of ours (wording assumed)."""
    try:
        token = orjson.loads(raw)
        size, (before,), (after,) = token["pageSize"], token["previousIds"], token["nextIds"]
    except (ValueError, KeyError, TypeError) as error:
        raise errors.invalid_query("The paging token is not valid.") from error
    if not all(isinstance(n, int) for n in (size, before, after)) or not 1 <= size <= 500:
        raise errors.invalid_query("The paging token is not valid.")
    return Cursor(size, upto=before) if back else Cursor(size, after=after)


def page_details(
    call: Call, cursor: Cursor, ids: list[int], *, earlier: bool, later: bool, search: str | None
) -> dict[str, Any]:
    """
    Describe a page of these ids. earlier, later: whether more rows lie on that side.

    search: the query of a GET, None for a POST.
    """
    before = cursor.after if cursor.after is not None else START
    if cursor.upto is not None:
        before = ids[0] - 1 if ids and earlier else START
    token = {"pageSize": cursor.page_size, "previousIds": [before], "nextIds": ids[-1:]}
    return {
        "count": len(ids),
        "requestCount": cursor.page_size,
        "prevPageUrl": _url(call, "prev", token, search) if earlier and ids else None,
        "nextPageUrl": _url(call, "next", token, search) if later else None,
    }


def _url(call: Call, turn: str, token: dict[str, Any], search: str | None) -> str:
    base = call.path[:-1] if call.path[-1].lower() in ("next", "prev") else call.path
    path = "/".join((*base, turn))
    tail = "" if search is None else "&search=" + quote(search, safe="")
    paging = quote(orjson.dumps(token).decode(), safe="")
    return f"{call.origin}{call.root}V1.0/{path}?paging={paging}{tail}"
