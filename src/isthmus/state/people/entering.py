"""Log-ins: whether somebody may come in, and what is kept of it either way."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection as Transaction
from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.session import reading
from isthmus.state.people import accounts, deeds, passwords, sessions, throttle
from isthmus.state.people.accounts import Kept
from isthmus.state.people.alone import alone
from isthmus.state.people.errors import LastAdmin, LoginRefused, NotBegun
from isthmus.state.people.shapes import Role, Session


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody an identity provider vouches for; `subject` is their key there."""

    subject: str
    login: str
    name: str
    role: Role | None


def log_in(
    engine: Engine, login: str, password: str, *, source: str, agent: str
) -> tuple[Session, str]:
    """Log somebody in by password; no lock is held while it is hashed."""
    with alone(engine) as session:
        throttle.begin(session, accounts.key_of(login), source, utc_now())
    with reading(engine) as session:
        kept = accounts.by_login(session, login)
    is_right = passwords.matches(None if kept is None else kept.password_hash, password)
    renewed = _renewed(kept, password) if is_right else None
    with alone(engine) as session:
        entered = _enter(session, kept, source, agent, renewed) if is_right else None
        if entered is None:
            _note_refusal(session, kept, source)
        else:
            throttle.succeeded(session, accounts.key_of(login), source)
    if entered is None:
        raise LoginRefused
    return entered


def log_in_as(engine: Engine, who: Vouched, *, source: str, agent: str) -> tuple[Session, str]:
    """Log somebody in whom a provider vouches for."""
    with alone(engine) as session:
        kept = _account_of(session, who)
        entered = _enter(session, kept, source, agent, None)
        if entered is None:
            _note_refusal(session, kept, source)
    if entered is None:
        raise LoginRefused
    return entered


def _renewed(kept: Kept | None, password: str) -> str | None:
    """Return another hash of a right password, where the one that is kept was made otherwise."""
    if kept is None or kept.password_hash is None or not passwords.is_outdated(kept.password_hash):
        return None
    return passwords.hashed(password)


def _enter(
    session: Transaction, kept: Kept | None, source: str, agent: str, renewed: str | None
) -> tuple[Session, str] | None:
    """
    Begin a session for somebody who proved who they are.

    None: the account is disabled, or its password was changed since it was looked at.
    """
    fresh = None if kept is None else accounts.by_id(session, kept.account.id)
    if kept is None or fresh is None or not fresh.account.is_active:
        return None
    if fresh.password_hash != kept.password_hash:
        return None
    now = utc_now()
    account = replace(fresh.account, last_seen_at=now)
    values: dict[str, Any] = {"last_seen_at": now}
    if renewed is not None:
        values["password_hash"] = renewed
    accounts.change(session, account.id, values)
    deeds.add(session, now, account.login, "logged in", account.login, source=source)
    return sessions.begin(session, account, now, source, agent)


def _note_refusal(session: Transaction, kept: Kept | None, source: str) -> None:
    """Note that a log-in was refused; a login nobody has is not repeated: it may be a password."""
    login = "" if kept is None else kept.account.login
    deeds.add(session, utc_now(), login, "log-in refused", login, source=source)


def _account_of(session: Transaction, who: Vouched) -> Kept:
    """Return the account of somebody a provider vouches for, made or changed as it says."""
    kept = accounts.by_subject(session, who.subject)
    if kept is None:
        return _made(session, who)
    if who.role is None or who.role is kept.account.role:
        return kept
    if who.role is not Role.ADMIN:
        try:
            accounts.refuse_last_admin(session, kept.account)
        except LastAdmin:  # they come in as what they were: nobody else could help them
            return kept
    accounts.change(session, kept.account.id, {"role": who.role.value})
    return accounts.need(session, kept.account.id)


def _made(session: Transaction, who: Vouched) -> Kept:
    if not accounts.count(session):
        raise NotBegun  # a password is the way in when the provider is away
    login = accounts.usable_login(who.login)
    name = accounts.usable_name(who.name, login)
    role = who.role or Role.VIEWER
    return Kept(accounts.add(session, login, name, role, utc_now(), subject=who.subject), None)
