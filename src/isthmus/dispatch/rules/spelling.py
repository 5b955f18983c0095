"""
Values as a person types them into one box, and back.

Numbers and true/false are taken as such, lists and objects as JSON; in quotes all is text.
"""

import json
import math
import re
from typing import Any, Final

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.values import plain

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")
_WORDS: Final = {"true": True, "false": False}


def value_of(typed: str) -> Any:
    """Return what was typed as a value: 150, true, {"a": 1}, or a text; "150" is a text."""
    text = typed.strip()
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if text[:1] in {'"', "{", "["} and text[-1:] in {'"', "}", "]"}:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return typed
        return found if _is_kept(found) else typed
    return typed


def typed_for(value: Any) -> str:
    """Return what a person types for a value; `value_of` gives it back."""
    told = plain(value)
    if not isinstance(told, str):
        return json.dumps(told, ensure_ascii=False)
    is_same = value_of(told) == told and isinstance(value_of(told), str)
    return told if is_same else json.dumps(told, ensure_ascii=False)


def is_text_at(path: str) -> bool:
    """Tell whether what stands at a path is always text: labels, user-defined fields."""
    try:
        steps = paths.parse(path)
    except paths.PathWrong:
        return False
    return steps[-1] == paths.LABEL or paths.UDF in steps or paths.UDF_LABELS in steps


def _is_kept(value: Any) -> bool:
    """Tell whether TOML can hold a value: it has no null, and no number that is none."""
    if isinstance(value, dict):
        return all(_is_kept(one) for one in value.values())
    if isinstance(value, list):
        return all(_is_kept(one) for one in value)
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))
