"""Lists that are short enough to be read whole, whatever paging they turn out to have."""

from collections.abc import Mapping
from typing import Final

from isthmus.fieldnation.answers import Asked, broken
from isthmus.fieldnation.calls import Call, Caller
from isthmus.fieldnation.decode import decode
from isthmus.fieldnation.models import Raw
from isthmus.fieldnation.readout import number_of, object_of, rows_of
from isthmus.transport import Answer

_MOST_PAGES: Final = 1000
Page = tuple[tuple[Raw, ...], int]


async def read_all(
    caller: Caller, path: str, query: Mapping[str, str], page_key: str = "page"
) -> tuple[Raw, ...]:
    """
    Return all rows of a list.

    The first page is asked for as the published description has it; only where its own count
    says that there are more, the next ones are asked for by number, which the description has
    for some lists and the developer guide for all. A page that brings nothing new ends it.
    Raises: AnswerBroken: fewer rows came than the vendor counts.
    """
    rows, total = await caller.fetch(Call("GET", path, query), _parse_page)
    found = list(rows)
    for number in range(2, _MOST_PAGES):
        if len(found) >= total:
            break
        call = Call("GET", path, {**query, page_key: str(number)})
        rows, total = await caller.fetch(call, _parse_page)
        fresh = [row for row in rows if row not in found]
        if not fresh:
            break
        found += fresh
    if len(found) < total:
        asked = Asked("GET", path)
        raise broken(f"it counts {total} entries and shows {len(found)}", asked)
    return tuple(found)


def _parse_page(answer: Answer, asked: Asked) -> Page:
    """Return the rows of a page, bare, under `results` or `result`, and the vendor's count."""
    found = decode(answer, asked)
    if isinstance(found, dict) and {"action", "changes"} <= found.keys():
        found = [found]  # the history of a webhook is declared as one bare row
    if isinstance(found, list):
        rows = tuple(rows_of({"results": found}))
        return rows, len(rows)
    if not isinstance(found, dict) or not ({"results", "result"} & found.keys()):
        raise broken("it holds no list", asked)
    rows = tuple(rows_of(found))
    total = number_of(object_of(found.get("metadata")).get("total"))
    return rows, len(rows) if total is None else int(total)
