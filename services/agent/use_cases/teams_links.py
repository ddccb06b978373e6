"""Shows and removes the caller's own link with Microsoft Teams."""

from contextlib import suppress

from kernel.caller import Caller
from services.agent.domain import teams_words as words
from services.agent.domain.teams import Farewell, Link, LinkState
from services.agent.domain.teams_errors import ChatClosed
from services.agent.domain.teams_ports import Reply, TeamsPorts
from services.agent.domain_services.teams_links import end_session, remove_link, require_on


def list_teams_links(caller: Caller, *, teams: TeamsPorts) -> list[Link]:
    """Raises TeamsOff."""
    require_on(teams)
    found = teams.links.of_owner(caller.name)
    return [found] if found is not None and found.state is not LinkState.REMOVED else []


def remove_teams_links(caller: Caller, *, teams: TeamsPorts) -> None:
    """Also voids a code that is open. A second call tells Teams again, if that is still to be done.
    Raises TeamsOff, TeamsBusy."""
    require_on(teams)
    teams.links.void_code(caller.name)
    found = teams.links.of_owner(caller.name)
    if found is not None:
        remove_link(found, teams=teams)


def say_farewell(farewell: Farewell, *, teams: TeamsPorts) -> None:
    """Raises ConnectorAway, ConnectorRefused; it can be said again then."""
    link = teams.links.of_owner(farewell.owner)
    if link is None or link.id != farewell.link_id or link.state is not LinkState.REMOVED:
        return
    end_session(link, teams=teams)
    with suppress(ChatClosed):
        teams.connector.reply(link.chat, None, Reply(words.DISCONNECTED))
    teams.links.forget(link)
