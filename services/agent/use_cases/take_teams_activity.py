"""Takes what the Bot Framework tells, if it is for us, and leaves the answer to the worker."""

from dataclasses import dataclass

from pydantic import SecretStr

from services.agent.domain.teams import Incoming
from services.agent.domain.teams_errors import TenantRefused
from services.agent.domain.teams_ports import TeamsPorts
from services.agent.domain_services.teams_links import require_on


@dataclass(frozen=True)
class Arrived:
    """An activity that nobody has checked. `tenants` are all that it names; `incoming` is what of
    it is to be answered."""

    token: SecretStr | None
    channel: str | None
    service_url: str
    tenants: frozenset[str]
    incoming: Incoming | None


def take_teams_activity(arrived: Arrived, *, teams: TeamsPorts) -> None:
    """The token proves the Bot Framework and our bot, not the tenant: others may have the same bot.
    Raises TeamsOff, ActivityRefused, KeysAway, TenantRefused."""
    require_on(teams)
    teams.gate.check(arrived.token, arrived.channel, arrived.service_url)
    if len(arrived.tenants) != 1 or not arrived.tenants <= teams.policy.tenants:
        raise TenantRefused(", ".join(sorted(arrived.tenants)))
    if arrived.incoming is not None:
        teams.queue.send(arrived.incoming)
