"""The terabyte that `python -m bench.console_show` plays keeps to the contract of today."""

from bench.console_story import SIZE_BYTES, Story


def test_a_story_is_told_to_its_end() -> None:
    story = Story(chunks=1_000, changes=4)
    assert story.first()["size_bytes"] == story.view()["size_bytes"] == SIZE_BYTES
    changes = list(story.told())
    assert [change["set"]["percent"] for change in changes] == [20.0, 40.0, 60.0, 80.0]
    assert story.first()["seq"] == changes[-1]["seq"], "who comes later is told the same"
    assert story.view()["percent"] == 80.0
