"""Records become what every store can keep, and nothing else about them changes."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.sync.rules.normalize import mend_row, needs_mending


@pytest.mark.parametrize(
    ("raw", "mended", "nuls", "halves"),
    [
        (b'{"a":"x\\u0000y\\u0000"}', b'{"a":"xy"}', 2, 0),
        (b'{"a":"\\ud83d!"}', '{"a":"\ufffd!"}'.encode(), 0, 1),
        (b'{"a":"\\uDE00\\uD83D"}', '{"a":"\ufffd\ufffd"}'.encode(), 0, 2),
        ('{"a":"\ud83d"}'.encode(errors="surrogatepass"), '{"a":"\ufffd"}'.encode(), 0, 1),
        (b'{"a":"\xff"}', '{"a":"\ufffd"}'.encode(), 0, 0),
        (b'{"n":1.2345678901234567}', b'{"n":"1.2345678901234567"}', 0, 0),
        (b'{"n":-1234567890123456.5}', b'{"n":"-1234567890123456.5"}', 0, 0),
        (b'{"n":1.2345678901234567e-3}', b'{"n":"0.0012345678901234567"}', 0, 0),
        (b'{"n":1.2345678901234567E+300}', b'{"n":"1.2345678901234567E+300"}', 0, 0),
    ],
)
def test_what_no_store_keeps_is_replaced_and_counted(
    raw: bytes, mended: bytes, nuls: int, halves: int
) -> None:
    assert needs_mending(raw) or raw == b'{"a":"\xff"}'
    if needs_mending(raw):
        result = mend_row(raw)
        assert (result.raw, result.nul_count, result.surrogate_count) == (mended, nuls, halves)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":"\\\\u0000 \\\\ud800"}',
        b'{"a":"1.2345678901234567"}',
        b'{"a":"\\"1.2345678901234567\\""}',
        b'{"n":12345678901234567890}',
        b'{"n":123.456789012345}',
        b'{"a":"0000000000000000000"}',
        '{"a":"퀀 Zoë 😀"}'.encode(),
    ],
)
def test_what_only_looks_odd_stays_as_it_is(raw: bytes) -> None:
    result = mend_row(raw)

    assert (result.raw, result.nul_count, result.surrogate_count) == (raw, 0, 0)


@pytest.mark.parametrize(
    "page",
    [
        b'{"id":1,"at":"2026-01-31T09:30:00.1234567Z","hours":12345.678}',
        '{"a":"Zoë 😀 \\n \\u00e9"}'.encode(),
        b"",
    ],
)
def test_ordinary_pages_are_passed_over(page: bytes) -> None:
    assert not needs_mending(page)


def test_one_odd_record_is_found_in_a_page_of_others() -> None:
    plain = b'{"id":1,"title":"printer"}\n' * 500

    for odd in (b'{"a":"\\u0000"}', b'{"a":"\\ud800"}', b'{"n":0.12345678901234567}'):
        assert needs_mending(plain + odd + b"\n" + plain)


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(_written(v) for v in value)}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_written(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(v) for v in value]
    if isinstance(value, dict):
        return {_clean(k): _clean(v) for k, v in value.items()}
    return value


def _as_numbers(value: object) -> object:
    """Read numbers and number texts alike, so that only their value counts."""
    if isinstance(value, str):
        try:
            return Decimal(value) if any(c.isdigit() for c in value) else value
        except ArithmeticError:
            return value
    if isinstance(value, list):
        return [_as_numbers(v) for v in value]
    if isinstance(value, dict):
        return {k: _as_numbers(v) for k, v in value.items()}
    return value


@given(st.dictionaries(st.text(), _values, max_size=5))
def test_any_record_means_the_same_afterwards(record: dict[str, object]) -> None:
    mended = mend_row(_written(record).encode()).raw

    found = json.loads(mended, parse_float=Decimal)

    assert _as_numbers(found) == _as_numbers(_clean(record))
