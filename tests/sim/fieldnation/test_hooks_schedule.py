import pytest

from isthmus_sim.fieldnation.hooks.schedule import decide_retry, is_retried, most_retries

GOOD, FAIR, POOR = "1" * 96 + "0" * 4, "1" * 90 + "0" * 10, "1" * 70 + "0" * 30


def waits(status: int, outcomes: str, *, maybe: bool = False) -> list[int]:
    found: list[int] = []
    for attempt in range(1, 20):
        wait = decide_retry(attempt, status, outcomes, maybe=maybe)
        if wait is None:
            break
        found.append(wait)
    return found


def test_a_failing_endpoint_is_tried_again_seven_times_with_doubled_waits() -> None:
    assert waits(500, "") == [10, 20, 40, 80, 160, 320, 640]


@pytest.mark.parametrize(("outcomes", "retries"), [(GOOD, 7), (FAIR, 5), (POOR, 3)])
def test_the_success_rate_decides_how_many_retries_there_are(outcomes: str, retries: int) -> None:
    assert len(waits(503, outcomes)) == retries


def test_a_rate_of_exactly_95_percent_gets_five_and_of_80_too() -> None:
    assert most_retries("1" * 95 + "0" * 5) == 5
    assert most_retries("1" * 80 + "0" * 20) == 5


def test_the_rate_is_not_known_before_a_hundred_attempts() -> None:
    assert most_retries("0" * 99) == 7
    assert most_retries("0" * 100) == 3


def test_old_attempts_do_not_count_to_the_rate() -> None:
    assert most_retries("0" * 50 + "1" * 100) == 7


@pytest.mark.parametrize("status", [200, 204, 299, 400, 401, 404, 410, 422])
def test_what_was_taken_or_refused_for_good_is_not_sent_again(status: int) -> None:
    assert waits(status, "", maybe=True) == []


@pytest.mark.parametrize("status", [0, 302, 500, 502, 503, 504])
def test_no_answer_and_server_faults_are_retried(status: int) -> None:
    assert is_retried(status, maybe=False)


@pytest.mark.parametrize("status", [408, 429])
def test_408_and_429_are_retried_by_switch_only(status: int) -> None:
    assert waits(status, "") == []
    assert len(waits(status, "", maybe=True)) == 7
