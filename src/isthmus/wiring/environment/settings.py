"""Every setting there is, as data: its name, its default, what it means, how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from isthmus.base.errors import NeedsPerson
from isthmus.wiring.environment.addresses import (
    parse_fieldnation_url,
    parse_listen,
    parse_proxies,
    parse_public_url,
)
from isthmus.wiring.environment.alerting import parse_chat, parse_mail
from isthmus.wiring.environment.oidc import USUAL_ROLES, parse_issuer, parse_roles, parse_scope
from isthmus.wiring.environment.place import (
    holds_password,
    parse_database,
    parse_path,
    parse_warehouse,
)


class SettingWrong(NeedsPerson):
    """A setting, flag or argument cannot be used as it is; exit code 2."""


@dataclass(frozen=True, slots=True)
class Setting:
    """
    One environment variable.

    `parse` turns its text into a value and raises ValueError with a sentence saying what is
    expected. `default` is text too, and None when there is none.
    """

    name: str
    meaning: str
    parse: Callable[[str], Any]
    default: str | None = None
    is_secret: bool = False

    def read(self, text: str | None) -> Any:
        """Return the value of this text, or of the default. Raises SettingWrong."""
        given = self.default if text is None or not text.strip() else text.strip()
        if given is None:
            return None
        try:
            return self.parse(given)
        except ValueError as error:
            hidden = self.is_secret or holds_password(given)
            shown = "" if hidden else f' "{given}"'
            raise SettingWrong(
                f"The setting {self.name}{shown} cannot be used: {error}.",
                where=f"environment variable {self.name}",
                remedy=f"Set it to what is expected, or unset it for its default: {self.default}."
                if self.default is not None
                else "Set it to what is expected, or unset it.",
            ) from None


def parse_url(text: str) -> str:
    """Read the address of a REST service; a slash is put at the end."""
    if not text.startswith(("https://", "http://")) or len(text.split("://")[1]) == 0:
        msg = "it must be a URL like https://webservices5.autotask.net/ATServicesRest/"
        raise ValueError(msg)
    return text if text.endswith("/") else text + "/"


def parse_zone(text: str) -> int:
    """Read the number in the host name of a tenant's Autotask address."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        msg = "it must be the number in your Autotask address: 5 for https://ww5.autotask.net"
        raise ValueError(msg)
    return int(text)


def parse_api(text: str) -> str:
    """Read which of Autotask's two APIs is meant."""
    api = text.lower()
    if api not in {"rest", "soap"}:
        msg = "it must be rest or soap"
        raise ValueError(msg)
    return api


def parse_share(text: str) -> float:
    """Read a share between 0 and 1, also written in percent."""
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        msg = "it must be a share above 0 and up to 1, like 0.8 or 80%"
        raise ValueError(msg)
    return value


