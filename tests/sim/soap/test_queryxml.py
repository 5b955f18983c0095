"""QueryXML against the same rows seen by the admin API."""

from collections.abc import Callable
from typing import Any

import pytest

from isthmus_sim.in_thread import AutotaskSim
from tests.sim.soap.clients import Wire, texts, where, xml_query

Ids = Callable[..., list[int]]


@pytest.fixture(scope="module")
def tickets(soap_reading: AutotaskSim) -> list[dict[str, Any]]:
    """All tickets, as they are."""
    return soap_reading.rows("Tickets")


@pytest.fixture(scope="module")
def contacts(soap_reading: AutotaskSim) -> list[dict[str, Any]]:
    """All contacts, as they are."""
    return soap_reading.rows("Contacts")


def having(rows: list[dict[str, Any]], test: Callable[[dict[str, Any]], bool]) -> list[int]:
    """Give the ids of the rows that pass, ascending, at most a page."""
    return sorted(row["id"] for row in rows if test(row))[:500]


def refused(wire: Wire, sxml: str) -> list[str]:
    told = wire.query(sxml)
    assert texts(told, "ReturnCode") == ["-1"]
    assert texts(told, "EntityId") == []
    return texts(told, "Message")


# Operators


@pytest.mark.parametrize(
    ("op", "test"),
    [
        ("Equals", lambda n: n == 2),
        ("notequal", lambda n: n != 2),
        ("GREATERTHAN", lambda n: n > 2),
        ("LessThan", lambda n: n < 2),
        ("GreaterThanorEquals", lambda n: n >= 2),
        ("greaterthanorequals", lambda n: n >= 2),
        ("LessThanOrEquals", lambda n: n <= 2),
    ],
)
def test_numbers_are_compared(
    ids: Ids, tickets: list[dict[str, Any]], op: str, test: Callable[[int], bool]
) -> None:
    found = ids("Ticket", where("Priority", op, 2))
    assert found == having(tickets, lambda t: t["priority"] is not None and test(t["priority"]))
    assert found


@pytest.mark.parametrize(
    ("op", "value", "test"),
    [
        ("Equals", "{0}", lambda text, word: text == word),
        ("NotEqual", "{0}", lambda text, word: text != word),
        ("BeginsWith", "{0:.3}", lambda text, word: text.startswith(word[:3])),
        ("EndsWith", "{0}", lambda text, word: text.endswith(word)),
        ("Contains", "{0:.2}", lambda text, word: word[:2] in text),
        ("Like", "{0:.2}%", lambda text, word: text.startswith(word[:2])),
        ("NotLike", "{0:.2}%", lambda text, word: not text.startswith(word[:2])),
        ("GreaterThan", "{0}", lambda text, word: text > word),
        ("LessThanOrEquals", "{0}", lambda text, word: text <= word),
    ],
)
def test_texts_are_compared_in_any_case(
    ids: Ids,
    contacts: list[dict[str, Any]],
    op: str,
    value: str,
    test: Callable[[str, str], bool],
) -> None:
    word = next(c["lastName"] for c in contacts if c["lastName"] and c["lastName"].isascii())
    plain = {c["id"] for c in contacts if c["lastName"] and c["lastName"].isascii()}
    found = ids("contact", where("LASTNAME", op, value.format(word.upper())))
    expected = having(
        contacts,
        lambda c: c["id"] in plain and test(c["lastName"].lower(), word.lower()),
    )
    assert [one for one in found if one in plain] == expected
    assert expected


@pytest.mark.parametrize("empty", ["IsNull", "isnotnull"])
def test_null_and_not_null_divide_the_rows(
    ids: Ids, tickets: list[dict[str, Any]], empty: str
) -> None:
    wanted = having(tickets, lambda t: (t["contactID"] is None) is (empty == "IsNull"))
    assert ids("Ticket", where("ContactID", empty)) == wanted


@pytest.mark.parametrize("truth", ["1", "true", "True"])
def test_booleans_are_sent_as_numbers_or_words(
    ids: Ids, contacts: list[dict[str, Any]], soap_reading: AutotaskSim, truth: str
) -> None:
    active = having(contacts, lambda c: c["isActive"] in (1, True))
    assert ids("Contact", where("Active", "Equals", truth)) == active
    accounts = having(soap_reading.rows("Companies"), lambda c: c["isActive"] in (1, True))
    assert ids("Account", where("Active", "equals", truth)) == accounts


