"""One connection to a PostgreSQL server, and its errors told in our own without any secret."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import errors

from isthmus.warehouse.ports import WarehouseAway, WarehouseBroken, WarehouseBusy

_CONNECT_S = 15
_SETTINGS = (
    "SET TIME ZONE 'UTC'",
    "SET datestyle = 'ISO, YMD'",
    "SET standard_conforming_strings = on",
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET lock_timeout = '60s'",
)
_FOR_A_PERSON = re.compile(
    r"authentication|password|pg_hba|role .* does not exist|database .* does not exist"
    r"|permission denied|invalid|certificate|missing \"=\"",
    re.IGNORECASE,
)
"""What the server or the driver says when trying again cannot help. Source: libpq, observed."""

_FULL = (errors.DiskFull, errors.OutOfMemory, errors.ConfigurationLimitExceeded)


class Link:
    """
    A connection that is made when it is first needed, and again after it was lost.

    `place` is how the server may be named to people. `prepare` runs on every new connection.
    """

    def __init__(self, url: str, place: str, prepare: Callable[[psycopg.Connection], None]) -> None:
        self._url = url
        self._place = place
        self._prepare = prepare
        self._connection: psycopg.Connection | None = None

    def connection(self) -> psycopg.Connection:
        """Return the connection. Raises: WarehouseAway, WarehouseBroken, WarehouseBusy."""
        if self._connection is None or self._connection.closed:
            self._connection = self._open()
        return self._connection

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def roll_back(self) -> None:
        """Undo what was begun; where even that fails, the server undoes it by itself."""
        if self._connection is None:
            return
        try:
            self._connection.execute("ROLLBACK")
        except psycopg.Error:
            self.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell the driver's errors in our own."""
        try:
            yield
        except errors.LockNotAvailable as error:
            raise WarehouseBusy(
                "Another program holds a table that has to change.",
                where=self._place,
                remedy="See who reads for so long (pg_stat_activity), or repeat later.",
            ) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, _FULL):
                raise WarehouseBroken(self._sentence(error), where=self._place) from error
            if self._connection is None or self._connection.broken:
                self.close()
            raise self._away(error) from error
        except errors.FeatureNotSupported as error:
            raise WarehouseBroken(
                f"The warehouse refused: {self._sentence(error)}",
                where=self._place,
                remedy="If views of yours use the column, drop them, repeat, and make them again.",
            ) from error
        except psycopg.Error as error:
            raise WarehouseBroken(
                f"The warehouse refused: {self._sentence(error)}", where=self._place
            ) from error

    def _open(self) -> psycopg.Connection:
        try:
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                prepare_threshold=None,
                client_encoding="utf8",
                connect_timeout=_CONNECT_S,
                application_name="isthmus",
            )
        except psycopg.Error as error:
            told = self._sentence(error)
            if not _FOR_A_PERSON.search(told):
                raise self._away(error) from None
            raise WarehouseBroken(
                f"The server does not let us in: {told}",
                where=self._place,
                remedy="Correct the address, user, password or database in ISTHMUS_WAREHOUSE.",
            ) from None
        try:
            with self.told():
                for setting in _SETTINGS:
                    connection.execute(setting)
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _away(self, error: psycopg.Error) -> WarehouseAway:
        return WarehouseAway(
            f"The warehouse's server cannot be reached: {self._sentence(error)}",
            where=self._place,
            remedy="See whether the server runs and can be reached from here, then repeat;"
            " what was not finished will be done again.",
        )

    def _sentence(self, error: psycopg.Error) -> str:
        """Return what went wrong in one line, without values of rows and without the password."""
        text = error.diag.message_primary or " ".join(str(error).split())
        with suppress(ValueError):
            password = urlsplit(self._url).password
            for secret in (password, unquote(password or "")):
                text = text.replace(secret, "***") if secret else text
        return text
