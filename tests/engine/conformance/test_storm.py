"""A short storm of kills at random moments; `make chaos-engine` is the long one."""

from pathlib import Path

from chaos.engine import Storm


def test_a_storm_of_kills_loses_doubles_and_turns_round_nothing(tmp_path: Path, where: str) -> None:
    count = Storm(tmp_path / "site", where, seed=7, keys=16, workers=2).run(kills=5, pause=2.5)
    assert count.is_clean(), count
    assert count.kills == 5
