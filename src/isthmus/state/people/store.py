"""The one class that speaks to the tables of people."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Self

from sqlalchemy import Engine

from isthmus.base.clock import utc_now
from isthmus.base.redaction import guard_token
from isthmus.state.dispatch.session import make_tables, reading, writing
from isthmus.state.errors import StateBusy
from isthmus.state.people import accounts, deeds, entering, passwords, sessions, throttle, tokens
from isthmus.state.people.alone import alone
from isthmus.state.people.errors import AlreadyBegun, NotBegun
from isthmus.state.people.shapes import Account, Deed, Role, Session, Token
from isthmus.state.people.tables import VERSION, metadata, version

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class People:
    """
    Accounts, their sessions and tokens, and the audit trail.

    Safe to use from several threads and processes. Every method that changes something is one
    transaction, on disk when it returns. Blocks; passwords take some 50 ms. Raises: StateBusy,
    StateBroken. Log-ins are noted in the audit trail here; all else by who lets a person do it.
    """

    def __init__(self, database: Engine) -> None:
        self._engine = database

    @classmethod
    def open(cls, database: Engine) -> Self:
        """Open it over the database of dispatch, and make the tables where there are none."""
        make_tables(database, metadata, version, VERSION)
        return cls(database)

    # Accounts

    def is_empty(self) -> bool:
        """Tell whether there is no account at all: nobody was here yet."""
        with reading(self._engine) as session:
            return accounts.count(session) == 0

    def begin(self, login: str, name: str, password: str) -> Account:
        """
        Make the first account, an admin. Of several at once, one is made.

        Raises: AlreadyBegun, LoginWrong, PasswordWeak.
        """
        if not self.is_empty():
            raise AlreadyBegun()
        kept = accounts.usable_login(login)
        named = accounts.usable_name(name, kept)
        passwords.insist(password, kept)
        secret = passwords.hashed(password)
        with alone(self._engine) as session:
            if accounts.count(session):
                raise AlreadyBegun()
            return accounts.add(session, kept, named, Role.ADMIN, utc_now(), password_hash=secret)

    def add(self, login: str, name: str, role: Role, password: str) -> Account:
        """Make an account. Raises: LoginTaken, LoginWrong, PasswordWeak, NotBegun."""
        kept = accounts.usable_login(login)
        named = accounts.usable_name(name, kept)
        with reading(self._engine) as session:
            accounts.refuse_taken(session, kept)
        passwords.insist(password, kept)
        secret = passwords.hashed(password)
        with alone(self._engine) as session:
            if role is not Role.ADMIN and not accounts.count(session):
                raise NotBegun()
            return accounts.add(session, kept, named, role, utc_now(), password_hash=secret)

    def accounts(self) -> tuple[Account, ...]:
        """Return all accounts by login, disabled ones too."""
        with reading(self._engine) as session:
            return accounts.listed(session)

    def account(self, id: str) -> Account | None:  # noqa: A002 - it is called so everywhere
        """Return an account by its id."""
        with reading(self._engine) as session:
            found = accounts.by_id(session, id)
        return None if found is None else found.account

    def find(self, login: str) -> Account | None:
        """Return an account by its login, in any case."""
        with reading(self._engine) as session:
            found = accounts.by_login(session, login)
        return None if found is None else found.account

    def change(
        self, id: str, *, name: str | None = None, role: Role | None = None,  # noqa: A002
        is_active: bool | None = None,
    ) -> Account:  # fmt: skip
        """
        Change an account. Disabling it ends its sessions and its tokens.

        Raises: NoSuchAccount, LastAdmin, LoginWrong.
        """
        with alone(self._engine) as session:
            before = accounts.need(session, id).account
            after = replace(
                before,
                name=before.name if name is None else accounts.usable_name(name, before.login),
                role=before.role if role is None else Role(role),
                is_active=before.is_active if is_active is None else is_active,
            )
            if not (after.role is Role.ADMIN and after.is_active):
                accounts.refuse_last_admin(session, before)
            values: dict[str, Any] = {"name": after.name, "role": after.role.value}
            accounts.change(session, id, {**values, "is_active": after.is_active})
            if not after.is_active:
                sessions.end_all(session, id)
                tokens.revoke_all(session, id)
        return after

    def set_password(
        self, id: str, password: str, *, but: str | None = None,  # noqa: A002
        keep_tokens: bool = False,
    ) -> None:  # fmt: skip
        """
        Give an account another password, end its sessions, and forget its failed log-ins.

        Args: but: the id of a session that goes on, such as that of the person who does it.
        keep_tokens: its tokens count on; else they end too, as somebody else may have made them.
        Raises: NoSuchAccount, PasswordWeak.
        """
        with reading(self._engine) as session:
            account = accounts.need(session, id).account
        passwords.insist(password, account.login)
        secret = passwords.hashed(password)
        with alone(self._engine) as session:
            accounts.need(session, id)
            accounts.change(session, id, {"password_hash": secret})
            sessions.end_all(session, id, but)
            if not keep_tokens:
                tokens.revoke_all(session, id)
            throttle.clear(session, accounts.key_of(account.login))

    def check_password(self, id: str, password: str) -> bool:  # noqa: A002
        """
        Tell whether it is the password of an account, as before something grave.

        A wrong one counts as a failed log-in of it. Raises: NoSuchAccount, LoginThrottled.
        """
        with alone(self._engine) as session:
            kept = accounts.need(session, id)
            key = accounts.key_of(kept.account.login)
            throttle.begin(session, key, "", utc_now())
        if not passwords.matches(kept.password_hash, password):
            return False
        with alone(self._engine) as session:
            throttle.clear(session, key)
        return True

    # Log-ins and sessions

    def log_in(self, login: str, password: str, *, source: str, agent: str) -> tuple[Session, str]:
        """
        Log somebody in; returns the session and the secret for its cookie.

        Args: source: the address it comes from, "" where there is none. agent: the browser's name.
        Raises: LoginRefused: in the same words and after the same work, whatever was wrong.
        LoginThrottled: too many failed, for this login or from this source.
        """
        return entering.log_in(self._engine, login, password, source=source, agent=agent)

    def log_in_as(
        self, issuer: str, subject: str, login: str, name: str, role: Role | None, *,
        source: str, agent: str,
    ) -> tuple[Session, str]:  # fmt: skip
        """
        Log in somebody whom an identity provider vouches for; makes the account the first time.

        An account is known by `issuer` and `subject`. One with a password is never taken over,
        whatever login the provider names.
        Args: role: what the provider says; None: a viewer at first, then as it was changed here.
        Raises: LoginRefused: the account is disabled. LoginTaken, LoginWrong, NotBegun.
        """
        who = entering.Vouched(accounts.subject_key(issuer, subject), login, name, role)
        return entering.log_in_as(self._engine, who, source=source, agent=agent)

    def session(self, secret: str, *, is_use: bool = True) -> Session | None:
        """
        Return the session of a cookie; None when it is unknown, over, or its account disabled.

        It ends after 12 hours without use, and 14 days after it was begun. Use is noted once a
        minute at most. Args: is_use: false where no person asks, such as a page that looks by
        itself whether something changed.
        """
        now = utc_now()
        with reading(self._engine) as session:
            found = sessions.by_secret(session, secret, now)
        if found is None:
            return None
        guard_token(secret)
        if not is_use or now - found.seen_at < sessions.TOUCHED_EVERY:
            return found
        with suppress(StateBusy), writing(self._engine) as session:  # it is noted the next time
            sessions.touch(session, found.id, now)
            accounts.seen(session, found.account.id, now)
        return replace(found, seen_at=now, account=replace(found.account, last_seen_at=now))

    def sessions(self, account_id: str) -> tuple[Session, ...]:
        """Return the sessions of an account that are not over, the one seen last first."""
        with reading(self._engine) as session:
            return sessions.of_account(session, account_id, utc_now())

    def end_session(self, id: str) -> bool:  # noqa: A002
        """End a session; tells whether there was one."""
        with writing(self._engine) as session:
            return sessions.end(session, id)

    def end_sessions(self, account_id: str, but: str | None = None) -> int:
        """End the sessions of an account, but for one by its id; returns how many there were."""
        with writing(self._engine) as session:
            return sessions.end_all(session, account_id, but)

    # Tokens

    def issue_token(
        self, account_id: str, name: str, role: Role, lasts: timedelta | None
    ) -> tuple[Token, str]:
        """
        Make a token; returns it with its secret, which is shown once and not kept.

        Raises: NoSuchAccount. RoleTooHigh: the account may not do as much.
        """
        with alone(self._engine) as session:
            account = accounts.need(session, account_id).account
            return tokens.issue(session, account, name, role, now=utc_now(), lasts=lasts)

    def token(self, secret: str) -> Token | None:
        """
        Return the token of a secret; None when it is unknown, over, or its account disabled.

        Its role is never above its account's, also when that was lowered since. Use is noted once
        a minute at most.
        """
        now = utc_now()
        with reading(self._engine) as session:
            found = tokens.by_secret(session, secret, now)
        if found is None:
            return None
        guard_token(secret)
        if found.used_at is not None and now - found.used_at < tokens.USED_EVERY:
            return found
        with suppress(StateBusy), writing(self._engine) as session:
            tokens.used(session, found.id, now)
        return replace(found, used_at=now)

    def tokens(self, account_id: str | None = None) -> tuple[Token, ...]:
        """Return the tokens of an account, or of all, the newest first."""
        with reading(self._engine) as session:
            return tokens.listed(session, account_id)

    def revoke(self, id: str) -> bool:  # noqa: A002
        """End a token for good; tells whether there was one."""
        with writing(self._engine) as session:
            return tokens.revoke(session, id)

    # The audit trail

    def note(
        self, who: str, what: str, about: str = "", detail: Mapping[str, object] = _NOTHING,
        source: str = "",
    ) -> None:  # fmt: skip
        """Write a line of the audit trail; secrets are taken out of it."""
        with writing(self._engine) as session:
            deeds.add(session, utc_now(), who, what, about, detail=detail, source=source)

    def deeds(
        self, *, before: int | None = None, limit: int = 100, text: str = ""
    ) -> tuple[Deed, ...]:
        """Return lines of the audit trail, the latest first; those below a number, with a text."""
        with reading(self._engine) as session:
            return deeds.listed(session, before, limit, text)

    def forget(self, before: datetime) -> int:
        """
        Remove lines of the audit trail older than a time, and what is over; returns how many.

        That is sessions that have ended by now, and tokens that ended before the time.
        """
        with writing(self._engine) as session:
            gone = sessions.forget(session, utc_now()) + tokens.forget(session, before)
        while True:
            with writing(self._engine) as session:
                batch = deeds.forget(session, before)
            gone += batch
            if not batch:
                return gone
