"""Of the synthetic user's transfers nobody gets a ticket or a message, and no figure has them."""

from dataclasses import replace

import pytest

from services.progress.domain.ending import EVERYBODY
from services.progress.use_cases.count_ending import count_ending
from services.progress.use_cases.keep_told import keep_told
from tests.fakes.live_world import LiveWorld
from tests.fakes.notify_world import POLICY, NotifyWorld
from tests.fakes.ticketing_world import TicketingWorld, whole_story
from tests.unit.progress.stories import NOON

SYNTHETIC, ANYBODY = "synthetic", "jane"


@pytest.mark.parametrize("owner", [SYNTHETIC, ANYBODY])
def test_tickets(owner: str) -> None:
    world = TicketingWorld()
    world.ports = replace(world.ports, policy=replace(world.ports.policy, synthetic_user=SYNTHETIC))
    world.hear(*whole_story(owner=owner))
    world.settle()
    assert bool(world.tickets.tickets) is (owner == ANYBODY)
    assert bool(world.tickets.cases) is (owner == ANYBODY)


@pytest.mark.parametrize("owner", [SYNTHETIC, ANYBODY])
def test_messages(owner: str) -> None:
    world = NotifyWorld(policy=replace(POLICY, synthetic_user=SYNTHETIC))
    world.channel()  # a shared one, of all transfers
    world.hear(*whole_story(owner=owner))
    world.settle()
    assert bool(world.arrived()) is (owner == ANYBODY)
    assert bool(world.transfers.rows) is (owner == ANYBODY)


@pytest.mark.parametrize("owner", [SYNTHETIC, ANYBODY])
def test_figures(owner: str) -> None:
    world = LiveWorld()
    for event in whole_story(owner=owner):
        keep_told(event, ports=world.ports)
    count_ending(event, SYNTHETIC, ports=world.ports)
    assert any(world.figures.of(EVERYBODY, NOON.date(), NOON.date())) is (owner == ANYBODY)
