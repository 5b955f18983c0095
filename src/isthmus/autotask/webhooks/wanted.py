"""What a connection wants of an entity's webhook, checked before anything is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from isthmus.autotask.webhooks.catalog import subject_of
from isthmus.autotask.webhooks.errors import WantedWrong
from isthmus.base import redaction

URL_MOST: Final = 500
SECRET_MOST: Final = 64
SECRET_LEAST: Final = 16
_CONNECTION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


@dataclass(frozen=True, slots=True)
class Watched:
    """A field of a webhook by its name: whether a change fires, whether it is always sent."""

    name: str
    fires: bool = True
    always: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    The one webhook that a connection wants on an entity.

    `connection` is a short name of ours (a-z, 0-9, -) and part of the webhook's name. `fields` and
    `udfs` are all it shall have. `excluded` are resources whose own changes do not fire, by id,
    user name, e-mail or full name; the API user's own should be among them.
    Raises: WantedWrong: something the vendor would refuse or misread.
    Source of lengths: the vendor's field metadata.
    """

    entity: str
    connection: str
    url: str = field(repr=False)
    deactivation_url: str = field(repr=False)
    secret: str = field(repr=False)
    fields: tuple[Watched, ...] = ()
    udfs: tuple[Watched, ...] = ()
    excluded: tuple[int | str, ...] = ()
    creates: bool = True
    updates: bool = True
    deletes: bool = True
    email: str = ""

    def __post_init__(self) -> None:
        redaction.guard(self.secret)
        problems = _problems(self)
        if problems:
            raise WantedWrong("; ".join(problems), where=f"webhook on {self.entity}")

    @property
    def name(self) -> str:
        """Return the name it has in Autotask, by which it is found again."""
        return f"Isthmus/{self.connection}/{self.entity}"


def _problems(wanted: Wanted) -> list[str]:
    told = []
    subject = subject_of(wanted.entity)
    if subject.entity != wanted.entity:
        told.append(f"The entity is spelt {subject.entity}")
    if wanted.udfs and subject.udf_fields is None:
        told.append(f"Autotask has no user-defined fields on {subject.entity}")
    if not _CONNECTION.fullmatch(wanted.connection):
        told.append("The connection's name must be 1 to 20 of a-z, 0-9 and -")
    for what, url in (("address", wanted.url), ("deactivation address", wanted.deactivation_url)):
        if not is_address(url):
            told.append(f"The {what} must be a http(s) URL of at most {URL_MOST} characters")
    if not SECRET_LEAST <= len(wanted.secret) <= SECRET_MOST or not wanted.secret.isascii():
        told.append(f"The secret must be {SECRET_LEAST} to {SECRET_MOST} ASCII characters")
    if not (wanted.creates or wanted.updates or wanted.deletes):
        told.append("It would fire on nothing")
    return told + _field_problems(wanted)


def _field_problems(wanted: Wanted) -> list[str]:
    told = []
    if not wanted.fields and not wanted.udfs:
        told.append("Without a field a webhook never gets ready, and no error tells so")
    for kind in (wanted.fields, wanted.udfs):
        names = [one.name.casefold() for one in kind]
        if len(set(names)) < len(names):
            told.append("A field is named twice")
        if any(not (one.fires or one.always) for one in kind):
            told.append("A field neither fires nor is sent")
    return told


def is_address(url: str) -> bool:
    """Tell whether a webhook can be sent there; in production the vendor takes HTTPS on 443."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    printable = url.isascii() and url.isprintable() and " " not in url
    return parts.scheme in {"http", "https"} and has_host and printable and len(url) <= URL_MOST


@dataclass(frozen=True, slots=True)
class Target:
    """A `Wanted` with its names resolved: field codes to what is wanted, resources by id."""

    wanted: Wanted
    fields: Mapping[int, Watched]
    udfs: Mapping[int, Watched]
    excluded: Mapping[int, str]
