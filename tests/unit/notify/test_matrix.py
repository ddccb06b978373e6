"""Each cell of the fault matrix ends as the table says."""

import pytest

from services.notify.domain.notification import Status
from tests.fakes.notify_world import NotifyWorld
from tests.unit.notify.judging import MAY_HAVE_ARRIVED, judge
from tests.unit.notify.matrix import AGAIN, MATRIX, ONCE, PAGE, RECORDED, Cell, page
from tests.unit.progress.stories import Story


@pytest.mark.parametrize("cell", MATRIX, ids=lambda cell: f"{cell.operation.name}-{cell.fault}")
def test_a_fault_ends_well(cell: Cell) -> None:
    world, story, operation = NotifyWorld(), Story(), cell.operation
    world.channel(kind=operation.kind, bot=operation.bot, rules=operation.rules)
    if operation.told_before:
        world.hear(story.started())
        world.settle()
    before = set(world.notifications.rows)

    cell.brings(world, story)

    ours = world.notifications.rows.values()
    (told,) = [each for each in ours if each.id not in before and each.channel_id == "team"]
    times = world.receivers.committed.count(told.id)
    code = told.failure.code if told.failure else None
    if cell.end in (ONCE, AGAIN):
        assert told.status is Status.SENT
        assert times == 1 if cell.end == ONCE else 1 <= times <= 2
    elif cell.end == RECORDED:
        assert (code, times) == ("channel_dead", 0)
    else:
        assert code == MAY_HAVE_ARRIVED
        assert times <= 1
    judge(world)


def test_the_table_names_each_cell_once() -> None:
    named = [(cell.operation.name, cell.fault) for cell in MATRIX]
    assert len(set(named)) == len(named)


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
