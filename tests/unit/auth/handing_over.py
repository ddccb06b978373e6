"""Handing a session over, in few words."""

import pytest

from kernel.caller import Caller
from services.auth.domain.errors import HandoverRefused
from services.auth.domain.handover import HandedTo
from services.auth.domain.session import ClientKind
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.make_handover import make_handover
from services.auth.use_cases.redeem_handover import redeem_handover
from tests.fakes.auth_world import AuthWorld

AGENT = "198.51.100.9"


def asking(world: AuthWorld, client: ClientKind = ClientKind.API) -> Caller:
    return world.caller(session_id=world.log_in(client=client).session.id)


def code_of(world: AuthWorld, caller: Caller) -> str:
    return make_handover(caller, HandedTo.TEAMS, ports=world.ports).code


def redeem(world: AuthWorld, code: str, source_ip: str = AGENT) -> OpenedSession:
    return redeem_handover(code, source_ip, ports=world.ports)


def refused(world: AuthWorld, code: str, source_ip: str = AGENT) -> str:
    """The reason. No session came of it."""
    before = {each.id for each in world.sessions.open_sessions("ann")}
    with pytest.raises(HandoverRefused) as refusal:
        redeem(world, code, source_ip)
    assert {each.id for each in world.sessions.open_sessions("ann")} <= before
    return refusal.value.reason
