"""Silence is told from death by a clock of one's own."""

from pathlib import Path

from isthmus.engine.roll import Sign, Watch, is_proven_dead, proof_of_life


def test_a_worker_that_moves_is_never_silent() -> None:
    watch = Watch(20)
    for second in range(0, 200, 5):
        assert watch.silent([Sign("a", second, gone=False)], second) == frozenset()


def test_a_worker_that_stands_still_is_silent_after_the_time_set() -> None:
    watch = Watch(20)
    still = [Sign("a", 7, gone=False)]
    assert watch.silent(still, 1000) == frozenset(), "it was seen for the first time"
    assert watch.silent(still, 1019.9) == frozenset()
    assert watch.silent(still, 1020) == {"a"}
    assert watch.silent([Sign("a", 8, gone=False)], 1025) == frozenset(), "it has risen"


def test_one_that_left_need_not_be_waited_for() -> None:
    assert Watch(20).silent([Sign("a", 7, gone=True)], 0) == {"a"}


def test_a_lock_proves_life_as_long_as_it_is_held(tmp_path: Path) -> None:
    file = tmp_path / "engine.sqlite"
    with proof_of_life(file, "a"):
        assert not is_proven_dead(file, "a")
    assert is_proven_dead(file, "a")
    assert not is_proven_dead(None, "a"), "a server's workers have no lock: silence decides"


def test_a_proof_is_one_file_and_who_is_killed_leaves_no_other(tmp_path: Path) -> None:
    file = tmp_path / "engine.sqlite"
    with proof_of_life(file, "me"):
        assert [one.name for one in tmp_path.iterdir()] == ["engine.sqlite.me.alive"]
    assert list(tmp_path.iterdir()) == []