def parse_count(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not text.isascii() or not text.isdigit():
        msg = "it must be a whole number, 0 or more"
        raise ValueError(msg)
    return int(text)


def parse_memory(text: str) -> int:
    """Read a number of megabytes."""
    value = parse_count(text)
    if value < 64:
        msg = "it must be a number of megabytes, 64 or more"
        raise ValueError(msg)
    return value


def parse_seconds(text: str) -> timedelta:
    """Read a number of seconds, 0 or more, at most a day."""
    value = parse_count(text)
    if value > 86_400:
        msg = "it must be at most a day, 86400"
        raise ValueError(msg)
    return timedelta(seconds=value)


def parse_number(text: str) -> int:
    """Read a whole number, 1 or more."""
    value = parse_count(text)
    if value < 1:
        msg = "it must be a whole number, 1 or more"
        raise ValueError(msg)
    return value


def parse_interval(text: str) -> timedelta:
    """Read a number of seconds between two turns, 5 or more, at most a day."""
    value = parse_seconds(text)
    if value < timedelta(seconds=5):
        msg = "it must be 5 seconds or more"
        raise ValueError(msg)
    return value


def parse_days(text: str) -> timedelta:
    """Read a number of days, 1 or more, at most ten years."""
    value = parse_number(text)
    if value > 3650:
        msg = "it must be at most ten years, 3650"
        raise ValueError(msg)
    return timedelta(days=value)


LOG_LEVELS = ("debug", "info", "warning", "error")


def parse_level(text: str) -> str:
    """Read how much is logged."""
    level = text.lower()
    if level not in LOG_LEVELS:
        msg = f"it must be one of {', '.join(LOG_LEVELS)}"
        raise ValueError(msg)
    return level


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "ISTHMUS_HOME",
        "The folder that holds everything: state, spool, warehouse, key. Made when missing, for "
        "you alone to read.",
        parse_path,
        "~/.local/share/isthmus",
    ),
    Setting(
        "ISTHMUS_WAREHOUSE",
        "Where the tables go: `duckdb:///path/to/file.duckdb` or just the path, or "
        "`postgresql://user:password@host/database`. Without it, `warehouse.duckdb` in "
        "ISTHMUS_HOME.",
        parse_warehouse,
    ),
    Setting(
        "ISTHMUS_STATE",
        "Where dispatch keeps its inbox, links and work: "
        "`postgresql://user:password@host/database`, which several processes and machines may "
        "share. Without it, in files in ISTHMUS_HOME, for one process.",
        parse_database,
    ),
    Setting(
        "ISTHMUS_KEY",
        "The key that locks saved secrets: 32 bytes in URL-safe base64. Without it, a key is kept "
        "in the file `key` in ISTHMUS_HOME, made when first needed, readable by its owner only.",
        str,
        is_secret=True,
    ),
    Setting(
        "ISTHMUS_AUTOTASK_TITLE",
        "What the connection is called.",
        str,
        "Autotask",
    ),
    Setting("ISTHMUS_AUTOTASK_USERNAME", "The API user's name (key).", str),
    Setting("ISTHMUS_AUTOTASK_SECRET", "The API user's secret.", str, is_secret=True),
    Setting(
        "ISTHMUS_AUTOTASK_INTEGRATION_CODE",
        "The API user's tracking identifier (integration code).",
        str,
        is_secret=True,
    ),
    Setting(
        "ISTHMUS_AUTOTASK_ZONE",
        "The number in your Autotask address: 5 for `ww5.autotask.net`. Found by itself when left "
        "out.",
        parse_zone,
    ),
    Setting(
        "ISTHMUS_AUTOTASK_URL",
        "The address of the REST service, ending in `/ATServicesRest/`, instead of a zone. For a "
        "simulator or a proxy.",
        parse_url,
    ),
    Setting(
        "ISTHMUS_AUTOTASK_API",
        "`rest`, which is the default, or `soap`: what dispatch is to write tickets with. Sync"
        " uses REST whatever it says.",
        parse_api,
    ),
    Setting(
        "ISTHMUS_FIELDNATION_CLIENT_ID",
        "The client id of Field Nation's API.",
        str,
    ),
    Setting(
        "ISTHMUS_FIELDNATION_CLIENT_SECRET",
        "The client secret that belongs to it.",
        str,
        is_secret=True,
    ),
    Setting(
        "ISTHMUS_FIELDNATION_USERNAME",
        "The user in whose name Isthmus acts at Field Nation.",
        str,
    ),
    Setting("ISTHMUS_FIELDNATION_PASSWORD", "That user's password.", str, is_secret=True),
    Setting(
        "ISTHMUS_FIELDNATION_URL",
        "`sandbox`, which is the default, `production`, or an address instead, as of a simulator "
        "or a proxy.",
        parse_fieldnation_url,
    ),
    Setting(
        "ISTHMUS_FIELDNATION_RATE",
        "How many calls a minute all processes of the installation together make to Field Nation, "
        "after a burst of 100.",
        parse_number,
        "60",
    ),
    Setting(
        "ISTHMUS_PUBLIC_URL",
        "The https address under which the vendors reach the doors of Isthmus from outside. http "
        "will do for a simulator on the same machine.",
        parse_public_url,
    ),
    Setting(
        "ISTHMUS_LISTEN",
        "The host and port at which the doors listen, and the console unless it has its own.",
        parse_listen,
        "127.0.0.1:8484",
    ),
    Setting(
        "ISTHMUS_CONSOLE_LISTEN",
        "A host and port of its own for the console, so that only the doors are open to others.",
        parse_listen,
    ),
    Setting(
        "ISTHMUS_CONSOLE_URL",
        "The address under which people reach the console, such as `https://isthmus.example.com`. "
        "With https its cookies travel by TLS only, and its forms count only when sent from there. "
        "Needed where a proxy stands before it.",
        parse_public_url,
    ),
    Setting(
        "ISTHMUS_TRUSTED_PROXIES",
        "The addresses or networks of the proxies in front, such as `127.0.0.1, 172.18.0.0/16`. "
        "Of them `X-Forwarded-For` and `X-Forwarded-Proto` are believed: who asks, and whether by "
        "TLS. Without it, nobody's are.",
        parse_proxies,
    ),
    Setting(
        "ISTHMUS_SLOTS",
        "How many links between a ticket and a work order one process works on at once.",
        parse_number,
        "8",
    ),
    Setting(
        "ISTHMUS_SWEEP_S",
        "How many seconds pass between two sweeps, which find what no webhook told. 5 or more.",
        parse_interval,
        "300",
    ),
    Setting(
        "ISTHMUS_KEEP_DAYS",
        "How many days Isthmus keeps what arrived, the trail of dispatch, the log of runs, and "
        "what people did in the console.",
        parse_days,
        "90",
    ),
    Setting(
        "ISTHMUS_ALERT_CHAT",
        "The incoming webhook of a chat (Slack, Mattermost, a Teams workflow) that is told of dead "
        "letters, refused credentials and silence.",
        parse_chat,
        is_secret=True,
    ),
    Setting(
        "ISTHMUS_ALERT_MAIL",
        "A mail server and who writes to whom, told the same: "
        "`smtp://user:password@host:587/?from=a@example.com&to=b@example.com`.",
        parse_mail,
        is_secret=True,
    ),
    Setting(
        "ISTHMUS_OIDC_ISSUER",
        "The address of an OpenID Connect provider by which people log in to the console, as its "
        "issuer. Without it, by password alone.",
        parse_issuer,
    ),
    Setting("ISTHMUS_OIDC_CLIENT_ID", "The client id the provider knows Isthmus by.", str),
    Setting(
        "ISTHMUS_OIDC_CLIENT_SECRET",
        "The client secret that belongs to it; without it, a public client.",
        str,
        is_secret=True,
    ),
    Setting(
        "ISTHMUS_OIDC_SCOPE",
        "What the provider is asked for.",
        parse_scope,
        "openid profile email",
    ),
    Setting(
        "ISTHMUS_OIDC_ROLE_CLAIM",
        "The claim that says who may do what, or a path to it such as `realm_access.roles`. Who "
        "has no role in it is not let in. Without it, who logs in is a viewer until an admin says "
        "otherwise.",
        str,
    ),
    Setting(
        "ISTHMUS_OIDC_ROLES",
        "What the values of that claim mean, such as `admin=IT, viewer=Sales, viewer=Desk`.",
        parse_roles,
        USUAL_ROLES,
    ),
    Setting(
        "ISTHMUS_QUOTA_SHARE",
        "The share of the tenant's hourly calls that Isthmus lets all tools together reach before "
        "it waits; the rest is left for others.",
        parse_share,
        "0.8",
    ),
    Setting(
        "ISTHMUS_LONGEST_WAIT_S",
        "How many seconds a sync may wait for calls of the hour to come free before it ends; the "
        "next run goes on from there.",
        parse_seconds,
        "900",
    ),
    Setting(
        "ISTHMUS_OVERLAP_S",
        "How many seconds before the last run an incremental run starts to look again.",
        parse_seconds,
        "300",
    ),
    Setting(
        "ISTHMUS_DELETE_BRAKE_SHARE",
        "A full re-read that would remove more than this share of a table stops and asks, since "
        "a lost permission looks like deletion.",
        parse_share,
        "0.2",
    ),
    Setting(
        "ISTHMUS_DELETE_BRAKE_ROWS",
        "So many rows a full re-read may always remove, whatever share they are.",
        parse_count,
        "50",
    ),
    Setting(
        "ISTHMUS_MEMORY_MB",
        "How much memory DuckDB may use, in megabytes; it reads the records for PostgreSQL too.",
        parse_memory,
        "384",
    ),
    Setting(
        "ISTHMUS_LOG",
        "How much is logged to standard error: error, warning (each call that had to be tried "
        "again), info or debug (tracebacks too).",
        parse_level,
        "error",
    ),
)
"""In the order in which a person meets them."""
