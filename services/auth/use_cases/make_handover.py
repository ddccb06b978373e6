"""Gives the caller a code with which another program gets a session of its own, as them."""

from dataclasses import dataclass, field
from datetime import datetime

from kernel.caller import Caller
from services.auth.domain.errors import HandedOver
from services.auth.domain.handover import HandedTo, Handover, HandoverCode
from services.auth.domain.ports import Ports
from services.auth.domain_services.read_me import read_me


@dataclass(frozen=True)
class MadeHandover:
    code: str = field(repr=False)
    expires_at: datetime


def make_handover(caller: Caller, to: HandedTo, *, ports: Ports) -> MadeHandover:
    """The user's earlier code is void from now on. Raises HandedOver, SessionOver."""
    user, session = read_me(caller, ports=ports)
    if session.handed_to is not None:
        raise HandedOver(session.handed_to)
    code = HandoverCode(user.name, ports.new_id())
    handover = Handover(
        user=user.name,
        to=to,
        secret_hash=code.secret_hash,
        session_id=session.id,
        method=session.method,
        generation=user.generation,
        made_at=ports.now(),
    )
    ports.handovers.keep(handover)
    return MadeHandover(code.text, handover.expires_at)
