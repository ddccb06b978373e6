"""The answer to a rename is lost. Whoever comes next sees that the file has its name."""

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.status import Status
from services.transfer.use_cases.probe_destination import probe_destination
from tests.fakes.callers import ADMIN
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content
from tests.unit.transfer.many import arrived, objects, send
from tests.unit.transfer.test_folder_failures import until_done

BIG = content(SMALL_BYTES + 10)


@pytest.mark.parametrize("reopens", [True, False])
@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
def test_a_large_file_is_sent_once(if_exists: IfExists, reopens: bool) -> None:
    world = World()
    world.partner.reopens = reopens
    probe_destination("acme", ADMIN, ports=world.ports)
    transfer = send(world, {"out/big.bin": BIG}, if_exists=if_exists)
    world.calls.lose_answer("partner.rename", broken)
    ended = until_done(world, transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert arrived(world) == {"out/big.bin": BIG}
