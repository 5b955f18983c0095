from dataclasses import dataclass, field

import pytest
import stamina

from isthmus.base.backoff import Counted, Waits, retrying


class LostError(Exception):
    pass


class RefusedError(Exception):
    pass


@dataclass
class Work:
    errors: list[Exception]
    runs: int = 0
    told: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self) -> str:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def decide(self, hint: float | None = None) -> Counted:
        return Counted(
            retries={LostError: 2, RefusedError: 1},
            waits=Waits(first=0.001, longest=0.002, jitter=0.001),
            hint=lambda _error: hint,
            told=lambda error, times: self.told.append((type(error).__name__, times)),
        )


async def test_each_class_of_error_has_a_count_of_its_own() -> None:
    work = Work([LostError(), RefusedError(), LostError()])
    assert await retrying(work.decide(), work) == "done"
    assert work.told == [("LostError", 1), ("RefusedError", 1), ("LostError", 2)]


async def test_the_last_error_is_raised_as_it_is() -> None:
    last = LostError("third")
    work = Work([LostError(), LostError(), last])
    with pytest.raises(LostError) as caught:
        await retrying(work.decide(hint=0.0), work)
    assert caught.value is last
    assert work.runs == 3


async def test_other_errors_are_not_retried() -> None:
    work = Work([ValueError("no")])
    with pytest.raises(ValueError, match="no"):
        await retrying(work.decide(), work)
    assert work.runs == 1


async def test_our_retries_print_nothing_and_leave_others_hooks_alone(
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen: list[int] = []
    stamina.instrumentation.set_on_retry_hooks([lambda details: seen.append(details.retry_num)])
    try:
        work = Work([LostError()])
        await retrying(work.decide(), work)
        assert seen == []
        theirs = Work([LostError()])
        caller = stamina.AsyncRetryingCaller(wait_initial=0.001, wait_jitter=0)
        assert await caller(LostError, theirs) == "done"
        assert seen == [1]
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)
    work = Work([LostError()])
    await retrying(work.decide(), work)
    assert capfd.readouterr() == ("", "")
