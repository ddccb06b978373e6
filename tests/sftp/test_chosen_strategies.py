"""The plan for each server and double, with the sentences that explain it. It carries the file.

Those of whole transfers are in test_partner_matrix.py, whose servers are running anyway.
"""

from collections.abc import Iterator

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from tests.doubles.habits import Habit
from tests.servers.awkward import awkward_program
from tests.servers.partners import DROP_BOX, PARTNERS, Needs, awkward
from tests.servers.planned import PLANNED, WITH_A_TRANSFER
from tests.servers.strategies import STRATEGIES
from tests.servers.system_user import SystemUser
from tests.servers.whole_transfer import content, deliver, probed

THREE_CHUNKS = 4_000_001
TESTED_ONLY = sorted(PLANNED.keys() - PARTNERS.keys() - WITH_A_TRANSFER.keys())
ALONE_NOTHING = {Habit.REFUSES_LATER, Habit.REFUSES_SFTP}  # they say how a session is refused
NO_PLAN = {Habit.CODE_PAGE}  # nothing is sent there: test_changed_content.py


@pytest.fixture(scope="module")
def needs(server_user: SystemUser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Needs]:
    with awkward_program(tmp_path_factory.mktemp("awkward")) as program:
        yield Needs(server_user, program)


def test_every_server_and_every_habit_of_the_double_has_its_plan() -> None:
    assert STRATEGIES.keys() == PLANNED.keys()
    alone = {each for each in Habit if f"double, {each}" in STRATEGIES}
    assert alone == set(Habit) - ALONE_NOTHING - NO_PLAN


@pytest.mark.parametrize("name", TESTED_ONLY)
def test_the_strategy_comes_with_its_explanation(needs: Needs, name: str) -> None:
    with PLANNED[name](needs) as partner:
        STRATEGIES[name].is_met_by(probed(partner).strategy, partner.login.port)


@pytest.mark.parametrize("name", WITH_A_TRANSFER)
def test_the_strategy_carries_the_file(needs: Needs, name: str) -> None:
    with PLANNED[name](needs) as partner:
        sent = deliver(partner, THREE_CHUNKS, counts_sessions=True)
    assert sent.tested is not None
    strategy = sent.tested.strategy
    STRATEGIES[name].is_met_by(strategy, partner.login.port)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert sent.arrived.read_bytes() == content(THREE_CHUNKS)
    obeyed = sent.transfer.known_strategy
    assert strategy is not None
    assert (obeyed.method, obeyed.cautions) == (strategy.method, strategy.cautions)


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
