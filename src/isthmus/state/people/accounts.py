"""Statements on accounts."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection as Transaction
from sqlalchemy import RowMapping, Select, func, insert, select, update

from isthmus.base.ids import new_ordered_id
from isthmus.state.people.errors import LastAdmin, LoginTaken, LoginWrong, NoSuchAccount
from isthmus.state.people.shapes import Account, Role
from isthmus.state.people.tables import accounts

LONGEST_LOGIN: Final = 200
LONGEST_NAME: Final = 200
_c = accounts.c
COLUMNS: Final = (
    _c.id, _c.login, _c.name, _c.role, _c.is_active, _c.created_at, _c.last_seen_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """An account with what only this room sees of it."""

    account: Account
    password_hash: str | None = field(repr=False)


def key_of(login: str) -> str:
    """Return what tells logins apart: neither case nor how accents are composed."""
    folded = unicodedata.normalize("NFKC", login.strip()).casefold()
    return folded.replace("\0", "?").encode("utf-8", "replace").decode()  # as no database takes it


def subject_key(issuer: str, subject: str) -> str:
    """Return by what an account is known that logs in elsewhere."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode("utf-8", "surrogatepass")).hexdigest()


def usable_login(login: str) -> str:
    """Return a login as it is kept. Raises: LoginWrong."""
    kept = unicodedata.normalize("NFKC", login.strip())
    is_seen = kept.isprintable() and not any(sign.isspace() for sign in kept)
    if not kept or len(kept) > LONGEST_LOGIN or not is_seen:
        raise LoginWrong(
            "This cannot be a login.",
            where="login",
            remedy=f"Take a name or a mail address: up to {LONGEST_LOGIN} characters, no spaces.",
        )
    return kept


def usable_name(name: str, login: str) -> str:
    """Return a person's name as it is kept; the login where there is none. Raises: LoginWrong."""
    kept = " ".join(name.split()) or login
    if len(kept) > LONGEST_NAME:
        raise LoginWrong(
            f"The name has more than {LONGEST_NAME} characters.",
            where="name",
            remedy="Take a shorter one.",
        )
    return kept


def count(session: Transaction) -> int:
    """Return how many there are, disabled ones too."""
    return session.execute(select(func.count()).select_from(accounts)).scalar_one()


def add(
    session: Transaction, login: str, name: str, role: Role, now: datetime, *,
    password_hash: str | None = None, subject: str | None = None,
) -> Account:  # fmt: skip
    """Make an account. Raises: LoginTaken."""
    refuse_taken(session, login)
    made = Account(new_ordered_id(), login, name, role, True, now, None)
    values = {
        "id": made.id, "login": login, "login_key": key_of(login), "name": name, "role": role.value,
        "is_active": True, "password_hash": password_hash, "subject": subject, "created_at": now,
    }  # fmt: skip
    session.execute(insert(accounts).values(**values))
    return made


def refuse_taken(session: Transaction, login: str) -> None:
    """Raise LoginTaken when an account has this login, in any case."""
    query = select(_c.id).where(_c.login_key == key_of(login))
    if session.execute(query).first() is not None:
        raise LoginTaken(
            f"There is an account {login!r} already.",
            where="login",
            remedy="Take another login, or change that account.",
        )


def listed(session: Transaction) -> tuple[Account, ...]:
    """Return all by login, disabled ones too."""
    rows = session.execute(select(*COLUMNS).order_by(_c.login_key)).mappings()
    return tuple(account_of(row) for row in rows)


def by_id(session: Transaction, account_id: str) -> Kept | None:
    """Return an account by its id."""
    return _one(session, _query().where(_c.id == account_id))


def by_login(session: Transaction, login: str) -> Kept | None:
    """Return an account by its login, in any case."""
    return _one(session, _query().where(_c.login_key == key_of(login)))


def by_subject(session: Transaction, subject: str) -> Kept | None:
    """Return the account of somebody who logs in elsewhere."""
    return _one(session, _query().where(_c.subject == subject))


def need(session: Transaction, account_id: str) -> Kept:
    """Return an account by its id. Raises: NoSuchAccount."""
    found = by_id(session, account_id)
    if found is None:
        raise NoSuchAccount(
            "There is no such account.", where="accounts", remedy="isthmus people list names all."
        )
    return found


def change(session: Transaction, account_id: str, values: dict[str, Any]) -> None:
    """Set columns of an account."""
    if values:
        session.execute(update(accounts).where(_c.id == account_id).values(**values))


def seen(session: Transaction, account_id: str, now: datetime) -> None:
    """Note when somebody was here."""
    change(session, account_id, {"last_seen_at": now})


def refuse_last_admin(session: Transaction, account: Account) -> None:
    """Raise LastAdmin when no other active admin is left. Nobody else may write meanwhile."""
    if account.role is not Role.ADMIN or not account.is_active:
        return
    others = select(_c.id).where(_c.role == Role.ADMIN.value, _c.is_active, _c.id != account.id)
    if session.execute(others.limit(1)).first() is None:
        raise LastAdmin(
            f"{account.login} is the last admin; nobody would be left to give rights.",
            where="accounts",
            remedy="Make somebody else an admin first.",
        )


def account_of(row: RowMapping) -> Account:
    """Return the account of a row with its columns."""
    values = {column.name: row[column.name] for column in COLUMNS}
    return Account(**{**values, "role": Role(values["role"])})


def _query() -> Select[Any]:
    return select(*COLUMNS, _c.password_hash)


def _one(session: Transaction, query: Select[Any]) -> Kept | None:
    row = session.execute(query).mappings().first()
    return None if row is None else Kept(account_of(row), row["password_hash"])
