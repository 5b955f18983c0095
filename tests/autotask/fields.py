"""Fields and picklists as a tenant's metadata tells them, plain but for what a test says."""

from dataclasses import replace
from typing import Any

from isthmus.autotask import FieldInfo, PicklistValue


def field(name: str, kind: str = "string", **changes: Any) -> FieldInfo:
    return replace(FieldInfo(name, kind, 0, False, False, True, None, None, None), **changes)


def entry(
    code: str, label: str, *, active: bool = True, parent: str | None = None
) -> PicklistValue:
    return PicklistValue(code, label, active, False, 0, parent)
