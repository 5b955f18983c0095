"""The address a caller used, for the links and descriptions that name the service itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp.web_request import BaseRequest

_HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", re.ASCII)
_SCHEMES = frozenset({"http", "https"})


def origin_of(request: BaseRequest) -> str:
    """
    Give scheme, host and port as the caller sees them, without a slash at the end.

    A proxy in between tells them in X-Forwarded-Proto and X-Forwarded-Host; the first of several
    is the outermost. Without a host that can be one, it is the address the call came in at.
    """
    headers = request.headers
    scheme = _first(headers.get("X-Forwarded-Proto", "")).lower()
    told = (_first(headers.get("X-Forwarded-Host", "")), headers.get("Host", "").strip())
    host = next((name for name in told if _HOST.fullmatch(name)), "") or _own(request)
    return f"{scheme if scheme in _SCHEMES else request.scheme}://{host}"


def _first(listed: str) -> str:
    return listed.partition(",")[0].strip()


def _own(request: BaseRequest) -> str:
    address = request.get_extra_info("sockname") or ("127.0.0.1", 80)
    host, port = str(address[0]), address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
