"""XML in, bounded and without entities; text out, escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

MOST_BYTES = 48 * 1024 * 1024
DEEPEST = 200
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml\b.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"^\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<!DOCTYPE", re.DOTALL)
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Malformed(ValueError):
    """Bytes that are not XML as the service takes it; the text says why."""


def parse_bytes(body: bytes) -> Element:
    """
    Parse a document: no document type, no entities, nothing fetched, bounded.

    Raises: Malformed.
    """
    if len(body) > MOST_BYTES:
        raise Malformed(f"The document is longer than {MOST_BYTES} bytes.")
    return parse_text(_decoded(body))


def parse_text(text: str) -> Element:
    """Parse a document in a text; an encoding it declares means nothing. Raises: Malformed."""
    text = _DECLARATION.sub("", text.lstrip("\ufeff"), count=1).strip()
    if not text:
        raise Malformed("Root element is missing.")
    if _DOCTYPE.match(text):
        raise Malformed("For security reasons DTD is prohibited in this XML document.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # texts of more than 10 MB; entities cannot be declared without a DTD
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(str(error)) from error
    _refuse_depth(root)
    return root


def _decoded(body: bytes) -> str:
    encoding = "utf-8-sig"
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif declared := _DECLARED.match(body[:200]):
        encoding = declared[1].decode().lower()
        if encoding not in _ENCODINGS:
            raise Malformed(f"System does not support '{encoding}' encoding.")
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise Malformed("Invalid character in the given encoding.") from error


def _refuse_depth(root: Element) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Malformed(f"Elements are nested more than {DEEPEST} deep.")
        level = [child for element in level for child in element]


def local(element: Element) -> str:
    """Give an element's name without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: Element) -> str:
    """Give an element's namespace; empty when it has none."""
    return str(etree.QName(element).namespace or "")


def child(element: Element | None, name: str) -> Element | None:
    """Give the first child of a name in any namespace."""
    if element is None:
        return None
    return next((found for found in element if local(found) == name), None)


def first(element: Element | None) -> Element | None:
    """Give the first child of all."""
    return None if element is None else next(iter(element), None)


def text_of(element: Element | None) -> str:
    """Give an element's text; that of its innermost element when it is doubled."""
    if element is None:
        return ""
    return "".join(str(part) for part in element.itertext())


def number(text: str) -> int | None:
    """Read a whole number of at most 18 digits, which the store can hold; None for others."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[0]) if found else None


def escape(text: str) -> str:
    """Escape a text for XML; characters XML cannot carry are left out."""
    if _UNFIT.search(text):
        text = _UNFIT.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaper(control: str, carriage: str) -> Callable[[str], str]:
    """Give the escape the switches ask for. Source: what the framework did, from memory."""
    if control == "drop" and carriage == "raw":
        return escape

    def run(text: str) -> str:
        unfit = _UNFIT.sub(lambda m: f"\x02{ord(m[0]):X};", text) if control != "drop" else text
        safe = unfit.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if carriage != "raw":
            safe = safe.replace("\r", "&#xD;")
        if control == "drop":
            return _UNFIT.sub("", safe)
        return safe.replace("\x02", "&#x")

    return run
