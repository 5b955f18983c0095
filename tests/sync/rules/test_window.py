"""What a run asks for."""

from datetime import UTC, datetime, timedelta

from isthmus.autotask import query as q
from isthmus.sync.catalog import DATASETS, Dataset, Refresh, dataset_named
from isthmus.sync.rules.window import (
    EVERYTHING,
    Held,
    Window,
    plan_condition,
    plan_window,
    utc_text,
)

MARK = datetime(2026, 6, 15, 12, 0, 0, 123_999, tzinfo=UTC)
OVERLAP = timedelta(minutes=5)


FIELDS = frozenset({"id", "lastActivityDate", "createDate"})
NOTHING = Held(None, 0, None, frozenset())
SOME = Held(MARK, 5, 7, FIELDS)


def named(name: str) -> Dataset:
    found = dataset_named(name)
    assert found is not None
    return found


def test_a_first_run_asks_for_everything_from_company_zero_on() -> None:
    window = plan_window(named("Companies"), NOTHING, OVERLAP, full=False)

    assert window == EVERYTHING
    assert plan_condition(named("Companies"), window, ()) == q.gte("id", 0)


def test_a_later_run_looks_again_at_the_overlap() -> None:
    window = plan_window(named("Tickets"), SOME, OVERLAP, full=False)

    assert window == Window(MARK - OVERLAP, 7)


def test_a_full_run_asks_for_everything_again() -> None:
    assert plan_window(named("Tickets"), SOME, OVERLAP, full=True).is_full


def test_what_has_no_change_date_is_read_again() -> None:
    assert plan_window(named("Invoices"), SOME, OVERLAP, full=False).is_full


def test_records_without_any_change_date_are_read_again_although_others_have_one() -> None:
    held = Held(MARK, 5, 7, frozenset({"id", "contractName"}))

    assert plan_window(named("Contracts"), held, OVERLAP, full=False).is_full


def test_every_change_date_the_tenant_has_is_asked_for_and_new_ids_as_well() -> None:
    fields = {"ID", "LASTACTIVITYDATE", "createDate"}

    condition = plan_condition(named("Tickets"), Window(MARK, 900), fields)

    stamp = "2026-06-15T12:00:00.123Z"
    assert condition == q.or_(
        q.gte("lastActivityDate", stamp), q.gte("createDate", stamp), q.gt("id", 900)
    )


def test_without_any_change_date_new_ids_are_still_found() -> None:
    assert plan_condition(named("Contracts"), Window(MARK, None), ()) == q.or_(q.gt("id", -1))


def test_milliseconds_are_rounded_down_so_that_nothing_falls_out() -> None:
    assert utc_text(MARK) == "2026-06-15T12:00:00.123Z"


def test_thirteen_datasets_follow_changes_or_are_read_again_for_want_of_a_date() -> None:
    assert len(DATASETS) == 22
    assert sum(d.refresh is Refresh.INCREMENTAL for d in DATASETS) == 10


def test_what_a_dataset_looks_up_stands_before_it() -> None:
    seen: set[str] = set()
    for dataset in DATASETS:
        assert {lookup.dataset for lookup in dataset.lookups} <= seen
        seen.add(dataset.name)


def test_any_other_collection_is_a_dataset_by_name() -> None:
    notes = named("ticketnotes")

    assert (notes.name, notes.refresh) == ("TicketNotes", Refresh.INCREMENTAL)
    assert dataset_named("Nonsense") is None
