"""Gives the caller a code that connects Microsoft Teams with their account."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from kernel.caller import Caller
from services.agent.domain.access import require_role
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.teams import CODE_GOOD_FOR, Code, code_digest, grouped
from services.agent.domain.teams_errors import CodeNotMade, HandoverRefused
from services.agent.domain.teams_ports import Handover, TeamsPorts
from services.agent.domain_services.teams_links import require_on

LASTING = frozenset({401, 403})  # refusals that another try of the same session gets again


@dataclass(frozen=True)
class MadeCode:
    text: SecretStr
    good_until: datetime


def make_teams_code(caller: Caller, token: SecretStr, *, teams: TeamsPorts) -> MadeCode:
    """Auth's own code stays with us, sealed, until the code comes back in Teams. Raises TeamsOff,
    RoleMissing, HandoverRefused, CodeNotMade, TeamsBusy."""
    require_on(teams)
    require_role(caller)
    handover = _handover(token, teams=teams)
    symbols = teams.new_symbols()
    digest = code_digest(symbols)
    good_until = min(handover.good_until, teams.now() + CODE_GOOD_FOR)
    sealed = teams.vault.seal(handover.code, digest)
    teams.links.offer(Code(digest, caller.name, sealed, good_until))
    return MadeCode(SecretStr(grouped(symbols)), good_until)


def _handover(token: SecretStr, *, teams: TeamsPorts) -> Handover:
    try:
        return teams.sessions.hand_over(token)
    except ApiRefused as refused:
        if refused.answered in LASTING:
            raise HandoverRefused(refused.problem) from refused
        raise CodeNotMade(refused.problem) from refused
    except ApiAway as away:
        raise CodeNotMade(away.reason) from away