@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-15 09:30:00",
        "2026-01-15T09:30:00",
        "2026-01-15T09:30:00.000",
        "2026-01-15T14:30:00Z",
        "2026-01-15T15:30:00+01:00",
    ],
)
def test_times_without_an_offset_are_eastern(
    ids: Ids, tickets: list[dict[str, Any]], moment: str
) -> None:
    later = having(tickets, lambda t: str(t["createDate"]) > "2026-01-15T14:30:00.000Z")
    assert ids("Ticket", where("CreateDate", "GreaterThan", moment)) == later


def test_a_day_is_not_moved_by_a_zone(ids: Ids, soap_reading: AutotaskSim) -> None:
    rows = soap_reading.rows("TimeEntries")
    day = rows[0]["dateWorked"][:10]
    same = having(rows, lambda t: str(t["dateWorked"])[:10] == day)
    assert ids("TimeEntry", where("DateWorked", "Equals", day)) == same


def test_this_day_is_the_clocks_day_in_eastern_time(autotask_sim: AutotaskSim) -> None:
    wire = Wire(autotask_sim)
    autotask_sim.admin("POST", "clock", {"set": "2026-07-01T03:30:00Z"})  # still June there
    tickets = [row["id"] for row in autotask_sim.rows("Tickets")[-3:]]
    for ticket, due in zip(
        tickets,
        ["2026-06-30T04:00:00.000Z", "2026-07-01T03:59:59.999Z", "2026-07-01T04:00:00.000Z"],
        strict=True,
    ):
        autotask_sim.admin("PATCH", f"state/Tickets/{ticket}", {"dueDateTime": due})
    told = wire.query(xml_query("Ticket", where("DueDateTime", "IsThisDay")))
    assert {str(t) for t in tickets[:2]} <= set(texts(told, "EntityId"))
    assert str(tickets[2]) not in texts(told, "EntityId")


# Combination


def test_fields_are_anded_and_expressions_of_a_field_are_ored(
    ids: Ids, tickets: list[dict[str, Any]]
) -> None:
    both = (
        '<field>Priority<expression op="equals">1</expression>'
        '<expression op="equals">2</expression></field>'
    )
    found = ids("Ticket", both, where("Status", "Equals", 5))
    assert found == having(tickets, lambda t: t["priority"] in (1, 2) and t["status"] == 5)
    assert found


def condition(joint: str, *items: str) -> str:
    operator = f' operator="{joint}"' if joint else ""
    return f"<condition{operator}>{''.join(items)}</condition>"


def prio(value: int) -> str:
    return where("Priority", "Equals", value)


def test_a_lone_or_condition_ands_its_fields(ids: Ids, tickets: list[dict[str, Any]]) -> None:
    inner = (prio(1), where("Status", "Equals", 5))
    found = ids("Ticket", condition("OR", *inner))
    assert found == having(tickets, lambda t: t["priority"] == 1 and t["status"] == 5)


def test_the_operator_ties_a_condition_to_what_stands_before_it(
    ids: Ids, tickets: list[dict[str, Any]]
) -> None:
    found = ids("Ticket", condition("", prio(1)), condition("or", prio(3)))
    assert found == having(tickets, lambda t: t["priority"] in (1, 3))


def test_conditions_are_tied_from_left_to_right(ids: Ids, tickets: list[dict[str, Any]]) -> None:
    done = where("Status", "Equals", 5)
    found = ids("Ticket", condition("", prio(1)), condition("OR", prio(3)), done)
    assert found == having(tickets, lambda t: t["priority"] in (1, 3) and t["status"] == 5)
    other = ids("Ticket", done, condition("OR", prio(3)))
    assert other == having(tickets, lambda t: t["status"] == 5 or t["priority"] == 3)


def test_conditions_nest(ids: Ids, tickets: list[dict[str, Any]]) -> None:
    inner = condition("", condition("", prio(1)), condition("OR", prio(3)))
    found = ids("Ticket", where("Status", "NotEqual", 5), inner)
    assert found == having(tickets, lambda t: t["status"] != 5 and t["priority"] in (1, 3))
    assert found


def test_user_defined_fields_are_queried_by_name(ids: Ids, tickets: list[dict[str, Any]]) -> None:
    def value(ticket: dict[str, Any]) -> Any:
        named = {u["name"]: u["value"] for u in ticket["userDefinedFields"]}
        return named["Site Code"]

    wanted = next(value(t) for t in tickets if value(t))
    asked = f'<field udf="true">site code<expression op="equals">{wanted}</expression></field>'
    assert ids("Ticket", asked) == having(tickets, lambda t: value(t) == wanted)


def test_no_condition_finds_all(ids: Ids, soap_reading: AutotaskSim) -> None:
    assert ids("Account") == having(soap_reading.rows("Companies"), lambda _: True)


