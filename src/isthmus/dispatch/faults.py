"""What went wrong, sorted by who can mend it."""

from typing import Final

from isthmus import autotask, fieldnation
from isthmus.base.errors import IsthmusError, NeedsPerson, Permanent
from isthmus.dispatch.rules.shapes import Problem

CREDENTIALS: Final = "credentials"
VALIDATION: Final = "validation"
VENDOR: Final = "vendor"
SCRIPT: Final = "script"
CONFLICT: Final = "conflict"
BREAKER: Final = "breaker"
KINDS: Final = (CREDENTIALS, VALIDATION, VENDOR, SCRIPT, CONFLICT, BREAKER)

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


class RuleGone(NeedsPerson):
    """The rule or mapping that a link was made by is not there any more."""


def kind_of(error: IsthmusError) -> str:
    """Return the kind of dead letter that an error makes."""
    if isinstance(error, _CREDENTIALS):
        return CREDENTIALS
    if isinstance(error, Undecided):
        return CONFLICT
    if isinstance(error, TooManyWrites):
        return BREAKER
    if isinstance(error, MappingProblems):
        scripts = any("script" in one.what.casefold() for one in error.problems)
        return SCRIPT if scripts else VALIDATION
    return VALIDATION if isinstance(error, (NeedsPerson, Permanent)) else VENDOR


def may_have_happened(error: BaseException) -> bool:
    """Tell whether a call that creates may have taken effect although it failed."""
    if isinstance(error, fieldnation.FieldNationError):
        return error.may_have_taken_effect
    if isinstance(error, autotask.WriteUncertain):
        return True
    return not isinstance(error, IsthmusError)
