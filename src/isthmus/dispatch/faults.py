"""What went wrong, sorted by who can mend it."""

from collections.abc import Sequence
from typing import Final

from isthmus import autotask, fieldnation
from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent, Retryable
from isthmus.dispatch.rules.shapes import Problem
from isthmus.state.errors import MadeTwice

CREDENTIALS: Final = "credentials"
VALIDATION: Final = "validation"
VENDOR: Final = "vendor"
SCRIPT: Final = "script"
CONFLICT: Final = "conflict"
BREAKER: Final = "breaker"
DOUBLE: Final = "double"
REFUSED: Final = "refused"
KINDS: Final = (
    CREDENTIALS, VALIDATION, REFUSED, VENDOR, SCRIPT, CONFLICT, BREAKER, DOUBLE
)  # fmt: skip

AUTOTASK: Final = "autotask"
FIELDNATION: Final = "fieldnation"
TITLES: Final = {AUTOTASK: "Autotask", FIELDNATION: "Field Nation"}

_MOST_OTHERS: Final = 5
_CREDENTIALS: Final = (
    autotask.AuthFailed,
    autotask.ZoneUnknown,
    autotask.IntegrationCodeInvalid,
    autotask.CredentialsUnusable,
    fieldnation.AuthFailed,
    fieldnation.CredentialsUnusable,
)


class MappingProblems(NeedsPerson):
    """A mapping or rule made something that cannot be sent; nothing was sent."""

    def __init__(self, where: str, problems: tuple[Problem, ...]) -> None:
        first, *others = _each_once([one for one in problems if one.is_fatal] or problems)
        more = f" ({len(others)} more)" if others else ""
        remedy = " ".join([first.remedy, *map(str, others[:_MOST_OTHERS])])
        super().__init__(f"{first.told}.{more}", where=where, remedy=remedy)
        self.problems = problems


def _each_once(problems: Sequence[Problem]) -> list[Problem]:
    """Leave out what is said to lack where a row is told of that should have made it."""
    by_row = [one.what for one in problems if one.row is not None]
    return [
        one
        for one in problems
        if one.row is not None or not one.field or not any(one.field in what for what in by_row)
    ]


class Undecided(NeedsPerson):
    """Both sides changed a field whose rule says that a person decides."""


class TooManyWrites(NeedsPerson):
    """A link writes so often that something must be going round in circles."""


class RecordGone(NeedsPerson):
    """A record cannot be read whose work order may have been made."""


class OrderOrphaned(NeedsPerson):
    """The record of a work order is gone; the order is not."""


class RuleGone(NeedsPerson):
    """The rule or mapping that a link was made by is not there any more."""


class NamedRuleGone(RuleGone):
    """A person named a rule that cannot dispatch it; nothing else of the link is wrong."""


def vendor_of(error: IsthmusError) -> str:
    """Return whose error it is, "" for neither vendor's."""
    if isinstance(error, fieldnation.FieldNationError):
        return FIELDNATION
    return AUTOTASK if type(error).__module__.startswith(autotask.__name__) else ""


class NotShown(Retryable):
    """What was made does not show yet, so that its id is not known; it is looked for."""


def kind_of(error: IsthmusError) -> str:
    """Return the kind of dead letter that an error makes."""
    if isinstance(error, _CREDENTIALS):
        return CREDENTIALS
    if isinstance(error, NamedRuleGone):
        return REFUSED
    if isinstance(error, Undecided):
        return CONFLICT
    if isinstance(error, TooManyWrites):
        return BREAKER
    if isinstance(error, MadeTwice):
        return DOUBLE
    if isinstance(error, MappingProblems):
        return SCRIPT if any(one.is_script for one in error.problems) else VALIDATION
    return VALIDATION if isinstance(error, (NeedsPerson, Permanent)) else VENDOR


def may_have_happened(error: BaseException) -> bool:
    """Tell whether a call that creates may have taken effect although it failed."""
    if isinstance(error, fieldnation.FieldNationError):
        return error.may_have_taken_effect
    if isinstance(error, autotask.WriteUncertain | NotShown):
        return True
    return not isinstance(error, IsthmusError)