def test_nothing_found_is_success_with_empty_lists(reading_wire: Wire) -> None:
    told = reading_wire.query(xml_query("Ticket", where("id", "Equals", -1)))
    assert texts(told, "ReturnCode") == ["1"]
    assert texts(told, "EntityResultType") == ["ticket"]
    for name in ("EntityResults", "Errors", "EntityReturnInfoResults"):
        (found,) = told.iter(f"{{*}}{name}")
        assert len(found) == 0


# Limits and refusals


def ors(count: int) -> str:
    return "".join(condition("OR", where("id", "Equals", n)) for n in range(count))


def many(count: int) -> str:
    values = "".join(f'<expression op="Equals">{n}</expression>' for n in range(count))
    return f"<field>id{values}</field>"


@pytest.mark.parametrize("made", [ors, many])
def test_500_ors_are_taken_and_501_refused(reading_wire: Wire, made: Callable[[int], str]) -> None:
    fine = reading_wire.query(xml_query("Ticket", made(500)))
    assert texts(fine, "ReturnCode") == ["1"]
    assert refused(reading_wire, xml_query("Ticket", made(501))) == [
        "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."
    ]


def test_many_anded_fields_are_no_trouble(ids: Ids) -> None:
    assert ids("Ticket", *[where("id", "GreaterThan", 0) for _ in range(1_200)])


def test_an_empty_query_is_told_so(reading_wire: Wire) -> None:
    assert refused(reading_wire, "") == [
        "Root element is missing.",
        "Error reading in Query XML.",
    ]


@pytest.mark.parametrize(
    ("sxml", "told"),
    [
        ("<queryxml><entity>Ticket</entity>", "Error reading in Query XML."),
        ("<other/>", "queryxml"),
        ("<queryxml><query/></queryxml>", "no entity"),
        (xml_query("Nonsense"), "Nonsense does not exist"),
        (xml_query("Ticket", "<field>id</field>"), "no expression"),
        (xml_query("Ticket", "<field><expression op='equals'>1</expression></field>"), "no name"),
        (xml_query("Ticket", "<field>id<expression>1</expression></field>"), "no op"),
        (xml_query("Ticket", where("id", "SoundsLike", 1)), "SoundsLike is not valid"),
        (xml_query("Ticket", where("Nope", "Equals", 1)), "Unable to find Nope"),
        (xml_query("Ticket", where("CreatorType", "Equals", 1)), "not queryable"),
        (xml_query("Resource", where("Password", "Equals", 1)), "not queryable"),
        (xml_query("Ticket", where("id", "Contains", 1)), "not valid for the field id"),
        (xml_query("Ticket", where("id", "Equals", "x")), "not valid for the field id"),
        (xml_query("Ticket", where("id", "Equals", "nan")), "not valid for the field id"),
        (xml_query("Ticket", where("id", "IsThisDay")), "not valid for the field id"),
        (xml_query("Account", where("Active", "GreaterThan", 0)), "not valid for the field Active"),
        (xml_query("Account", where("Active", "Equals", 7)), "not valid for the field Active"),
        (xml_query("Ticket", where("CreateDate", "Equals", "soon")), "'soon' is not valid"),
        (xml_query("Ticket", where("CreateDate", "Equals", "2026-03-08 02:30")), "not valid"),
        (xml_query("Ticket", where("CreateDate", "BeginsWith", "2026")), "not valid"),
        (xml_query("Ticket", condition("XOR", prio(1))), "XOR"),
        (xml_query("Ticket", "<what/>"), "what is not expected"),
        (xml_query("Ticket", "<condition>" * 60 + "</condition>" * 60), "nested"),
        (xml_query("Ticket", "<field udf='true'>No<expression op='isnull'/></field>"), "find No"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><queryxml/>', "prohibited"),
    ],
)
def test_a_query_that_cannot_be_is_refused(reading_wire: Wire, sxml: str, told: str) -> None:
    assert told in " ".join(refused(reading_wire, sxml))


def test_a_sixth_user_defined_field_is_refused(autotask_sim_factory: Callable[..., Any]) -> None:
    sim = autotask_sim_factory(ticket_udfs=8)
    names = [u["name"] for u in sim.rows("Tickets")[0]["userDefinedFields"]][:6]
    asked = [f"<field udf='true'>{n}<expression op='isnotnull'/></field>" for n in names]
    wire = Wire(sim)
    assert texts(wire.query(xml_query("Ticket", *asked[:5])), "ReturnCode") == ["1"]
    assert "limited to 5" in refused(wire, xml_query("Ticket", *asked))[0]
