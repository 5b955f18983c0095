"""The frame of every page, and text that is safe in it."""

from __future__ import annotations

from html import escape

from isthmus_sim.base.reply import Reply

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#566174;--line:#cfd6e0;--card:#fff;
--page:#f3f5f8;--go:#0b5cad;--go-ink:#fff;--good:#1b6e3c;--bad:#a3231c}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#a9b4c4;--line:#3a4454;--card:#1d2430;
--page:#131820;--go:#7db8f5;--go-ink:#0c1520;--good:#7fd6a0;--bad:#ff9d96}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
a{color:var(--go)}
.skip{position:absolute;left:-99em}.skip:focus{left:1em;top:.5em;background:var(--card);padding:.5em}
header{background:var(--card);border-bottom:1px solid var(--line);padding:.7em 1.2em;display:flex;
gap:1.2em;flex-wrap:wrap;align-items:baseline}
header strong{font-size:1.1em}
main{max-width:64em;margin:0 auto;padding:1.2em}
h1{font-size:1.5em;margin:.2em 0 .6em}h2{font-size:1.15em;margin:1.4em 0 .5em}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1em;
margin:0 0 1em}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line)}
th,td{text-align:left;padding:.5em .7em;border-top:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}
.wide{overflow-x:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3em 1.2em;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.badge{display:inline-block;border:1px solid currentColor;border-radius:1em;padding:0 .7em;
white-space:nowrap;font-size:.9em;font-weight:600}
.now{display:flex;flex-wrap:wrap;gap:.7em;align-items:flex-start}
form{margin:0}
.field{margin:0 0 .7em}.field label{display:block;font-weight:600;margin-bottom:.15em}
input,select,textarea{font:inherit;color:inherit;background:var(--page);
border:1px solid var(--soft);border-radius:5px;padding:.45em;width:100%;max-width:32em}
button{font:inherit;font-weight:600;min-height:2.75em;padding:.3em 1.1em;border-radius:6px;
border:1px solid var(--go);background:var(--go);color:var(--go-ink);cursor:pointer}
::placeholder{color:var(--soft);opacity:1}
details{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:0 0 .6em}
summary{cursor:pointer;font-weight:600;padding:.7em 1em}details form{padding:.2em 1em 1em}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
.said{border-left:5px solid var(--good);background:var(--card);padding:.7em 1em;margin:0 0 1em}
.wrong{border-left-color:var(--bad)}
.soft{color:var(--soft)}
ol.talk{list-style:none;padding:.3em 1em;margin:0}
ol.talk li{padding:.5em 0;border-top:1px solid var(--line)}
ol.talk li:first-child{border-top:0}
@media(max-width:40em){header{gap:.2em 1em}main{padding:.8em}
table,tbody,tr,td{display:block}thead{position:absolute;left:-99em}
tr{border-top:1px solid var(--line);padding:.5em .8em}tr:first-child{border-top:0}
td{border:0;padding:.15em 0;display:grid;grid-template-columns:7.5em minmax(0,1fr);gap:.6em}
td::before{content:attr(data-head);color:var(--soft)}
td>*{justify-self:start}td .badge{white-space:normal}dl{display:block}dd{margin:0 0 .5em}}
""".strip()
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Cache-Control": "no-store",
}


def text(value: object) -> str:
    """Give a value as text that means nothing to a browser."""
    return escape(str(value), quote=True)


def page(title: str, body: str, *, crumbs: str = "", status: int = 200) -> Reply:
    """Give a whole page. body, crumbs: safe HTML."""
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)} - technician</title><style>{STYLE}</style></head><body>"
        '<a class="skip" href="#main">Skip to content</a>'
        f'<header><strong>Technician</strong><nav aria-label="You are here">'
        f'<a href="/provider/">All technicians</a>{crumbs}</nav>'
        '<span class="soft">Simulated Field Nation</span></header>'
        f'<main id="main"><h1>{text(title)}</h1>{body}</main></body></html>'
    )
    return Reply(status, document.encode(), "text/html; charset=utf-8", HEADERS)


def said(message: str, *, wrong: bool = False) -> str:
    """Give the line that says how the last step went; empty for no message."""
    if not message:
        return ""
    role, style = ("alert", "said wrong") if wrong else ("status", "said")
    lead = "<strong>That did not work.</strong> " if wrong else ""
    return f'<p class="{style}" role="{role}">{lead}{text(message)}</p>'


def facts(pairs: list[tuple[str, object]]) -> str:
    """Give names and values; what is empty is left out."""
    rows = "".join(f"<dt>{text(k)}</dt><dd>{text(v)}</dd>" for k, v in pairs if v not in ("", None))
    return f"<dl>{rows}</dl>"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]], caption: str) -> str:
    """
    Give a table. rows: cells as safe HTML; caption: says what it is, for who cannot see it.

    On a narrow screen each row stands as a block; the roles keep it a table for a screen reader.
    """
    head = "".join(f'<th scope="col" role="columnheader">{text(name)}</th>' for name in heads)
    lines = "".join(f'<tr role="row">{_cells(heads, row)}</tr>' for row in rows)
    return (
        f'<div class="wide"><table role="table" aria-label="{text(caption)}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{lines}</tbody></table></div>'
    )


def _cells(heads: tuple[str, ...], row: tuple[str, ...]) -> str:
    return "".join(
        f'<td role="cell" data-head="{text(head)}"><span>{cell}</span></td>'
        for head, cell in zip(heads, row, strict=True)
    )
