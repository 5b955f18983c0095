"""
XML of the SOAP API, in and out: bounded, without entities, nothing fetched, nothing mended.

zeep, told to bear newer fields, would also mend an answer that was cut short; so every document is
parsed here first, as it is.
"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from isthmus.autotask.errors import AnswerBroken, ValidationFailed
from isthmus.base.redaction import redact

Element = etree._Element  # lxml has no public name for it
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMA: Final = "http://www.w3.org/2001/XMLSchema"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_REFERENCE: Final = re.compile(rb"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(body: bytes, where: str) -> Element:
    """
    Parse a whole document.

    References to characters that XML does not have, such as `&#x0;`, are left out: the framework
    under the service may write them (assumed), and no parser takes them.
    Raises: AnswerBroken: empty, cut short, malformed, or with a document type.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # a file of 6 MB is 8 MB of text; entities cannot be declared
        remove_comments=True,
        remove_pis=True,
    )
    if b"<!DOCTYPE" in body[:2000]:
        raise broken("a document type, which is never sent", where)
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        fit_body = _REFERENCE.sub(_kept, body)
        if fit_body != body:
            return parse(fit_body, where)
        raise broken(f"no whole XML ({error})", where) from None


def _kept(reference: re.Match[bytes]) -> bytes:
    """Return a character reference where XML has that character, else nothing."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    is_fit = number < 0x110000 and not _UNFIT.match(chr(number))
    return reference[0] if is_fit else b""


def broken(what: str, where: str) -> AnswerBroken:
    """Return the error for an answer that holds `what`."""
    return AnswerBroken(
        f"The answer holds {redact(what)}",
        where=where,
        remedy="It is asked for again by itself; if it stays so, a proxy may alter answers.",
    )


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(etree.QName(element).localname)


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of that name in any namespace."""
    return next(children(element, name), None)


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the children of that name in any namespace."""
    for found in element if element is not None else ():
        if local(found) == name:
            yield found


def text_of(element: Element | None) -> str:
    """Return an element's text; "" for none."""
    return "" if element is None or element.text is None else str(element.text)


def is_nil(element: Element) -> bool:
    """Tell whether an element says that it stands for nothing."""
    return element.get(f"{_XSI}nil") in {"true", "1"}


def type_of(element: Element) -> str:
    """Return the local name of an element's type; "" where none is told."""
    return (element.get(f"{_XSI}type") or "").rpartition(":")[2]


def result_of(root: Element, where: str) -> Element:
    """
    Return the result inside the response inside the body.

    Raises: AnswerBroken: there is none.
    """
    body = child(root, "Body")
    response = None if body is None else next(iter(body), None)
    result = None if response is None else next(iter(response), None)
    if local(root) != "Envelope" or result is None:
        raise broken("no SOAP result", where)
    return result


def fit(text: str, where: str) -> str:
    """
    Return a text that XML can carry, as it is.

    Raises: ValidationFailed: it holds a character that XML has no way to write.
    """
    unfit = _UNFIT.search(text)
    if unfit is not None:
        raise ValidationFailed(
            f"The text holds the character U+{ord(unfit[0]):04X}, which XML cannot carry",
            where=where,
            remedy="Take it out, or write it over REST.",
        )
    return text


def element(name: str, text: str = "", **attributes: str) -> Element:
    """Make an element without a namespace."""
    made = etree.Element(name, attributes)
    made.text = text
    return made


def to_text(root: Element) -> str:
    """Write an element, escaped."""
    return etree.tostring(root, encoding="unicode")


def envelope(namespace: str, operation: str, **arguments: str) -> bytes:
    """Write the request of an operation that takes texts and no header."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    body = etree.SubElement(root, f"{{{SOAP}}}Body")
    asked = etree.SubElement(body, f"{{{namespace}}}{operation}", nsmap={"ws": namespace})
    for name, text in arguments.items():
        etree.SubElement(asked, f"{{{namespace}}}{name}").text = text
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
