"""
The tokens that dates are written with, as the vendor's mappings spell them.

Source: Field Nation's mapping guide names moment's tokens, X for seconds and x for milliseconds;
what each token means is told by moment's own documentation.
"""

import re
from typing import Final

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ISO_WORDS: Final = frozenset({"", "iso", "iso8601", "iso_8601"})
LONG_FORMS: Final = {
    "LTS": "h:mm:ss A",
    "LT": "h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "LLL": "MMMM D, YYYY h:mm A",
    "LL": "MMMM D, YYYY",
    "L": "MM/DD/YYYY",
    "llll": "ddd, MMM D, YYYY h:mm A",
    "lll": "MMM D, YYYY h:mm A",
    "ll": "MMM D, YYYY",
    "l": "M/D/YYYY",
}
LONGEST_FORMAT: Final = 200
_LONG: Final = re.compile(r"\[[^\]]*\]|LTS|LT|LL?L?L?|llll|lll|ll|l")
_TOKEN: Final = re.compile(
    r"\[(?P<kept>[^\]]*)\]|(?P<token>YYYY|YY|Y|Qo|Q|MMMM|MMM|MM|Mo|M|DDDD|DDDo|DDD|DD|Do|D|"
    r"dddd|ddd|dd|do|d|E|e|GGGG|GG|gggg|gg|WW|Wo|W|ww|wo|w|HH|H|hh|h|kk|k|A|a|mm|m|ss|s|S{1,9}|"
    r"zz|z|ZZ|Z|X|x)|(?P<text>.)",
    re.DOTALL,
)

Piece = tuple[bool, str]


def pieces(pattern: str) -> tuple[Piece, ...]:
    """Split a format into (is a token, text); what stands in [brackets] is kept as it is."""
    spread = _LONG.sub(lambda match: LONG_FORMS.get(match[0], match[0]), pattern)
    found: list[Piece] = []
    for match in _TOKEN.finditer(spread):
        if match["token"]:
            found.append((True, match["token"]))
        else:
            found.append((False, match["kept"] if match["kept"] is not None else match["text"]))
    return tuple(found)


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th."""
    teens = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
