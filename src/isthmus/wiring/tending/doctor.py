"""Everything the doctor looks at, joined: the ways to both vendors, then what dispatch needs."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from datetime import timedelta
from typing import Final

from isthmus.base.errors import IsthmusError
from isthmus.dispatch import doctor as dr
from isthmus.dispatch.doctor.examine import Patient
from isthmus.dispatch.hooks.fieldnation import PATH
from isthmus.dispatch.library import Library
from isthmus.dispatch.metadata import Metadata
from isthmus.state import Connection, FieldNationConnection
from isthmus.sync.catalog import DATASETS
from isthmus.sync.check import CheckLine, Verdict, check_connection, check_soap
from isthmus.wiring.build import House, NotConnected
from isthmus.wiring.dispatch.hooks import open_hooks
from isthmus.wiring.dispatch.secrets import hook_secrets
from isthmus.wiring.dispatch.stores import Stores
from isthmus.wiring.tending.preferences import SWEEP, Preferences
from isthmus.wiring.vendors.clients import (
    fieldnation_client,
    records,
    rest_client,
    rest_records,
    soap_records,
)
from isthmus.wiring.vendors.fieldnation_check import PREFIX, check_fieldnation, logs_in

GUIDE: Final = "docs/howto/set-up-dispatch.md leads through all of it."
_VERDICTS: Final = {
    Verdict.OK: dr.Verdict.OK,
    Verdict.WARNING: dr.Verdict.WARNING,
    Verdict.FAILED: dr.Verdict.WRONG,
    Verdict.UNKNOWN: dr.Verdict.UNKNOWN,
}


async def examine_home(house: House, beat: timedelta) -> AsyncGenerator[dr.Finding]:
    """
    Yield everything that keeps dispatch from working, and what is well.

    What cannot be looked at because of an earlier finding is left out. Writes nothing but the
    files of a home that has none. Args: beat: how long signs of life are looked for.
    """
    ways = Ways(house)
    async for finding in ways.autotask_lines():
        yield finding
    waiting = [finding async for finding in ways.field_lines()]
    if ways.is_unknown or not (ways.autotask and ways.field):
        for finding in waiting:
            yield finding
    if ways.is_unknown:
        return
    with Stores.open(house) as stores:
        if ways.autotask is not None and ways.field is not None:
            async with aclosing(_examined(house, stores, ways.autotask, ways.field)) as findings:
                async for finding in findings:
                    if finding.area != dr.AUTOTASK:  # one area after the other
                        for line in waiting:
                            yield line
                        waiting = []
                    yield finding
        works = dr.Works(
            stores.state, stores.inbox, stores.agenda, hook_secrets(house, stores),
            Preferences.of(house, stores).get(SWEEP), beat,
        )  # fmt: skip
        async for finding in dr.guarded(dr.WORK, "state", lambda: dr.look_at_work(works)):
            yield finding


class Ways:
    """The ways to both vendors; each connection is None where its way in is not open."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.autotask: Connection | None = None
        self.field: FieldNationConnection | None = None
        self.is_unknown = True
        """Neither vendor is known: dispatch is not set up at all."""

    async def autotask_lines(self) -> AsyncIterator[dr.Finding]:
        """Yield what is found on the way to Autotask: zone, credentials, quota."""
        try:
            connection = self._house.connection()
        except IsthmusError as error:
            yield _unknown(dr.AUTOTASK, error)
            return
        self.is_unknown = False
        async for finding in self._autotask(connection):
            yield finding

    async def field_lines(self) -> AsyncIterator[dr.Finding]:
        """Yield what is found on the way to Field Nation: log-in, and the company's lists."""
        try:
            field = self._house.fieldnation_connection()
        except IsthmusError as error:
            yield _unknown(dr.FIELDNATION, error)
            return
        self.is_unknown = False
        async for finding in self._field(field):
            yield finding

    async def _autotask(self, connection: Connection) -> AsyncIterator[dr.Finding]:
        config, is_open = self._house.config, True
        async with AsyncExitStack() as closing:
            client = rest_client(config, connection, patient=False)
            looks = [check_connection(await closing.enter_async_context(client), ())]
            if connection.api == "soap":
                soap = soap_records(config, connection, patient=False)
                looks.append(check_soap(await closing.enter_async_context(soap)))
            for look in looks:
                async with aclosing(look) as lines:
                    async for line in lines:
                        is_open = is_open and line.verdict in {Verdict.OK, Verdict.WARNING}
                        yield _finding(dr.AUTOTASK, line)
        self.autotask = connection if is_open else None

    async def _field(self, field: FieldNationConnection) -> AsyncIterator[dr.Finding]:
        found: list[CheckLine] = []
        async with (
            fieldnation_client(self._house.config, field, patient=False) as client,
            aclosing(check_fieldnation(client, field.base_url)) as lines,
        ):
            async for line in lines:
                found.append(line)
                yield _finding(dr.FIELDNATION, line)
        self.field = field if logs_in(found) else None


async def _examined(
    house: House, stores: Stores, connection: Connection, field: FieldNationConnection
) -> AsyncGenerator[dr.Finding]:
    """Look at what the rules need, over the API that dispatch uses."""
    library = Library(stores.definitions)
    url = house.config.public_url
    async with (
        records(house.config, connection, patient=False) as mine,
        fieldnation_client(house.config, field, patient=False) as orders,
    ):
        patient = Patient(
            records=mine,
            orders=orders,
            library=library,
            metadata=Metadata(mine, orders.company, library),
            grants={dataset.name: dataset.grant for dataset in DATASETS},
            autotask_login=connection.username,
            fieldnation_login=field.username,
            hook_url=f"{url}{PATH}" if url else "",
        )
        async for finding in dr.examine(patient):
            yield finding
    if library.rules():
        async for finding in dr.guarded(
            dr.WEBHOOKS, "webhooks", lambda: _webhooks(house, stores, connection)
        ):
            yield finding


async def _webhooks(
    house: House, stores: Stores, connection: Connection
) -> AsyncIterator[dr.Finding]:
    url = house.config.public_url
    if url is None:
        minutes = Preferences.of(house, stores).get(SWEEP).total_seconds() / 60
        yield dr.warning(
            dr.WEBHOOKS, "public address", f"none is set: changes are found by polling, within"
            f" {minutes:.0f} min",
            "To hear of them at once, set ISTHMUS_PUBLIC_URL to the https address under which the"
            " vendors reach Isthmus; then isthmus webhooks install.",
        )  # fmt: skip
        return
    if url.startswith("https://"):
        yield dr.ok(dr.WEBHOOKS, "public address", url)
    else:
        yield dr.warning(
            dr.WEBHOOKS, "public address", f"{url} can be reached from this machine only",
            "That will do for simulators. The vendors send to https on port 443 alone.",
        )  # fmt: skip
    async with (
        open_hooks(house, stores) as hooks,
        rest_records(house.config, connection, patient=False) as rest,
    ):
        async for finding in dr.look_at_webhooks(hooks, rest):
            yield finding


def _finding(area: str, line: CheckLine) -> dr.Finding:
    subject = line.subject.removeprefix(PREFIX)
    return dr.Finding(area, subject, _VERDICTS[line.verdict], line.detail, line.remedy)


def _unknown(area: str, error: IsthmusError) -> dr.Finding:
    remedy = (
        f"{error.remedy.rstrip('.')}. {GUIDE}" if isinstance(error, NotConnected) else error.remedy
    )
    return dr.wrong(area, "connection", error.what, remedy)
