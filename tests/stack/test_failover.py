"""Two stacks are the two regions of one stage. One stands still, and the other one takes over."""

from pathlib import Path

from infra.regions.rehearsal import rehearse


def test_a_transfer_goes_on_in_the_other_region_and_the_first_one_is_fenced(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    rehearse(tmp_path, said.append)
    assert said[-1].startswith("OK in ")
