"""Bodies of calls, as the trail keeps them and as people read them."""

import json

import pytest

from isthmus.base.redaction import MASK, guard
from isthmus.dispatch.bodies import MOST, Body, kept, readable


def test_json_is_kept_as_it_was_and_read_line_by_line() -> None:
    told = kept(b'{"title": "Drucker \xc3\xa4", "pay": {"amount": 250.5}}')

    assert json.loads(told) == {"title": "Drucker ä", "pay": {"amount": 250.5}}
    assert readable(told) == Body(
        '{\n  "title": "Drucker ä",\n  "pay": {\n    "amount": 250.5\n  }\n}'
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"errors": ["no"], "apiKey": "hunter22-of-them"}',
        b'{"errors": [{"sent": {"password": "hunter22-of-them"}}]}',
        b'{"broken": {"client_secret": "hunter22-of-them", "title": "x',
        b'{"broken": "{\\"password\\": \\"hunter22-of-them\\", \\"a\\": 1}',
        b"grant_type=password&password=hunter22-of-them&x=1",
        b"<Fault><ApiIntegrationCode>hunter22-of-them</ApiIntegrationCode></Fault>",
        b'{"message": "Bearer hunter22-of-them is over"}',
    ],
)
def test_no_secret_is_kept_that_a_name_gives_away(body: bytes) -> None:
    assert "hunter22" in body.decode()
    told = kept(body)

    assert "hunter22" not in told
    assert MASK in told
    assert "hunter22" not in readable(body.decode()).text  # as older lines hold it


def test_a_known_secret_is_not_kept_whatever_its_name_also_where_the_cut_is() -> None:
    guard("pelican-of-the-east")
    for before in range(MOST - 30, MOST + 10, 7):
        told = kept(b'{"a": "' + b"x" * before + b'", "b": "pelican-of-the-east"}')
        assert "pelican" not in told
        told = kept(b"x" * before + b"pelican-of-the-east")
        assert "pelican" not in told


def test_a_long_one_is_cut_and_its_length_is_said() -> None:
    whole = json.dumps({"rows": [{"id": number, "text": 'a, "b": {'} for number in range(900)]})
    told = kept(whole.encode())
    shown = readable(told)

    assert len(told) < MOST + 60
    assert shown.size == len(whole)
    lines = shown.text.splitlines()
    assert lines[:5] == [
        "{",
        '  "rows": [',
        "    {",
        '      "id": 0,',
        '      "text": "a, \\"b\\": {"',
    ]


def test_what_is_no_json_is_read_as_it_is() -> None:
    assert readable("<html>\n <b>no</b>") == Body("<html>\n <b>no</b>")
