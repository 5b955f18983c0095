"""
Rules that were published and do not fit any more, as after a user-defined field was deleted.

What both sides have is believed as long as anywhere else, so that asking costs no call.
"""

import json
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.ids import new_ordered_id
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.faults import VALIDATION, MappingProblems
from isthmus.dispatch.rules.rule import Rule
from isthmus.dispatch.rules.shapes import Problem
from isthmus.state.dispatch import DeadLetter

UNFIT: Final = "definitions unfit"
"""The mark that holds what people were told, by the key of its dead letter."""


async def expect_fit(desk: Desk, rule: Rule) -> None:
    """
    Hold an enabled rule and its mappings against what both sides have now.

    Raises: MappingProblems: nothing is to be sent.
    """
    problems = await _problems_of(desk, rule) if rule.is_enabled else ()
    if problems:
        raise MappingProblems(f"rule {rule.name}", problems)


async def tell_unfit(desk: Desk) -> None:
    """Have people told of each enabled rule that does not fit, once; no more once it does."""
    found: dict[str, MappingProblems] = {}
    for rule in desk.library.rules():
        problems = await _problems_of(desk, rule)
        if problems:
            found[f"rule/{rule.name}"] = MappingProblems(f"rule {rule.name}", problems)
    noted = await desk.kept(desk.state.mark, UNFIT)
    kept: dict[str, str] = json.loads(noted or "{}")
    now = {key: _told(error) for key, error in found.items()}
    for key, before in kept.items():
        if now.get(key) != before:
            await desk.kept(desk.state.mark_dead_letters, key, "settled")
    for key, what in now.items():
        if kept.get(key) != what:
            error = found[key]
            letter = DeadLetter(
                f"dl-{new_ordered_id()}", key, VALIDATION, what, error.where, error.remedy,
                utc_now(),
            )  # fmt: skip
            await desk.kept(desk.state.save_dead_letter, letter)
    if now != kept:
        await desk.kept(desk.state.save_mark, UNFIT, json.dumps(now, sort_keys=True))


def _told(error: MappingProblems) -> str:
    return f"The {error.where} does not fit any more, so nothing is sent by it: {error.what}"


async def _problems_of(desk: Desk, rule: Rule) -> tuple[Problem, ...]:
    """Return what keeps a rule from being used; what old metadata refuses is held to fresh."""
    found = await desk.kept(desk.library.unfit, rule, await desk.metadata.known())
    if found:
        found = await desk.kept(desk.library.unfit, rule, await desk.metadata.fresh())
    return found
