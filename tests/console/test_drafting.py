"""Forms read into rows, settings and conditions, and shown as them again."""

import pytest

from isthmus.console import routes
from isthmus.console.drafting import conditions, rows, settings
from isthmus.console.drafting.forms import MOST_FIELDS, Deed, FormCut, FormFull, Sent
from isthmus.dispatch.mappings import NAMES, RULES, shipped, shipped_rule
from isthmus.dispatch.rules import sketch
from isthmus.dispatch.rules.filing import export
from isthmus.dispatch.rules.nodes import node_of, walk
from isthmus.dispatch.rules.rule import export_rule


def form_of(told: list[rows.Row]) -> Sent:
    """Return what a browser sends of rows as they are shown."""
    sent = {"rows": str(len(told))}
    for number, row in enumerate(told):
        at = f"r{number}"
        for name in ("target", "action", "source", "template", "script", "note", "type"):
            sent[f"{at}.{name}"] = str(row.get(name, ""))
        for name in ("input_format", "output_format", "timezone_in", "timezone_out", "separator"):
            sent[f"{at}.{name}"] = str(row.get(name, ""))
        sent[f"{at}.value"], sent[f"{at}.default"] = (
            rows.typed(row, "value"),
            rows.typed(row, "default"),
        )
        sent[f"{at}.events"] = "\r\n".join(row.get("events", []))
        sent |= {f"{at}.{one}": "on" for one in ("required", "forgiving") if row.get(one)}
        if row["action"] in {"array_map", "range_map"}:
            entries = rows.entries_of(row)
            sent[f"{at}.entries"] = str(len(entries))
            for place, (compare, value) in enumerate(entries):
                sent[f"{at}.t{place}.compare"], sent[f"{at}.t{place}.value"] = compare, value
    return Sent({name: value for name, value in sent.items() if value or ".t" in name})


def test_shipped_mappings_come_back_from_their_forms_as_they_were() -> None:
    for name in NAMES:
        told = sketch.sketch_mapping(export(shipped(name))).told
        assert rows.is_shown(told)
        again = sketch.mapping_text({**told, "rows": rows.rows_of(form_of(told["rows"]))})
        assert again == export(shipped(name))


def test_buttons_add_move_copy_and_remove_rows() -> None:
    told = [{"target": "a", "action": "sync"}, {"target": "b", "action": "sync"}]

    def after(button: str) -> list[str]:
        return [row["target"] for row in rows.done(told, Deed.of(button), lambda _: ())]

    assert after("add:title") == ["a", "b", "title"]
    assert after("down:0") == after("up:1") == ["b", "a"]
    assert after("up:0") == after("remove:7") == after("unknown:0") == ["a", "b"]
    assert after("copy:0") == ["a", "a", "b"]
    assert after("remove:0") == ["b"]


def test_a_table_is_filled_with_the_labels_it_lacks() -> None:
    entry = {"compare": "High", "value": "Urgent"}
    told = [{"target": "a", "action": "array_map", "source": "x.label", "mappings": [entry]}]
    [row] = rows.done(told, Deed.of("fill:0"), lambda path: ("High", "Low") if path else ())
    assert row["mappings"] == [entry, {"compare": "Low", "value": "Low"}]


def test_labels_stay_texts_where_they_look_like_numbers() -> None:
    sent = {
        "rows": "1", "r0.target": "a", "r0.action": "array_map", "r0.entries": "2",
        "r0.t0.compare": "5", "r0.t0.value": "5", "r0.source": "ticket.status.label",
        "r0.t1.compare": "", "r0.t1.value": "",
    }  # fmt: skip
    [row] = rows.rows_of(Sent(sent))
    assert row["mappings"] == [{"compare": "5", "value": 5}]
    [coded] = rows.rows_of(Sent({**sent, "r0.source": "ticket.status"}))
    assert coded["mappings"] == [{"compare": 5, "value": 5}]


def test_every_format_and_zone_that_is_offered_can_be_used() -> None:
    for form in rows.FORMATS:
        for zone in rows.ZONES:
            row = {
                "target": "title", "action": "date_convert", "source": "ticket.createDate",
                "output_format": form, "timezone_out": zone, "timezone_in": zone,
            }  # fmt: skip
            told = {"name": "dates", "direction": "inbound", "root": "ticket", "rows": [row]}
            read = sketch.sketch_mapping(sketch.mapping_text(told))
            assert read.is_whole
            assert read.mapping is not None
            assert sketch.problems_alone(read.mapping) == ()


