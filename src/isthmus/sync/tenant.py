"""One home holds one tenant: two of them in the same tables would be a mixture of both."""

from isthmus.autotask import AutotaskClient
from isthmus.base.errors import NeedsPerson
from isthmus.state import State
from isthmus.warehouse.ports import Warehouse

USER_NOTE = "tables filled as user"
OWN_COMPANY = 0
"""The tenant's own company. Source: seen in live data; see docs/why.md."""


class OtherTenant(NeedsPerson):
    """The connection leads to another tenant than the one whose tables these are."""


async def ensure_same_tenant(client: AutotaskClient, warehouse: Warehouse, state: State) -> None:
    """
    Make sure that the tables are this tenant's, or empty.

    The same API user as last time is proof enough. A new one may be a new key of the same tenant:
    then the tenant's own company, id 0, was created at the same moment; it costs one call.
    Raises: OtherTenant.
    """
    user, before = client.username, state.note(USER_NOTE)
    if before is not None and before != user and not await _is_same(client, warehouse):
        raise OtherTenant(
            f"These tables were filled as {before}; {user} belongs to another tenant.",
            where="the tables in the warehouse",
            remedy="Give each tenant a home and a warehouse of its own (ISTHMUS_HOME). If these"
            " tables are of no use any more, remove the warehouse file and run it again.",
        )
    if before != user:
        state.save_note(USER_NOTE, user)


async def _is_same(client: AutotaskClient, warehouse: Warehouse) -> bool:
    if not any(table.rows for table in warehouse.describe()):
        return True
    names = {column.name.lower() for column in warehouse.known_columns("Companies")}
    live = await client.get("Companies", OWN_COMPANY)
    if "createdate" not in names or live is None or "createDate" not in live:
        return False
    sql = f"select createDate = timestamptz '{live['createDate']}' from autotask.Companies"
    held = warehouse.query(f"{sql} where id = {OWN_COMPANY}").rows
    return held == ((True,),)
