"""A thousand transfers at once, and an instance that takes a hundred requests an hour."""

from datetime import timedelta

import pytest

from services.ticketing.domain.ticket import Kind
from tests.fakes.ticketing_world import TicketingWorld
from tests.unit.progress.stories import Story

TRANSFERS, LIMIT = 1_000, 100
HOURS = 100  # after so many it gives up
HOUR = timedelta(hours=1)


@pytest.mark.slow
def test_no_ticket_is_lost_or_doubled_and_openings_come_before_notes() -> None:
    world = TicketingWorld()
    world.desk.limit = LIMIT
    stories = [Story(f"t-{number}") for number in range(TRANSFERS)]
    for story in stories:
        world.hear(story.requested(), story.started(), story.paused(1), story.resumed(1))
    for hour in range(HOURS):
        if hour == 10:
            for story in stories:
                world.hear(story.completed())
        if hour > 10 and not world.is_waiting():
            break
        end = world.clock + HOUR
        while world.clock < end:
            world.work()
            world.sweep()
            world.pass_time(timedelta(minutes=1))
    assert len(world.desk.records) == 2 * TRANSFERS
    for story in stories:
        for kind in (Kind.USER, Kind.AUDIT):
            assert world.there(kind, story.transfer_id).state == "6"
    names = [name for _, name in world.desk.calls]
    counted = world.desk.counted
    assert counted["create"] == counted["change"] == 2 * TRANSFERS
    # what was looked up just before the limit was met is looked up again
    assert counted["find"] <= 2 * TRANSFERS + hour
    assert counted["read"] <= 2 * TRANSFERS + hour
    last_opening = len(names) - names[::-1].index("create")
    opened_before = names[:last_opening].count("create")
    assert opened_before == 2 * TRANSFERS
    notes = [len(found) for found in world.desk.notes.values()]
    assert max(notes) == 1, "notes were shed: each ticket's are in its ending"
    print(dict(counted), f"{hour} hours")
