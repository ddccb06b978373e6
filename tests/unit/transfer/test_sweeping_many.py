"""The sweeper comes to a partner that takes files away, and to users who retry meanwhile."""

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from tests.unit.transfer.driving import sweep_all
from tests.unit.transfer.many import objects, send
from tests.unit.transfer.test_tidy_partners import one_by_one


def test_the_old_file_is_not_delivered_again_when_the_partner_took_ours_away() -> None:
    world = one_by_one(replaces_atomically=False, removes=False)
    world.partner.files["/in/001.csv"] = bytearray(b"theirs")
    transfer = send(world, objects(3), if_exists=IfExists.REPLACE)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    del world.partner.files["/in/001.csv"]
    world.partner.removes = True
    world.pass_time(1_000)
    sweep_all(world)
    assert set(world.partner.files) == {"/in/000.csv", "/in/002.csv"}
    assert world.read(transfer).tidy
