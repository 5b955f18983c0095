"""What a database says of a mistake, in words that a person can use."""

import pytest

from isthmus.warehouse.mistakes import mistake, nearest

SQL = "select stats\nfrom Tickets"
DUCKDB = (
    'Binder Error: Referenced column "stats" not found in FROM clause!\n'
    'Candidate bindings: "status", "title"\n\nLINE 1: select stats\n               ^^^^^'
)


def test_a_name_that_is_not_there_comes_with_its_place_and_what_is_near() -> None:
    told = mistake(SQL, DUCKDB)

    assert told.what == "There is no column stats."
    assert told.where == "line 1 of the query, column 8"
    assert told.remedy == "Did you mean status?"


def test_the_databases_own_words_are_kept_apart_without_the_line_itself() -> None:
    told = mistake(SQL, DUCKDB)

    assert told.engine.startswith("Binder Error: Referenced column")
    assert "LINE" not in told.engine


def test_a_place_and_a_hint_that_are_told_apart_are_used() -> None:
    hint = 'Perhaps you meant to reference the column "tickets.status".'
    told = mistake("select id,\n stats from Tickets", 'column "stats" does not exist', at=12,
                   hint=hint)  # fmt: skip

    assert (told.where, told.remedy) == (
        "line 2 of the query, column 2",
        "Did you mean tickets.status?",
    )


def test_a_long_line_that_the_database_cuts_is_found_again() -> None:
    sql = f"select {'1, ' * 40}stats from Tickets"
    said = (
        'Binder Error: Referenced column "stats" not found in FROM clause!\n\n'
        "LINE 1: ...1, 1, stats from Tickets\n                 ^^^^^"
    )

    assert mistake(sql, said).where == f"line 1 of the query, column {sql.find('stats') + 1}"


@pytest.mark.parametrize(
    ("said", "what", "remedy"),
    [
        ('syntax error at or near "wher"', "The query cannot be read at wher.", "a comma"),
        ("Binder Error: WHERE clause cannot contain aggregates!", "WHERE looks at", "HAVING"),
        ("aggregate functions are not allowed in WHERE", "WHERE looks at", "HAVING"),
        ('column reference "id" is ambiguous', "More than one table of the query", "Tickets.id"),
        ("Conversion Error: Could not convert string 'a' to INT32", "The value a is", "quotes"),
        ("operator does not exist: text + integer", "text + integer does not go", "CAST"),
        ("division by zero", "Something is divided by 0.", "NULLIF"),
    ],
)
def test_both_databases_say_the_same_thing(said: str, what: str, remedy: str) -> None:
    told = mistake("select 1", said)

    assert told.what.startswith(what)
    assert remedy in told.remedy


def test_what_is_not_known_goes_on_without_the_databases_class_of_errors() -> None:
    told = mistake("select 1", "Not implemented Error: this cannot be done yet")

    assert told.what == "This cannot be done yet"


def test_no_path_and_no_address_is_passed_on() -> None:
    said = "IO Error: cannot open /srv/home/x/warehouse.duckdb of postgresql://ann:word@host/db"
    told = mistake("select 1", said)

    for text in (told.what, told.engine):
        assert "/srv" not in text
        assert "word" not in text


def test_the_nearest_name_comes_first_whatever_its_case() -> None:
    assert nearest("tickts", ["TicketNotes", "Tickets", "Companies"])[0] == "Tickets"
    assert nearest("zzz", ["Tickets"]) == ()
