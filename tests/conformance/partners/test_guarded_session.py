"""A session asks before it sends, so a worker whose lease is over changes nothing any more."""

from collections.abc import Callable

import pytest

from services.transfer.domain.errors import ConnectionLost, LeaseLost
from services.transfer.domain.ports import PartnerSession
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
