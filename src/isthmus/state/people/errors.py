"""Why people are refused. No text tells whether a login exists, or holds a password."""

from datetime import timedelta

from isthmus.base.errors import NeedsPerson, Retryable


class PeopleError(NeedsPerson):
    """Something about accounts that cannot be done as it was asked."""


class AlreadyBegun(PeopleError):
    """There is an account already, so that nobody may make the first one."""

    def __init__(self) -> None:
        super().__init__(
            "There is an account already.",
            where="first run",
            remedy="Log in, or have an admin make you an account: isthmus people add does so too.",
        )


class NotBegun(PeopleError):
    """There is no account yet, and the first one has to be an admin's, with a password."""

    def __init__(self) -> None:
        super().__init__(
            "There is no account yet, and the first one has to be an admin's, with a password.",
            where="accounts",
            remedy="Make an admin first.",
        )


class NoSuchAccount(PeopleError):
    """There is no such account, session or token."""


class LoginTaken(PeopleError):
    """Another account has this login."""


class LoginWrong(PeopleError):
    """A login is empty, too long, or holds spaces or signs that cannot be seen."""


class PasswordWeak(PeopleError):
    """A password is too short, too common, or the login over again."""


class LastAdmin(PeopleError):
    """Nobody would be left to give rights."""


class RoleTooHigh(PeopleError):
    """A token may not do more than the account it belongs to."""


class LoginRefused(PeopleError):
    """Login or password is wrong, or the account is disabled; nobody is told which."""

    def __init__(self) -> None:
        super().__init__(
            "This log-in is not right.",
            where="log-in",
            remedy="Check login and password. An admin can set a new password.",
        )


class LoginThrottled(Retryable):
    """Too many log-ins failed; `wait` says how long none is looked at."""

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, round(wait.total_seconds()))
        shown = f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} min"
        super().__init__(
            "Too many log-ins failed.",
            where="log-in",
            remedy=f"Wait {shown}, then try again. An admin can set a new password; on the machine,"
            " isthmus people set-password does.",
        )
        self.wait = wait
