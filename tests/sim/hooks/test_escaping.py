import json

import pytest

from isthmus_sim.autotask.hooks.escaping import Number, escaped_json


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a&b", rb'"a\u0026b"'),
        ("<>'", rb'"\u003C\u003E\u0027"'),
        ('"', rb'"\u0022"'),
        ("`+", rb'"\u0060\u002B"'),
        ("\\", rb'"\\"'),
        ("a/b", b'"a/b"'),
        ("\r\n\t", rb'"\r\n\t"'),
        ("\x00\x1b\x7f", rb'"\u0000\u001B\u007F"'),
        ("Größe", rb'"Gr\u00F6\u00DFe"'),
        ("\U0001f600", rb'"\uD83D\uDE00"'),
        (Number("2.5000"), b"2.5000"),
        ([True, None, -7], b"[true,null,-7]"),
        ({"Ä": {"b": [1, "c"]}}, rb'{"\u00C4":{"b":[1,"c"]}}'),
    ],
)
def test_json_is_escaped_as_the_vendors_serialiser_does(value: object, written: bytes) -> None:
    assert escaped_json(value) == written


def test_every_character_reads_back_as_it_was() -> None:
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000), 0x1F600, 0x10FFFF]))
    body = escaped_json({"text": text})
    assert body.isascii()
    assert json.loads(body) == {"text": text}
