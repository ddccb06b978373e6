"""A server that acknowledges each write, shows the right size, and stores other bytes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Delivery as How
from services.transfer.domain.ports import SmallFile
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Strategy
from tests.doubles.awkward_sftp import PASSWORD
from tests.doubles.habits import Habit, user_name
from tests.servers.awkward import awkward_program
from tests.servers.partners import Needs, awkward
from tests.servers.sites import destination, sftp_partners
from tests.servers.system_user import SystemUser
from tests.servers.whole_transfer import deliver

HABITS = (Habit.CODE_PAGE,)
SEVERAL_CHUNKS = 5_000_000
WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def needs(server_user: SystemUser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Needs]:
    with awkward_program(tmp_path_factory.mktemp("awkward")) as program:
        yield Needs(server_user, program)


@pytest.mark.parametrize("delivery", list(How))
@pytest.mark.parametrize("size", [1, SEVERAL_CHUNKS])
@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.REREAD, Verify.READBACK])
def test_no_file_is_called_delivered_there(
    needs: Needs, verify: Verify, size: int, delivery: How, *, tested: bool
) -> None:
    with awkward(*HABITS)(needs) as partner:
        partner = replace(partner, delivery=delivery)
        sent = deliver(partner, size, tested=tested, verify=verify)
    assert sent.transfer.failure is not None
    known = tested or delivery is How.ATOMIC  # a direct one is not tested in the middle
    code = sent.transfer.failure.code
    assert code == "content_changed" if known else code in {"target_damaged", "target_exists"}
    assert sent.left_behind == []
    if tested:
        assert sent.calls["sink.write"] == 0
        assert sent.tested is not None
        assert sent.tested.failure is not None
        assert sent.tested.failure.code == "content_changed"


def test_whoever_asks_for_no_comparison_gets_none(needs: Needs) -> None:
    with awkward(*HABITS)(needs) as partner:
        sent = deliver(partner, SEVERAL_CHUNKS, verify=Verify.SIZE)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert sent.transfer.receipt is not None
    assert sent.transfer.receipt.proven is Proven.SIZE


def test_only_reading_back_keeps_a_small_file_from_its_name(needs: Needs) -> None:
    bodies = [*[b"a;b\n" * 50] * 40, b""]
    files = [
        SmallFile(at, f"/in/.{at}.part", f"/in/{at}.csv", body, WHEN)
        for at, body in enumerate(bodies)
    ]
    folder = needs.awkward.fresh_folder(HABITS) / "in"
    target = destination(needs.awkward.port, user_name(HABITS), "/in", needs.awkward.host_keys)
    with sftp_partners().connect(target, Credential(password=PASSWORD)) as session:
        quick = session.quick_files
        assert quick is not None
        told = dict(quick.put(files, Strategy(), reads_back=True))
        assert told == dict.fromkeys(range(40), False) | {40: True}
        assert [each.name for each in folder.iterdir()] == ["40.csv"]
        assert dict(quick.put(files[:1], Strategy())) == {0: True}
