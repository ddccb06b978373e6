"""Two who deliver to one name at once: none takes away what the other one was told to have."""

from dataclasses import replace

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, fail_code

OTHERS = b"of the other transfer"


@pytest.mark.parametrize("other", [OTHERS, BODY[:-1] + b"?"])
def test_what_took_the_place_of_a_direct_delivery_is_not_removed(other: bytes) -> None:
    """The other transfer was told that it is complete. So its file has to stay."""
    world = World()
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, delivery=Delivery.DIRECT))
    took = world.calls.before_each(
        "sink.close", lambda: world.partner.files.update({TARGET: bytearray(other)})
    )
    closed = world.calls.before_each(
        "partner.look", lambda: world.partner.files.update({TARGET: bytearray(other)})
    )
    transfer = world.request(BODY, if_exists=IfExists.REPLACE)
    world.run()
    took.end()
    closed.end()
    failed = world.read(transfer)
    assert failed.status is Status.FAILED
    assert fail_code(failed) in {"size_mismatch", "target_damaged"}
    assert bytes(world.partner.files[TARGET]) == other
    assert failed.tidy
