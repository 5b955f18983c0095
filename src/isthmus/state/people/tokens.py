"""Statements on tokens: what programs show instead of a password."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection as Transaction
from sqlalchemy import RowMapping, delete, insert, or_, select, update

from isthmus.base.ids import new_ordered_id
from isthmus.state.people import secrets
from isthmus.state.people.errors import RoleTooHigh
from isthmus.state.people.shapes import Account, Role, Token
from isthmus.state.people.tables import accounts, tokens

USED_EVERY: Final = timedelta(minutes=1)
_c = tokens.c
_COLUMNS: Final = (
    _c.id, _c.name, _c.role, _c.account_id, _c.made_at, _c.used_at, _c.ends_at,
)  # fmt: skip


def issue(
    session: Transaction, account: Account, name: str, role: Role, *, now: datetime,
    lasts: timedelta | None,
) -> tuple[Token, str]:  # fmt: skip
    """Make one; returns it with its secret. Raises: RoleTooHigh."""
    if not account.role.covers(role) or not account.is_active:
        raise RoleTooHigh(
            f"{account.login} may not do what a token of a {role.value} may.",
            where="tokens",
            remedy=f"Make it for a {account.role.value} or less, or for another account."
            if account.is_active
            else "The account is disabled; enable it first.",
        )
    secret = secrets.make(secrets.TOKEN_PREFIX)
    ends_at = None if lasts is None else now + lasts
    made = Token(new_ordered_id(), name, role, account.id, now, None, ends_at)
    values = {
        "id": made.id, "name": name, "role": role.value, "account_id": account.id, "made_at": now,
        "ends_at": ends_at, "secret_hash": secrets.hash_of(secret),
    }  # fmt: skip
    session.execute(insert(tokens).values(**values))
    return made, secret


def by_secret(session: Transaction, secret: str, now: datetime) -> Token | None:
    """Return the token of a secret, unless it has ended or its account is disabled."""
    query = _query().where(
        _c.secret_hash == secrets.hash_of(secret),
        accounts.c.is_active,
        or_(_c.ends_at.is_(None), _c.ends_at > now),
    )
    row = session.execute(query).mappings().first()
    return None if row is None else _token(row)


def listed(session: Transaction, account_id: str | None) -> tuple[Token, ...]:
    """Return the tokens of an account, or of all, the newest first; also those that have ended."""
    query = _query().order_by(_c.id.desc())
    if account_id is not None:
        query = query.where(_c.account_id == account_id)
    return tuple(_token(row) for row in session.execute(query).mappings())


def used(session: Transaction, token_id: str, now: datetime) -> None:
    """Note that it was used."""
    session.execute(update(tokens).where(_c.id == token_id).values(used_at=now))


def revoke(session: Transaction, token_id: str) -> bool:
    """End one for good; tells whether there was one."""
    return session.execute(delete(tokens).where(_c.id == token_id)).rowcount > 0


def revoke_all(session: Transaction, account_id: str) -> int:
    """End all of an account; returns how many there were."""
    return session.execute(delete(tokens).where(_c.account_id == account_id)).rowcount


def forget(session: Transaction, before: datetime) -> int:
    """Remove those that ended before a time; returns how many."""
    return session.execute(delete(tokens).where(_c.ends_at < before)).rowcount


def _query() -> Any:
    owner = accounts.c.role.label("owner_role")
    return select(*_COLUMNS, owner).join(accounts, accounts.c.id == _c.account_id)


def _token(row: RowMapping) -> Token:
    """Return a token; where its account was lowered since, so is it."""
    role, owner = Role(row["role"]), Role(row["owner_role"])
    values = {column.name: row[column.name] for column in _COLUMNS}
    return Token(**{**values, "role": role if owner.covers(role) else owner})
