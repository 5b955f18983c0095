"""What the company has set up: projects, templates, types of work and the like."""

from isthmus.fieldnation.calls import Caller
from isthmus.fieldnation.lookups import read_all
from isthmus.fieldnation.models import Choice, CompanyField
from isthmus.fieldnation.parsing import parse_choice, parse_company_field
from isthmus.fieldnation.vocabulary import REST


class Company:
    """
    The company's lists; `FieldNationClient.company` is one.

    Ids differ between sandbox and production. Every call may raise AuthFailed, PermissionDenied,
    RateLimited, ServerTrouble, AnswerBroken.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def projects(self) -> tuple[Choice, ...]:
        """Read the projects."""
        return await self._choices("projects", per_page="100")

    async def templates(self) -> tuple[Choice, ...]:
        """Read the templates of work orders."""
        return await self._choices("templates")

    async def types_of_work(self) -> tuple[Choice, ...]:
        """Read the types of work, Field Nation's own; `raw` has the industry."""
        return await self._choices("types-of-work")

    async def managers(self) -> tuple[Choice, ...]:
        """Read who may manage work orders; the name is first and last name."""
        return await self._choices("company/managers")

    async def locations(self, search: str = "") -> tuple[Choice, ...]:
        """Read the saved locations, all or those found by a text."""
        query = {"per_page": "100", **({"location_search": search} if search else {})}
        return await self._choices("locations", **query)

    async def clients(self) -> tuple[Choice, ...]:
        """Read the company's clients."""
        return await self._choices("clients", per_page="100")

    async def tags(self) -> tuple[Choice, ...]:
        """Read the tags that can be put on a work order."""
        return await self._choices("company/tags")

    async def expense_categories(self) -> tuple[Choice, ...]:
        """Read the categories of expenses; `raw` is what `add_expense` takes."""
        return await self._choices("company/expenses")

    async def custom_fields(self) -> tuple[CompanyField, ...]:
        """Read the custom fields the company has defined."""
        rows = await read_all(self._caller, f"{REST}/custom-fields", {})
        return tuple(one for row in rows if (one := parse_company_field(row)) is not None)

    async def _choices(self, path: str, **query: str) -> tuple[Choice, ...]:
        rows = await read_all(self._caller, f"{REST}/{path}", query)
        return tuple(one for row in rows if (one := parse_choice(row)) is not None)
