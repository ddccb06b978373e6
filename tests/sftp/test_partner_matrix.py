"""Whole transfers to every partner: the file arrives, and nothing else changes there."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from tests.servers.awkward import awkward_program
from tests.servers.partners import PARTNERS, Needs, Partner
from tests.servers.partners_page import SIZE_BYTES, lines_about, names_on_the_page, rows_of
from tests.servers.strategies import STRATEGIES
from tests.servers.system_user import SystemUser
from tests.servers.whole_transfer import Delivery, content, deliver
from tests.sftp.own_files import FILE, FOLDER, REPLACED, plant

SMALL_BYTES, LARGE_BYTES = 5_000_000, 250_000_000
TAKE_LARGE_FILES = ("OpenSSH", "dropbear", "ProFTPD", "rclone", "rclone, cache full")


@dataclass(frozen=True)
class Case:
    size: int
    tested: bool

    @property
    def id(self) -> str:
        return f"{self.size}{'' if self.tested else '-untested'}"


CASES = [Case(size, tested) for tested in (True, False) for size in (0, 1, SMALL_BYTES)]


@dataclass(frozen=True)
class Place:
    name: str
    partner: Partner


@pytest.fixture(scope="module")
def needs(server_user: SystemUser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Needs]:
    with awkward_program(tmp_path_factory.mktemp("awkward")) as program:
        yield Needs(server_user, program)


@pytest.fixture(scope="module", params=PARTNERS)
def place(request: pytest.FixtureRequest, needs: Needs) -> Iterator[Place]:
    with PARTNERS[request.param](needs) as partner:
        plant(partner)
        yield Place(request.param, partner)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.id)
def delivery(request: pytest.FixtureRequest, place: Place) -> Delivery:
    """One delivery of each case, which several tests judge."""
    return deliver(place.partner, request.param.size, tested=request.param.tested)


def test_every_byte_arrives(delivery: Delivery) -> None:
    assert delivery.transfer.status is Status.COMPLETED, delivery.transfer.failure
    assert delivery.arrived.read_bytes() == content(delivery.size)


def test_nothing_of_ours_stays(place: Place, delivery: Delivery) -> None:
    """Neither of the transfer nor of the test before it. What nobody may remove has to stay."""
    if not place.partner.removes:
        assert not [name for name in delivery.left_behind if "probe" not in name]
    else:
        assert delivery.left_behind == []


def test_the_partners_own_files_are_as_they_were(delivery: Delivery) -> None:
    assert delivery.touched == []


def test_the_test_before_it_succeeds(delivery: Delivery) -> None:
    if delivery.tested is not None:
        assert delivery.tested.failure is None


def test_a_folder_is_never_replaced(place: Place) -> None:
    sent = deliver(place.partner, 1, name=FOLDER, if_exists=IfExists.REPLACE)
    assert sent.transfer.status is Status.FAILED
    assert sent.touched == []


def test_a_file_is_not_replaced_unasked(place: Place) -> None:
    sent = deliver(place.partner, 1, name=FILE, if_exists=IfExists.FAIL)
    assert sent.transfer.status is Status.FAILED
    assert sent.touched == []


def test_a_file_is_replaced_where_that_was_asked_for(place: Place) -> None:
    sent = deliver(place.partner, 1, name=REPLACED, if_exists=IfExists.REPLACE)
    assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
    assert sent.touched == [REPLACED]
    assert sent.arrived.read_bytes() == content(1)


def test_the_plan_and_the_page_say_what_is_found(place: Place) -> None:
    """`python -m tests.servers.partners_page` writes the page anew."""
    sent = deliver(place.partner, SIZE_BYTES)
    assert sent.tested is not None
    STRATEGIES[place.name].is_met_by(sent.tested.strategy, place.partner.login.port)
    assert rows_of(place.name, sent).lines == lines_about(place.name)


def test_the_page_has_every_partner_and_no_other() -> None:
    assert names_on_the_page() == set(PARTNERS)


@pytest.mark.slow
@pytest.mark.parametrize("name", TAKE_LARGE_FILES)
def test_a_large_file_arrives(name: str, needs: Needs) -> None:
    with PARTNERS[name](needs) as partner:
        sent = deliver(partner, LARGE_BYTES)
        assert sent.transfer.status is Status.COMPLETED, sent.transfer.failure
        assert sent.arrived.read_bytes() == content(LARGE_BYTES)
        assert sent.left_behind == []
