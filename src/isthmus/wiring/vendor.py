"""
Clients of Autotask, made from a connection and the settings.

What speaks to the vendor is imported where it is used: half the commands never do, and of the two
APIs most homes use one.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from isthmus.state import Connection
from isthmus.wiring.config import Config

if TYPE_CHECKING:
    from isthmus.autotask import AutotaskClient, ClientSettings, Credentials
    from isthmus.autotask.soap import SoapRecords

Waiting = Callable[[float, int, int], None]


def rest_client(
    config: Config, connection: Connection, *, patient: bool, on_waiting: Waiting | None = None
) -> "AutotaskClient":
    """Make a client of the REST API, still to be entered."""
    from isthmus.autotask import AutotaskClient  # noqa: PLC0415

    return AutotaskClient.connect(
        _credentials(config, connection),
        base_url=connection.base_url,
        zone=connection.zone,
        settings=_settings(config, patient=patient, on_waiting=on_waiting),
    )


def soap_records(config: Config, connection: Connection, *, patient: bool) -> "SoapRecords":
    """Make the port to records over SOAP, still to be entered; WSDLs are kept in the home."""
    from isthmus.autotask.soap import SoapRecords, SoapSettings  # noqa: PLC0415

    return SoapRecords.connect(
        _credentials(config, connection),
        base_url=connection.base_url,
        zone=connection.zone,
        settings=_settings(config, patient=patient, on_waiting=None),
        soap=SoapSettings(cache=config.cache),
    )


def _credentials(config: Config, connection: Connection) -> "Credentials":
    from isthmus.autotask import Credentials  # noqa: PLC0415
    from isthmus.base import log  # noqa: PLC0415

    log.setup("console" if sys.stderr.isatty() else "json", level=config.log)
    return Credentials(
        username=connection.username,
        secret=connection.secret,
        integration_code=connection.integration_code,
    )


def _settings(config: Config, *, patient: bool, on_waiting: Waiting | None) -> "ClientSettings":
    from isthmus.autotask import BudgetSettings, ClientSettings, RetrySettings  # noqa: PLC0415

    budget = BudgetSettings(
        share=config.quota_share,
        longest_wait=config.longest_wait.total_seconds(),
        on_waiting=on_waiting,
    )
    if patient:
        return ClientSettings(budget=budget)
    return ClientSettings(
        budget=replace(budget, on_limit="raise"),
        retry=RetrySettings(server_trouble=1, broken_answer=1),
    )
