"""The Field Nation client: one account of one environment, as one API user."""

from types import TracebackType
from typing import Self

from isthmus.fieldnation.calls import Caller
from isthmus.fieldnation.company import Company
from isthmus.fieldnation.settings import SANDBOX, ClientSettings, Credentials
from isthmus.fieldnation.webhooks import Webhooks
from isthmus.fieldnation.work_orders import WorkOrders


class FieldNationClient:
    """
    Field Nation's REST API v2 and Webhooks API v3 for a buyer company.

    Use as an async context manager, in one event loop. Errors: `isthmus.fieldnation.errors`.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.work_orders = WorkOrders(caller)
        self.company = Company(caller)
        self.webhooks = Webhooks(caller)

    @classmethod
    def connect(
        cls,
        credentials: Credentials,
        *,
        base_url: str = SANDBOX,
        settings: ClientSettings | None = None,
    ) -> Self:
        """
        Return a client that logs in at its first call.

        Args: base_url: the sandbox unless told otherwise; production has its own credentials.
        Raises: WrongAddress: `base_url` cannot be one.
        """
        return cls(Caller(credentials, base_url, settings or ClientSettings()))

    async def __aenter__(self) -> Self:
        await self._caller.session.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._caller.tokens.close()
        await self._caller.session.__aexit__(kind, error, trace)

    async def check(self) -> None:
        """
        Log in, which proves address and credentials; costs no call of the minute's.

        Raises: AuthFailed, WrongAddress, Unreachable, ServerTrouble.
        """
        await self._caller.tokens.current()
