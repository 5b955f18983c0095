"""Which fields several dead letters lack alike."""

from datetime import UTC, datetime

from isthmus.dispatch.editing import Settable, ToBeSent
from isthmus.dispatch.edits_many import lacking, lacking_alike
from isthmus.dispatch.rules.shapes import Problem
from isthmus.state.dispatch import DeadLetter

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def sent(name: str, *fields: Settable, problems: tuple[Problem, ...] = ()) -> ToBeSent:
    letter = DeadLetter(name, f"Tickets/{name}", "validation", "no", "there", "Mend it.", NOON)
    return ToBeSent(letter, "m@1", fields, problems)


def wrong(path: str, *choices: str) -> Settable:
    return Settable(path, None, "text", choices, problem=f"{path} is missing")


def test_what_is_at_fault_in_each_is_alike_with_the_choices_of_all() -> None:
    fine = Settable("title", "x", "text")
    one = sent("1", wrong("type", "a", "b"), wrong("pay"), fine)
    two = sent("2", wrong("start"), wrong("type", "b", "c"), fine)

    found = lacking_alike([lacking(one), lacking(two)])

    assert [(field.path, field.choices) for field in found.fields] == [("type", ("b",))]
    assert [[field.path for field in each.fields] for each in found.each] == [
        ["type", "pay"], ["start", "type"],
    ]  # fmt: skip


def test_one_that_lacks_nothing_or_no_field_says_why_and_nothing_is_alike() -> None:
    well = lacking(sent("1", Settable("title", "x", "text")))
    other = lacking(sent("2", problems=(Problem("The script fails", "Mend it.", None, ""),)))

    assert well.why == "Nothing is at fault any more: replay it."
    assert other.why == "The script fails. Mend it."
    assert lacking_alike([lacking(sent("3", wrong("title"))), well]).fields == ()
    assert lacking_alike([]).fields == ()
