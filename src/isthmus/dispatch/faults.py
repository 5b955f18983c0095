"""What went wrong, sorted by who can mend it."""

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
        fatal = [one for one in problems if one.is_fatal] or list(problems)
        more = f" ({len(fatal) - 1} more)" if len(fatal) > 1 else ""
        super().__init__(
            f"{fatal[0]}{more}" if fatal else "Something cannot be sent",
            where=where,
            remedy=" ".join(str(one) for one in fatal[1:6]) or fatal[0].remedy,
        )
        self.problems = problems


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
