"""What a person sees while a run goes."""

import io
import re

import pytest
from rich.console import Console

from isthmus.base.errors import NeedsPerson
from isthmus.cli.progress import LiveProgress, Progress, render
from isthmus.cli.sync import QuietObserver
from isthmus.sync.outcomes import DatasetOutcome, Observer


def drawn(progress: Progress, now: float = 10.0, height: int = 40) -> list[str]:
    console = Console(width=100, file=io.StringIO(), record=True)
    console.print(render(progress, now, height))
    return [line.rstrip() for line in console.export_text().splitlines()]


def line_of(dataset: str, lines: list[str]) -> str:
    (found,) = [line for line in lines if dataset in line.split()]
    return found


def make_progress(*datasets: str) -> Progress:
    progress = Progress(started=0.0)
    progress.run_started("r1", datasets)
    return progress


def test_it_is_an_observer() -> None:
    observer: Observer = make_progress()
    assert observer is not None


def test_every_dataset_has_a_line_from_the_beginning() -> None:
    lines = drawn(make_progress("Companies", "Tickets"))

    assert "waiting" in line_of("Companies", lines)
    assert "waiting" in line_of("Tickets", lines)
    assert "0 of 2 datasets · 0 rows · 10 s" in lines


def test_reading_shows_rows_calls_and_how_far_it_is() -> None:
    progress = make_progress("Tickets")
    progress.dataset_started("Tickets", "full", 2_000)
    progress.page_read("Tickets", 500, 1)
    progress.page_read("Tickets", 500, 1)

    line = line_of("Tickets", drawn(progress))
    assert "1,000" in line
    assert "50 %" in line
    assert line.endswith(" 2")


def test_more_rows_than_expected_are_no_more_than_everything() -> None:
    progress = make_progress("Tickets")
    progress.dataset_started("Tickets", "full", 100)
    progress.page_read("Tickets", 500, 1)

    assert "100 %" in line_of("Tickets", drawn(progress))


def test_a_dataset_goes_through_loading_to_what_changed() -> None:
    progress = make_progress("Tickets")
    progress.dataset_started("Tickets", "incremental", None)
    progress.dataset_loading("Tickets")
    assert "into the warehouse" in line_of("Tickets", drawn(progress))

    progress.dataset_done(
        DatasetOutcome("Tickets", "incremental", "ok", 9, inserted=4, updated=3, deleted=2)
    )
    assert "+4 ~3 -2" in line_of("Tickets", drawn(progress))


def test_a_refresh_without_changes_says_so() -> None:
    progress = make_progress("Tickets")
    progress.dataset_done(DatasetOutcome("Tickets", "incremental", "ok", 0))

    assert "nothing new" in line_of("Tickets", drawn(progress))


def test_a_failed_dataset_is_marked() -> None:
    progress = make_progress("Tickets")
    progress.dataset_done(DatasetOutcome("Tickets", "full", "failed", error=NeedsPerson("no")))

    assert line_of("Tickets", drawn(progress)).startswith("✗")


def test_the_time_left_follows_the_pace_so_far() -> None:
    progress = make_progress("Tickets", "Companies")
    progress.dataset_started("Tickets", "full", 10_000)
    progress.page_read("Tickets", 2_500, 5)

    assert progress.seconds_left(now=30.0) == 90.0
    assert "about 1 min 30 s left" in "\n".join(drawn(progress, now=30.0))


def test_no_time_is_promised_when_there_is_no_telling() -> None:
    progress = make_progress("Tickets")
    progress.dataset_started("Tickets", "incremental", None)
    progress.page_read("Tickets", 700, 2)

    assert progress.seconds_left(now=30.0) is None


def test_the_hour_of_all_tools_is_shown() -> None:
    progress = make_progress("Tickets")
    progress.quota(5_312, 10_000)

    assert "5,312 of 10,000 (53 %)" in "\n".join(drawn(progress))


def test_waiting_for_the_hour_is_shown_until_it_goes_on() -> None:
    progress = make_progress("Tickets")
    progress.waiting(180.0, 8_120, 10_000)
    assert re.search(
        r"waiting for quota: 8,120 of 10,000 used; calls come free about \d\d:\d\d",
        "\n".join(drawn(progress)),
    )

    progress.waiting(0.0, 7_990, 10_000)
    shown = "\n".join(drawn(progress))
    assert "waiting for quota" not in shown
    assert "7,990 of 10,000" in shown


def test_where_nobody_watches_each_wait_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    observer = QuietObserver()
    for seconds in (180.0, 120.0, 60.0, 0.0, 30.0):
        observer.waiting(seconds, 8_120, 10_000)

    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith("Waiting for quota: 8,120 of 10,000 used; calls come free about ")


def test_a_low_terminal_shows_what_is_going_on_and_counts_the_rest() -> None:
    names = [f"D{number}" for number in range(22)]
    progress = make_progress(*names)
    progress.dataset_started("D20", "full", 100)
    for name in names[:5]:
        progress.dataset_done(DatasetOutcome(name, "full", "ok", 1, inserted=1))
    lines = drawn(progress, height=14)

    assert len(lines) <= 14
    assert line_of("D20", lines)
    assert any("waiting" in line and "and" in line for line in lines)


def test_the_live_view_leaves_nothing_behind_on_the_terminal() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100, height=30)
    with LiveProgress(console) as progress:
        progress.run_started("r1", ["Tickets"])
        progress.dataset_started("Tickets", "full", 10)

    assert "Tickets" in file.getvalue()
    assert file.getvalue().rstrip().endswith("\x1b[2K")
