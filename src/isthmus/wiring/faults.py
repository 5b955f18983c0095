"""Whose matter an error is: the person's who typed, another process's, this machine's, or away."""

import errno
from enum import StrEnum

from isthmus.autotask.errors import CredentialsUnusable
from isthmus.base.errors import IsthmusError, Permanent
from isthmus.dispatch.commands import NoSuchLink, NothingToDo
from isthmus.dispatch.hooks import NothingWanted, NotInstalled, NotSettled
from isthmus.dispatch.library import NoSuchDefinition
from isthmus.dispatch.preview import NoRule, NoSuchRecord
from isthmus.dispatch.rules.condition_shapes import ConditionWrong
from isthmus.dispatch.rules.filing import FileWrong
from isthmus.dispatch.rules.rule import RuleWrong
from isthmus.engine import EngineBroken, EngineUnavailable
from isthmus.fieldnation.errors import CredentialsUnusable as FieldNationUnusable
from isthmus.reports.errors import ExploringWrong
from isthmus.state import KeyWrong, StateBroken, StateBusy
from isthmus.state.people import PeopleError
from isthmus.warehouse.ports import QueryFailed, WarehouseAway, WarehouseBroken, WarehouseBusy
from isthmus.wiring.environment.settings import SettingWrong

FULL = {errno.ENOSPC, errno.EDQUOT}
MISNAMED = (
    NoRule, NoSuchLink, NoSuchRecord, NothingToDo, NothingWanted, NotInstalled, NotSettled,
    NoSuchDefinition,
)  # fmt: skip
MISWRITTEN = (FileWrong, RuleWrong, ConditionWrong, ExploringWrong, PeopleError)


class PlaceUnusable(Permanent):
    """The operating system refused a file or folder of ours: no room, no right, not there."""


class Fault(StrEnum):
    """Where to look when a command fails."""

    USAGE = "what was typed or set"
    BUSY = "another process"
    STORE = "where things are kept"
    VENDOR = "the vendor, or the way to it"


def fault_of(error: IsthmusError) -> Fault:
    """Place an error; what is not known otherwise came from the vendor."""
    unusable = (CredentialsUnusable, FieldNationUnusable)
    if isinstance(error, (SettingWrong, KeyWrong, QueryFailed, *unusable, *MISNAMED, *MISWRITTEN)):
        return Fault.USAGE
    if isinstance(error, (WarehouseBusy, StateBusy)):
        return Fault.BUSY
    if isinstance(error, (WarehouseAway, WarehouseBroken, StateBroken, PlaceUnusable)):
        return Fault.STORE
    if isinstance(error, (EngineBroken, EngineUnavailable)):
        return Fault.STORE
    return Fault.VENDOR


def told(error: Exception) -> IsthmusError | None:
    """
    Return an error in our words; None for one that nobody expected.

    Of several that came at once, the first we have words for tells it all. A system's error that
    names a file, or says that a disk is full, is about what is kept on this machine.
    """
    if isinstance(error, IsthmusError):
        return error
    if isinstance(error, ExceptionGroup):
        return next(filter(None, map(told, error.exceptions)), None)
    if isinstance(error, OSError) and (error.errno in FULL or error.filename is not None):
        return _unusable(error)
    return None


def _unusable(error: OSError) -> PlaceUnusable:
    why = error.strerror or type(error).__name__
    if error.errno in FULL:
        return PlaceUnusable(
            f"There is no room left on the disk: {why}.",
            where=str(error.filename or "the disk of ISTHMUS_HOME or of the warehouse"),
            remedy="Make room and run it again; it goes on from there.",
        )
    return PlaceUnusable(
        f"A file or folder cannot be used: {why}.",
        where=str(error.filename),
        remedy="Check that ISTHMUS_HOME and ISTHMUS_WAREHOUSE name places you may write to, on a"
        " disk with room left.",
    )
