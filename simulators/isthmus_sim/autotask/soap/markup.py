"""
GetInvoiceMarkup: an invoice as HTML or XML.

That the operation gives a text, and the two formats, are known (WSDL). What the vendor's markup
looks like is not; this one lists the invoice's own fields and says that it is simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus_sim.autotask.soap.xmltext import escape

if TYPE_CHECKING:
    from isthmus_sim.autotask.soap.catalog import SoapEntity
    from isthmus_sim.autotask.store.state import State

FORMATS = ("HTML", "XML")


def markup(state: State, invoice: SoapEntity, row_id: int, form: str) -> str | None:
    """Write an invoice; None when it is not there. form: of FORMATS."""
    row = state.get(invoice.rest or "", row_id)
    if row is None:
        return None
    told = {
        field.name: escape(str(row[field.rest]))
        for field in invoice.fields
        if field.rest is not None and row[field.rest] is not None
    }
    if form == "XML":
        inner = "".join(f"<{name}>{text}</{name}>" for name, text in told.items())
        return f'<Invoice simulated="true">{inner}</Invoice>'
    lines = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in told.items())
    return f"<html><body><h1>Simulated invoice</h1><table>{lines}</table></body></html>"
