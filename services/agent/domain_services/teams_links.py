"""Changes a link as it is now, and uses the session behind it."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from services.agent.domain.errors import AgentError
from services.agent.domain.teams import Farewell, Link, LinkState, Tokens
from services.agent.domain.teams_errors import TeamsBusy, TeamsOff
from services.agent.domain.teams_ports import TeamsPorts

TRIES = 10  # each is lost to somebody who changed the link at the same moment
LASTS = timedelta(seconds=60)  # an access token that ends sooner may end within a turn


def require_on(teams: TeamsPorts) -> None:
    """Raises TeamsOff."""
    if not teams.policy.app_id:
        raise TeamsOff()


def changed(link: Link, change: Callable[[Link], Link | None], *, teams: TeamsPorts) -> Link | None:
    """None when the owner has another link by now or none, or when `change` says so. Raises
    TeamsBusy."""
    for _ in range(TRIES):
        found = teams.links.of_owner(link.owner)
        if found is None or found.id != link.id:
            return None
        wanted = change(found)
        if wanted is None:
            return None
        saved = teams.links.save(wanted)
        if saved is not None:
            return saved
    raise TeamsBusy(f"the link of {link.owner!r}")


def fresh_tokens(link: Link, *, teams: TeamsPorts) -> Tokens:
    """Whoever calls it holds the link's lease, because a refresh token works once. New tokens are
    stored whatever the link's state is by then: a later logout needs them. Raises SessionOver,
    ApiAway, ApiRefused."""
    tokens = _opened(link, teams=teams)
    if tokens.access_until - teams.now() > LASTS:
        return tokens
    fresh = teams.sessions.refresh(tokens.refresh)
    sealed = sealed_tokens(fresh, link.id, teams=teams)
    changed(
        link,
        lambda now: replace(now, sealed=sealed, session_until=fresh.session_until),
        teams=teams,
    )
    return fresh


def sealed_tokens(tokens: Tokens, link_id: str, *, teams: TeamsPorts) -> str:
    written = {
        "access": tokens.access.get_secret_value(),
        "refresh": tokens.refresh.get_secret_value(),
        "access_until": tokens.access_until.isoformat(),
        "session_until": tokens.session_until.isoformat(),
    }
    return teams.vault.seal(SecretStr(json.dumps(written)), link_id)


def mark_ended(link: Link, *, teams: TeamsPorts) -> None:
    def ended(now: Link) -> Link | None:
        return replace(now, state=LinkState.ENDED) if now.state is LinkState.CONNECTED else None

    changed(link, ended, teams=teams)


def end_session(link: Link, *, teams: TeamsPorts) -> None:
    """As well as it goes: one that stays ends by its own time, and nobody has its tokens."""
    with suppress(AgentError, LookupError):
        teams.sessions.end(fresh_tokens(link, teams=teams).access)


def remove_link(link: Link, *, teams: TeamsPorts) -> None:
    """From now on it gives nothing. The worker ends its session and says so in Teams, after the
    answer that may be under way."""
    removed = changed(link, lambda now: replace(now, state=LinkState.REMOVED), teams=teams)
    if removed is not None:
        wait = removed.busy_for(teams.now())
        teams.queue.send(Farewell(link.owner, link.id), delay_seconds=wait)


def _opened(link: Link, *, teams: TeamsPorts) -> Tokens:
    read = json.loads(teams.vault.open(link.sealed, link.id).get_secret_value())
    return Tokens(
        SecretStr(read["access"]),
        SecretStr(read["refresh"]),
        datetime.fromisoformat(read["access_until"]),
        datetime.fromisoformat(read["session_until"]),
    )
