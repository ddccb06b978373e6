"""Servers with several habits at once, and those whose habits nobody has tested."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.transfer.domain.destination import Delivery as How
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from tests.doubles.habits import Habit
from tests.servers.awkward import awkward_program
from tests.servers.partners import Needs, Partner, awkward, openssh, rclone_with
from tests.servers.system_user import SystemUser
from tests.servers.whole_transfer import Delivery, content, deliver
from tests.sftp.own_files import FILE, FOLDER, REPLACED, plant

SEVERAL_CHUNKS = 5_000_000
BLIND = [(Habit.STAT_DENIED,), (Habit.NOTHING_THERE,), (Habit.STAT_DENIED, Habit.NO_READ)]
OVERWRITES = [
    (*blind, Habit.RENAME_REPLACES, *more) for blind in BLIND for more in ((), (Habit.NO_REMOVE,))
]


@pytest.fixture(scope="module")
def needs(server_user: SystemUser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Needs]:
    with awkward_program(tmp_path_factory.mktemp("awkward")) as program:
        yield Needs(server_user, program)


def partner_with(needs: Needs, *habits: Habit) -> Partner:
    with awkward(*habits)(needs) as partner:
        plant(partner)
        return partner


def code_of(sent: Delivery) -> str | None:
    return sent.transfer.failure.code if sent.transfer.failure else None


def attempts(sent: Delivery) -> int:
    return sent.calls["partner.connect"]


@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
@pytest.mark.parametrize("habits", OVERWRITES, ids="+".join)
def test_no_file_is_overwritten_that_nobody_wanted_to_replace(
    needs: Needs, habits: tuple[Habit, ...], if_exists: IfExists, tested: bool
) -> None:
    partner = partner_with(needs, *habits)
    sent = deliver(partner, 1, tested=tested, name=FILE, if_exists=if_exists)
    assert sent.touched == []
    assert code_of(sent) in {None, "names_unprotected", "target_exists"}


@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("habits", BLIND[:2], ids="+".join)
def test_a_name_that_is_taken_is_found_by_reading(
    needs: Needs, habits: tuple[Habit, ...], tested: bool
) -> None:
    partner = partner_with(needs, *habits)
    sent = deliver(partner, 1, tested=tested, name=FILE, if_exists=IfExists.FAIL)
    assert (code_of(sent), attempts(sent)) == ("target_exists", 1)
    assert sent.left_behind == []


@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("refused", [("read",), ()], ids="+".join)
def test_a_folder_that_is_not_shown_ends_it_with_its_reason(
    needs: Needs, refused: tuple[str, ...], tested: bool
) -> None:
    with openssh("stat", "lstat", "fstat", *refused)(needs) as partner:
        plant(partner)
        sent = deliver(partner, 1, tested=tested, name=FOLDER, if_exists=IfExists.REPLACE)
    assert code_of(sent) == "target_not_a_file"
    assert (sent.left_behind, sent.touched) == ([], [])


@pytest.mark.parametrize("tested", [True, False])
def test_a_file_that_is_not_shown_steps_aside(needs: Needs, tested: bool) -> None:
    partner = partner_with(needs, Habit.STAT_DENIED, Habit.POSIX_RENAME_FAILS)
    sent = deliver(partner, 1, tested=tested, name=REPLACED, if_exists=IfExists.REPLACE)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert (sent.left_behind, sent.touched) == ([], [REPLACED])


def test_what_the_test_leaves_is_named_once(needs: Needs) -> None:
    partner = partner_with(needs, Habit.NO_REMOVE, Habit.STAT_DENIED, Habit.RENAME_REPLACES)
    sent = deliver(partner, 1, if_exists=IfExists.REPLACE)
    assert sent.tested is not None
    assert sent.tested.profile is not None
    assert sent.tested.profile.rename_overwrites
    left = {name.rpartition("/")[2] for name in sent.tested.profile.left_behind}
    assert left >= {name for name in sent.left_behind if "probe" in name}


@pytest.mark.parametrize("tested", [True, False])
@pytest.mark.parametrize("hidden", [Habit.STAT_DENIED, Habit.NO_READ])
def test_files_that_are_taken_away_unseen_are_told_as_such(
    needs: Needs, hidden: Habit, tested: bool
) -> None:
    partner = replace(partner_with(needs, Habit.TAKES_AWAY, hidden), delivery=How.ATOMIC)
    sent = deliver(partner, 1, tested=tested, if_exists=IfExists.FAIL)
    assert code_of(sent) == "files_taken_away"


def test_all_is_read_back_where_no_file_is_shown(needs: Needs) -> None:
    """Its lanes prove at once, in step."""
    partner = partner_with(needs, Habit.STAT_DENIED)
    sent = deliver(partner, SEVERAL_CHUNKS, verify=Verify.READBACK)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure


@pytest.mark.parametrize("habit", [Habit.NOTHING_THERE, Habit.NO_REOPEN, Habit.TRUNCATES])
def test_a_server_that_nobody_may_test_gets_its_file(needs: Needs, habit: Habit) -> None:
    partner = replace(partner_with(needs, habit), probe_writes=False)
    sent = deliver(partner, SEVERAL_CHUNKS, tested=False)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert sent.arrived.read_bytes() == content(SEVERAL_CHUNKS)
    assert (attempts(sent), sent.left_behind) == (1, [])


@pytest.mark.parametrize("options", [(), ("--vfs-cache-mode", "full", "--vfs-write-back", "50ms")])
def test_rclone_gets_its_file_where_nobody_may_test_it(
    needs: Needs, options: tuple[str, ...]
) -> None:
    with rclone_with(*options)(needs) as partner:
        sent = deliver(replace(partner, probe_writes=False), SEVERAL_CHUNKS, tested=False)
        assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
        assert sent.arrived.read_bytes() == content(SEVERAL_CHUNKS)


def test_a_server_that_loses_chunks_since_its_test_gets_its_file(needs: Needs) -> None:
    """The profile of yesterday says lanes. They truncate each other's chunks today."""
    known = deliver(partner_with(needs), 1).tested
    assert known is not None
    partner = partner_with(needs, Habit.TRUNCATES)
    sent = deliver(partner, SEVERAL_CHUNKS, tested=False, profile=known.profile)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert sent.arrived.read_bytes() == content(SEVERAL_CHUNKS)
