"""Whether the agent answers on this stage, and how much of it the caller may still use today."""

from dataclasses import dataclass

from kernel.caller import Caller
from services.agent.domain.access import require_role
from services.agent.domain.ports import Ports
from services.agent.domain_services.showing import tokens_left


@dataclass(frozen=True)
class Health:
    model: str | None
    tokens_left: int


def read_health(caller: Caller, *, ports: Ports) -> Health:
    """Raises RoleMissing."""
    require_role(caller)
    return Health(ports.policy.model or None, tokens_left(caller.name, ports=ports))
