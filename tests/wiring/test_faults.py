"""Errors of the operating system, in our words."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest

from isthmus.base.errors import NeedsPerson
from isthmus.wiring.environment.config import load_config
from isthmus.wiring.faults import Fault, fault_of, told


def met(path: Path) -> OSError:
    with pytest.raises(OSError, match=path.name) as caught:
        path.mkdir()
    return caught.value


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = told(met(tmp_path / "file" / "home"))

    assert error is not None
    assert fault_of(error) is Fault.STORE
    assert error.where == str(tmp_path / "file" / "home")
    assert "ISTHMUS_HOME" in error.remedy


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_from_a_missing_right(number: int) -> None:
    error = told(OSError(number, "full"))

    assert error is not None
    assert fault_of(error) is Fault.STORE
    assert "Make room" in error.remedy


def test_of_several_errors_the_first_with_words_is_told() -> None:
    known = NeedsPerson("known")

    group = ExceptionGroup("g", [ValueError(), ExceptionGroup("h", [known]), NeedsPerson("later")])
    assert told(group) is known


@pytest.mark.parametrize("error", [ValueError("x"), ConnectionResetError(104, "reset")])
def test_what_nobody_expected_is_not_explained_away(error: Exception) -> None:
    assert told(error) is None


def test_a_sync_waits_a_quarter_of_an_hour_unless_told_otherwise() -> None:
    assert load_config({}).longest_wait == timedelta(minutes=15)
    assert load_config({"ISTHMUS_LONGEST_WAIT_S": "0"}).longest_wait == timedelta(0)
