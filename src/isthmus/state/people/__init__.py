"""
Who may use the console: accounts and roles, sessions, tokens, throttled log-ins, the audit trail.

The tables lie in the database of dispatch, which all processes of a home share.
"""

from isthmus.state.people.errors import (
    AlreadyBegun,
    LastAdmin,
    LoginRefused,
    LoginTaken,
    LoginThrottled,
    LoginWrong,
    NoSuchAccount,
    NotBegun,
    PasswordWeak,
    PeopleError,
    RoleTooHigh,
)
from isthmus.state.people.shapes import Account, Deed, Role, Session, Token
from isthmus.state.people.store import People

__all__ = [
    "Account",
    "AlreadyBegun",
    "Deed",
    "LastAdmin",
    "LoginRefused",
    "LoginTaken",
    "LoginThrottled",
    "LoginWrong",
    "NoSuchAccount",
    "NotBegun",
    "PasswordWeak",
    "People",
    "PeopleError",
    "Role",
    "RoleTooHigh",
    "Session",
    "Token",
]
