"""A session asks before it sends, so a worker whose lease is over changes nothing any more."""

import gc
import weakref
from collections.abc import Callable

import pytest

from services.transfer.domain.errors import ConnectionLost, LeaseLost
from services.transfer.domain.ports import PartnerSession
from tests.servers.ftp_sites import FtpServers
from tests.servers.sites import Site


@pytest.mark.parametrize("act", ["create_file", "rename", "remove", "write"])
def test_nothing_is_sent_any_more_once_the_guard_says_no(
    partner: Site, session: PartnerSession, act: str
) -> None:
    partner.plant(partner.at("part"), b"0123456789")
    sink = session.open_part(partner.at("part"))
    lost = LeaseLost("this session")
    asked = []

    def fence() -> None:
        asked.append(act)
        raise lost

    def write() -> None:
        sink.write(0, b"abc")
        sink.flush(durable=False)

    calls: dict[str, Callable[[], object]] = {
        "create_file": lambda: session.create_file(partner.at("another")).close(),
        "rename": lambda: session.rename(partner.at("part"), partner.at("b"), replace=False),
        "remove": lambda: session.remove(partner.at("part")),
        "write": write,
    }
    session.guard(fence)
    with pytest.raises(ConnectionLost):
        calls[act]()
    session.close()
    assert asked
    assert partner.names() == ["part"]
    assert partner.content(partner.at("part")) == b"0123456789"


def test_a_guard_that_agrees_changes_nothing(partner: Site, session: PartnerSession) -> None:
    asked = []
    session.guard(lambda: asked.append(True))
    session.create_file(partner.at("part")).close()
    assert partner.names() == ["part"]
    assert asked


class Lane:
    """It has the session that it guards, as a lane has."""

    def __init__(self, partner: Site) -> None:
        self.session = partner.partners.connect(partner.destination, partner.credential)
        self.session.guard(self.fence)

    def fence(self) -> None: ...


def assert_free_at_once(partner: Site) -> None:
    """It does not wait until Python looks for circles."""
    gc.disable()
    try:
        lane = Lane(partner)
        session = weakref.ref(lane.session)
        lane.session.look(partner.at("none"))
        lane.session.close()
        del lane
        assert session() is None
    finally:
        gc.enable()


def test_a_closed_session_is_free_at_once(real_partner: Site) -> None:
    assert_free_at_once(real_partner)


def test_a_closed_session_of_ftp_is_free_at_once(ftp_servers: FtpServers) -> None:
    assert_free_at_once(ftp_servers.site("pyftpdlib"))
