"""
WSDLs kept on disk: one for each zone and version, fetched again when one cannot be used.

Source: the file is static, at the service's address with another ending, for anybody to read.
"""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from isthmus.autotask.errors import AnswerBroken, WrongAddress
from isthmus.autotask.soap.service import Service
from isthmus.autotask.soap.xml import parse
from isthmus.autotask.soap.zone import wsdl_url
from isthmus.base import log
from isthmus.transport import Answer

_logger: Final = log.get_logger("autotask.soap")
Fetch = Callable[[str], Awaitable[bytes]]


def file_of(folder: Path, service_url: str) -> Path:
    """Return where the WSDL of a service is kept."""
    host = urlsplit(service_url).hostname or "host"
    digest = hashlib.sha256(service_url.casefold().encode()).hexdigest()[:12]
    return folder / f"atws-1.6-{host}-{digest}.wsdl"


def parse_wsdl(answer: Answer) -> bytes:
    """
    Judge a fetched WSDL.

    Raises: WrongAddress: there is none. AnswerBroken: not whole.
    """
    if answer.status in {404, 410}:
        raise WrongAddress(
            "There is no WSDL of the SOAP API at this address",
            where="WSDL",
            remedy="Check the base URL; if it is right, the SOAP API may be gone: use REST.",
        )
    if answer.status != 200:
        raise AnswerBroken(
            f"The WSDL was answered with {answer.status}",
            where="WSDL",
            remedy="It is asked for again by itself; if it goes on, look at the vendor's status"
            " page.",
        )
    parse(answer.body, "WSDL")
    return answer.body


async def load(
    folder: Path | None, service_url: str, fetch: Fetch, *, anew: bool = False
) -> Service:
    """
    Return the service of a zone, from the folder where its WSDL is kept, else fetched and kept.

    Args: anew: fetch it whatever is kept. A folder that cannot be written costs a fetch each time.
    Raises: WrongAddress, AnswerBroken, ServerTrouble.
    """
    file = None if folder is None else file_of(folder, service_url)
    if file is not None and not anew:
        kept = await asyncio.to_thread(_read, file)
        if kept is not None:
            return kept
    wsdl = await fetch(wsdl_url(service_url))
    service = await asyncio.to_thread(Service, wsdl)
    if file is not None:
        await asyncio.to_thread(_keep, file, wsdl)
    return service


def _read(file: Path) -> Service | None:
    try:
        return Service(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, AnswerBroken) as error:
        _logger.warning("wsdl_unusable", file=str(file), reason=str(error))
        return None


def _keep(file: Path, wsdl: bytes) -> None:
    """Write it whole under its name, or not at all."""
    draft = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".wsdl-")
        with os.fdopen(handle, "wb") as out:
            out.write(wsdl)
        Path(draft).replace(file)
    except OSError as error:
        _logger.warning("wsdl_not_kept", file=str(file), reason=str(error))
        if draft is not None:
            with contextlib.suppress(OSError):
                Path(draft).unlink()
