"""
Clients of the vendors, made from a connection and the settings.

What speaks to the vendor is imported where it is used: half the commands never do, and of the two
APIs most homes use one.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isthmus.state import Connection, FieldNationConnection
from isthmus.wiring.environment.config import Config
from isthmus.wiring.vendors.calls import call_log

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from isthmus.autotask import AutotaskClient, ClientSettings, Credentials, Records, RestRecords
    from isthmus.autotask.soap import SoapRecords
    from isthmus.fieldnation import FieldNationClient
    from isthmus.state.budget import SharedBudget

Waiting = Callable[[float, int, int], None]
_TURNS: Final = 10
_SHORTEST_TURNS: Final = 1.0
_LONGEST_TURNS: Final = 30.0


def rest_client(
    config: Config,
    connection: Connection,
    *,
    patient: bool,
    on_waiting: Waiting | None = None,
    reserve: bool = False,
) -> "AutotaskClient":
    """
    Make a client of the REST API, still to be entered.

    Args: reserve: leave the last part of our share of the hour to calls that come first.
    """
    from isthmus.autotask import AutotaskClient  # noqa: PLC0415

    return AutotaskClient.connect(
        _credentials(config, connection),
        base_url=connection.base_url,
        zone=connection.zone,
        settings=_settings(config, patient=patient, on_waiting=on_waiting, reserve=reserve),
    )


def records(
    config: Config, connection: Connection, *, patient: bool
) -> "AbstractAsyncContextManager[Records]":
    """
    Make the port to records over the API that the connection names, still to be entered.

    For dispatch: what it does that can wait leaves calls of the hour to what cannot.
    """
    made = soap_records if connection.api == "soap" else rest_records
    return made(config, connection, patient=patient, reserve=True)


def rest_records(
    config: Config, connection: Connection, *, patient: bool, reserve: bool = False
) -> "RestRecords":
    """Make the port to records over REST, still to be entered."""
    from isthmus.autotask import RestRecords  # noqa: PLC0415

    return RestRecords(rest_client(config, connection, patient=patient, reserve=reserve))


def soap_records(
    config: Config, connection: Connection, *, patient: bool, reserve: bool = False
) -> "SoapRecords":
    """Make the port to records over SOAP, still to be entered; WSDLs are kept in the home."""
    from isthmus.autotask.soap import SoapRecords, SoapSettings  # noqa: PLC0415

    return SoapRecords.connect(
        _credentials(config, connection),
        base_url=connection.base_url,
        zone=connection.zone,
        settings=_settings(config, patient=patient, on_waiting=None, reserve=reserve),
        soap=SoapSettings(cache=config.cache),
    )


def fieldnation_client(
    config: Config, connection: FieldNationConnection, *, patient: bool
) -> "FieldNationClient":
    """
    Make a client of Field Nation, still to be entered.

    It does not read back what it wrote. Patient or not, all share the company's rate; who is not
    patient waits for a few turns at most, and is told at once when the vendor refuses or fails.
    """
    from isthmus import fieldnation as fn  # noqa: PLC0415

    set_up_log(config)
    hasty = fn.RetrySettings(rate_limit=0, server_trouble=1, broken_answer=1)
    usual = fn.ClientSettings().transport
    rate = fn.RateSettings(per_minute=config.fieldnation_rate)
    return fn.FieldNationClient.connect(
        fn.Credentials(
            client_id=connection.client_id,
            client_secret=connection.client_secret,
            username=connection.username,
            password=connection.password,
        ),
        base_url=connection.base_url,
        settings=fn.ClientSettings(
            read_back=False,
            rate=rate if patient else replace(rate, longest_wait=_few_turns(rate.per_minute)),
            shared=budget_of(config),
            retry=fn.RetrySettings() if patient else hasty,
            transport=replace(usual, on_call=call_log(config).observer("fieldnation")),
        ),
    )


def _few_turns(per_minute: float) -> float:
    """
    Return how long ten turns take, in seconds within bounds.

    As many runs may be after one; who gave up sooner would begin anew, and read all of it again.
    """
    return min(_LONGEST_TURNS, max(_SHORTEST_TURNS, _TURNS * 60 / per_minute))


def set_up_log(config: Config) -> None:
    """Write events to standard error from now on, as much as the settings say."""
    from isthmus.base import log  # noqa: PLC0415

    log.setup("console" if sys.stderr.isatty() else "json", level=config.log)


def _credentials(config: Config, connection: Connection) -> "Credentials":
    from isthmus.autotask import Credentials  # noqa: PLC0415

    set_up_log(config)
    return Credentials(
        username=connection.username,
        secret=connection.secret,
        integration_code=connection.integration_code,
    )


def budget_of(config: Config) -> "SharedBudget":
    """Return what all processes of the installation may spend, wherever they share their work."""
    from isthmus.state.budget import open_budget  # noqa: PLC0415

    return open_budget(config.dispatch_place.address or config.home / "budget.db")


def _settings(
    config: Config, *, patient: bool, on_waiting: Waiting | None, reserve: bool
) -> "ClientSettings":
    from isthmus.autotask import BudgetSettings, ClientSettings, RetrySettings  # noqa: PLC0415

    budget = BudgetSettings(
        share=config.quota_share,
        longest_wait=config.longest_wait.total_seconds(),
        on_waiting=on_waiting,
        shared=budget_of(config),
        reserve=reserve,
    )
    noted = replace(ClientSettings().transport, on_call=call_log(config).observer("autotask"))
    if patient:
        return ClientSettings(budget=budget, transport=noted)
    return ClientSettings(
        budget=replace(budget, on_limit="raise"),
        transport=noted,
        retry=RetrySettings(server_trouble=1, broken_answer=1),
    )
