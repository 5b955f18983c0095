"""Decode the body of a success; what is no JSON of the wanted kind is a broken answer."""

import json
from decimal import Decimal
from typing import Any

from isthmus.fieldnation.answers import Asked, broken
from isthmus.transport import Answer


def decode(answer: Answer, asked: Asked) -> Any:
    """
    Return the JSON of a body; None for an empty one. Fractions are Decimal: sums keep every digit.

    Raises: AnswerBroken: no JSON.
    """
    if not answer.body.strip():
        return None
    try:
        return json.loads(answer.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise broken("it is no JSON", asked) from None


def decode_object(answer: Answer, asked: Asked) -> dict[str, Any]:
    """Return the JSON object of a body. Raises: AnswerBroken."""
    found = decode(answer, asked)
    if not isinstance(found, dict):
        raise broken("it is no JSON object", asked)
    return found
