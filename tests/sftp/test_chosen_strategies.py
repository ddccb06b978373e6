"""What follows from a test of each awkward server, with the sentences that explain it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Method
from tests.doubles.habits import Habit
from tests.servers.awkward import awkward_program
from tests.servers.partners import DROP_BOX, Needs, awkward
from tests.servers.system_user import SystemUser
from tests.servers.whole_transfer import Delivery, content, deliver

LANES = "As many lanes as help, up to 3, that write chunks at once, each at its offset."
FEWER = "One lane: the server takes no more at once."
THREE_CHUNKS = 4_000_001


@dataclass(frozen=True)
class Expected:
    """`cautions` are the beginnings of all sentences about what is not promised."""

    method: Method
    lanes: int
    why: str
    cautions: tuple[str, ...] = ()


def few(most: int) -> Expected:
    told = f"max_sessions is 4, but the server took only {most} at once, so no more are opened"
    return Expected(Method.LANES, 1, FEWER, (told,))


SMALLER = "The server refuses writes as large as it offers: smaller ones are sent."
TABLE: dict[tuple[Habit, ...], Expected] = {
    (Habit.RENAME_SLOW,): Expected(Method.LANES, 3, LANES),
    (Habit.FSYNC_LIES,): Expected(Method.LANES, 3, LANES),
    (Habit.STATVFS_NONSENSE,): Expected(Method.LANES, 3, LANES),
    (Habit.LIMITS_LIE,): Expected(Method.LANES, 3, LANES, (SMALLER,)),
    (Habit.LIMITS_CUT,): Expected(Method.LANES, 3, LANES, (SMALLER,)),
    (Habit.ONE_AT_ONCE,): few(1),
    (Habit.TWO_AT_ONCE,): few(2),
    (Habit.TWO_AT_ONCE, Habit.REFUSES_LATER): few(2),
    (Habit.TWO_AT_ONCE, Habit.REFUSES_SFTP): few(2),
    (Habit.ONE_AT_ONCE, Habit.REFUSES_SFTP): few(1),
}


@pytest.fixture(scope="module")
def needs(server_user: SystemUser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Needs]:
    with awkward_program(tmp_path_factory.mktemp("awkward")) as program:
        yield Needs(server_user, program)


def sent_to(needs: Needs, *habits: Habit) -> Delivery:
    with awkward(*habits)(needs) as partner:
        return deliver(partner, THREE_CHUNKS, counts_sessions=True)


@pytest.mark.parametrize("habits", TABLE, ids="+".join)
def test_the_strategy_comes_with_its_explanation_and_carries_the_file(
    needs: Needs, habits: tuple[Habit, ...]
) -> None:
    sent, expected = sent_to(needs, *habits), TABLE[habits]
    assert sent.tested is not None
    strategy = sent.tested.strategy
    assert strategy is not None, sent.tested.failure
    found = (strategy.method, strategy.lanes, strategy.why)
    assert found == (expected.method, expected.lanes, expected.why)
    assert len(strategy.cautions) == len(expected.cautions), strategy.cautions
    for told, begin in zip(strategy.cautions, expected.cautions, strict=True):
        assert told.startswith(begin)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert sent.arrived.read_bytes() == content(THREE_CHUNKS)
    obeyed = sent.transfer.known_strategy
    assert (obeyed.method, obeyed.cautions) == (expected.method, strategy.cautions)


def test_a_drop_box_is_told_of_before_and_not_asked_again_for_what_it_refuses(
    needs: Needs,
) -> None:
    with awkward(*DROP_BOX)(needs) as partner:
        tested = deliver(partner, 0, if_exists=IfExists.REPLACE).tested
        assert tested is not None
        assert tested.profile is not None
        before = needs.awkward.counts(DROP_BOX)
        sent = deliver(
            partner, THREE_CHUNKS, tested=False, profile=tested.profile, if_exists=IfExists.REPLACE
        )
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    asked = needs.awkward.counts(DROP_BOX) - before
    refused = {
        each: asked[each]
        for each in ("open to read", "rename", "posix_rename", "remove", "stat", "lstat", "setstat")
    }
    assert sum(refused.values()) <= 2, refused
