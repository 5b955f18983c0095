"""Whose matter an error is: the person's who typed, another process's, this machine's, or away."""

from enum import StrEnum

from isthmus.autotask.errors import CredentialsUnusable
from isthmus.base.errors import IsthmusError
from isthmus.state import KeyWrong, StateBroken, StateBusy
from isthmus.warehouse.ports import QueryFailed, WarehouseBroken, WarehouseBusy
from isthmus.wiring.settings import SettingWrong


class Fault(StrEnum):
    """Where to look when a command fails."""

    USAGE = "what was typed or set"
    BUSY = "another process"
    STORE = "what is kept on this machine"
    VENDOR = "the vendor, or the way to it"


def fault_of(error: IsthmusError) -> Fault:
    """Place an error; what is not known otherwise came from the vendor."""
    if isinstance(error, (SettingWrong, KeyWrong, QueryFailed, CredentialsUnusable)):
        return Fault.USAGE
    if isinstance(error, (WarehouseBusy, StateBusy)):
        return Fault.BUSY
    if isinstance(error, (WarehouseBroken, StateBroken)):
        return Fault.STORE
    return Fault.VENDOR