def test_shipped_rules_come_back_from_their_forms_as_they_were() -> None:
    for name in RULES:
        text = export_rule(shipped_rule(name))
        told = sketch.sketch_rule(text).told
        sent = {one: settings.shown(told, one) for one in settings.SETTINGS}
        sent = {one: value for one, value in sent.items() if value not in {"False", ""}}
        assert sketch.rule_text(settings.settings_of(Sent(sent), told)) == text


def test_a_setting_that_is_no_number_is_kept_to_be_told() -> None:
    told = settings.settings_of(Sent({"order": "first", "providers": "1, x"}), {"name": "a"})
    assert (told["order"], told["providers"]) == ("first", [1, "x"])


def test_a_condition_comes_back_from_its_form() -> None:
    told = {
        "all": [
            {"field": "ticket.status.label", "in": ["New", "On Hold"]},
            {"not": {"any": [{"field": "ticket.hours", "above": 2}, {"field": "a.b", "is": ""}]}},
            {"field": "ticket.title", "is_not_empty": True},
        ]
    }
    sent: dict[str, str] = {}
    for address, one in walk(node_of(told)):
        at = f"when.{address}"
        sent |= {f"{at}.kind": one.kind, f"{at}.n": str(len(one.parts)), f"{at}.typed": one.typed}
        sent |= {f"{at}.field": one.field, f"{at}.operator": one.operator}
    assert conditions.node_from(Sent(sent), "when") == node_of(told)


def test_a_condition_is_told_in_words() -> None:
    told = {
        "all": [
            {"field": "ticket.status.label", "in": ["New", "On Hold"]},
            {"any": [{"field": "ticket.company.companyName", "starts_with": "A"},
                     {"field": 'ticket.udf["Send to FN"]', "is_empty": True}]},
        ]
    }  # fmt: skip
    assert conditions.in_words(node_of(told)) == (
        "status is one of New or On Hold and "
        "(company company name starts with A or Send to FN is empty)"
    )
    assert conditions.in_words(node_of({"all": []})) == ""


def test_a_form_that_says_it_has_more_than_came_is_refused_and_not_cut() -> None:
    whole = {
        "rows": "1", "r0.target": "a", "r0.action": "array_map", "r0.entries": "1",
        "r0.t0.compare": "5", "r0.t0.value": "5",
    }  # fmt: skip
    assert len(rows.rows_of(Sent(whole))) == 1
    wrong = ({"rows": "2"}, {"rows": "401"}, {"rows": "-1"}, {"rows": "x"}, {"r0.entries": "2"})
    for more in wrong:
        with pytest.raises(FormCut):
            rows.rows_of(Sent({**whole, **more}))
    parts = {"rows": "1", "r0.target": "a", "r0.action": "concat", "r0.parts": "2"}
    group = {"when.0.kind": "all", "when.0.n": "2", "when.0.0.kind": "test", "when.0.0.field": "a"}
    with pytest.raises(FormCut):
        rows.rows_of(Sent({**parts, "r0.p0.value": "a"}))
    with pytest.raises(FormCut):
        conditions.node_from(Sent(group), "when")
    with pytest.raises(FormCut):
        settings.settings_of(Sent({"owners.n": "2", "owners.0.path": "schedule"}), {})


def test_a_table_is_filled_as_far_as_a_form_can_hold_it_and_not_beyond() -> None:
    told = [{"target": "a", "action": "array_map", "source": "x.label", "mappings": []}]
    many = [str(number) for number in range(3_000)]
    [row] = rows.done(told, Deed.of("fill:0"), lambda _: many[:2_000])
    assert len(row["mappings"]) == 2_000
    with pytest.raises(FormFull, match="would have 3,000 entries"):
        rows.done(told, Deed.of("fill:0"), lambda _: many)


def test_the_longest_form_that_is_shown_is_one_that_can_be_sent() -> None:
    assert MOST_FIELDS + 100 < routes.MOST_FIELDS


def test_groups_that_are_deeper_than_a_form_shows_are_told() -> None:
    told: dict[str, object] = {"field": "a", "is": 1}
    for depth in range(1, 8):
        told = {"all": [told, {"field": "b", "is": 2}]}
        assert conditions.is_shown(node_of(told)) is (depth <= 6)
