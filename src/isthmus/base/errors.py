"""
The error tree. It branches once, by what can be done about the error.

Every error says what happened (`what`), where (`where`) and what a person can do (`remedy`), some
also what a database itself said (`engine`). None of them ever holds a secret.
"""


class IsthmusError(Exception):
    """What every error of ours is; the three branches below say what can be done."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", engine: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.engine = engine

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"Where: {self.where}")
        if self.remedy:
            parts.append(f"What to do: {self.remedy}")
        return "\n".join(parts)


class Retryable(IsthmusError):
    """Trying again later may help: an outage, a limit, a lost answer."""


class Permanent(IsthmusError):
    """Trying again changes nothing: a wrong setting, a refused call, broken data."""


class NeedsPerson(IsthmusError):
    """A person has to decide or to grant something before it can go on."""
