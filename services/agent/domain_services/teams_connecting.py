"""Connects a person in Teams with the user who made the code that they sent."""

from contextlib import suppress

from services.agent.domain import teams_words as words
from services.agent.domain.errors import AgentError, ApiAway, ApiRefused
from services.agent.domain.teams import Code, Incoming, Link, Tokens, code_digest
from services.agent.domain.teams_errors import HandoverOver, SessionOver
from services.agent.domain.teams_ports import Reply, TeamsPorts
from services.agent.domain_services.teams_links import end_session, sealed_tokens


def connect(incoming: Incoming, symbols: str, *, teams: TeamsPorts) -> Reply:
    """Auth gives a session for a code once, so that of two who send it at once one is connected."""
    code = teams.links.code(code_digest(symbols))
    if code is None or teams.now() >= code.good_until:
        return _again(incoming, teams=teams)
    try:
        tokens = teams.sessions.redeem(teams.vault.open(code.sealed, code.digest))
        if teams.sessions.caller(tokens.access).name != code.owner:
            raise SessionOver()
    except (HandoverOver, SessionOver):
        return Reply(words.BAD_CODE)
    except (ApiAway, ApiRefused):
        return Reply(words.TROUBLE)
    return _connected(incoming, code, tokens, teams=teams)


def void_shown(symbols: str, *, teams: TeamsPorts) -> None:
    """Others have seen the code."""
    code = teams.links.code(code_digest(symbols))
    if code is not None:
        teams.links.void_code(code.owner)


def _connected(incoming: Incoming, code: Code, tokens: Tokens, *, teams: TeamsPorts) -> Reply:
    of_person = teams.links.of_person(incoming.person)
    of_owner = teams.links.of_owner(code.owner)
    replaced = [each for each in (of_person, of_owner) if each is not None]
    if of_person is not None and of_owner is not None and of_person.id == of_owner.id:
        replaced = [of_owner]
    link = _link(incoming, code, tokens, of_owner, teams=teams)
    if not teams.links.connect(code, link, replaced):
        with suppress(AgentError):
            teams.sessions.end(tokens.access)
        return Reply(words.BAD_CODE)
    for each in replaced:
        _let_go(each, link, teams=teams)
    told = words.CONNECTED.format(owner=link.owner, until=link.session_until)
    return Reply(told)


def _link(
    incoming: Incoming, code: Code, tokens: Tokens, before: Link | None, *, teams: TeamsPorts
) -> Link:
    """The same person goes on with the same conversation."""
    link_id = teams.new_id()
    same = before if before is not None and before.person == incoming.person else None
    return Link(
        id=link_id,
        owner=code.owner,
        person=incoming.person,
        chat=incoming.chat,
        name=incoming.name,
        connected_at=teams.now(),
        connected_by=incoming.key,
        session_until=tokens.session_until,
        sealed=sealed_tokens(tokens, link_id, teams=teams),
        conversation_id=same.conversation_id if same else None,
    )


def _let_go(replaced: Link, link: Link, *, teams: TeamsPorts) -> None:
    end_session(replaced, teams=teams)
    if replaced.person != link.person:
        with suppress(AgentError):
            teams.connector.reply(replaced.chat, None, Reply(words.REPLACED))


def _again(incoming: Incoming, *, teams: TeamsPorts) -> Reply:
    """A message that comes a second time has connected already."""
    link = teams.links.of_person(incoming.person)
    if link is not None and link.connected_by == incoming.key:
        return Reply(words.CONNECTED.format(owner=link.owner, until=link.session_until))
    return Reply(words.BAD_CODE)
