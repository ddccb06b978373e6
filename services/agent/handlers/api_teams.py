"""The REST routes of Microsoft Teams. Each turns a request into one use case and its answer."""

from datetime import datetime
from functools import partial

from contracts import agent_teams as http
from runtime.calls import Call
from runtime.http import Operation
from services.agent.domain.teams import Chat, Incoming, Link, Person, words_of
from services.agent.domain.teams_ports import TeamsPorts
from services.agent.use_cases.answer_in_teams import MOST_CHARACTERS
from services.agent.use_cases.make_teams_code import make_teams_code
from services.agent.use_cases.take_teams_activity import Arrived, take_teams_activity
from services.agent.use_cases.teams_links import list_teams_links, remove_teams_links

MESSAGE, MEMBERS = "message", "conversationUpdate"
PERSONAL = "personal"
# Teams sends the text once more, as HTML, when it is formatted. That is no file.
AS_HTML = "text/html"


def operations(teams: TeamsPorts) -> dict[str, Operation]:
    return {
        "take_teams_activity": partial(_take, teams),
        "make_teams_code": partial(_make_code, teams),
        "list_teams_links": partial(_list, teams),
        "remove_teams_links": partial(_remove, teams),
    }


def _take(teams: TeamsPorts, call: Call[http.TeamsActivity]) -> None:
    activity = call.body
    arrived = Arrived(
        token=call.known_token,
        channel=activity.channel_id,
        service_url=activity.service_url,
        tenants=_tenants(activity),
        incoming=_incoming(activity, call.correlation_id, teams.now()),
    )
    take_teams_activity(arrived, teams=teams)


def _make_code(teams: TeamsPorts, call: Call[None]) -> http.TeamsCodeView:
    made = make_teams_code(call.caller, call.token, teams=teams)
    return http.TeamsCodeView(code=made.text, expires_at=made.good_until)


def _list(teams: TeamsPorts, call: Call[None]) -> http.TeamsLinksView:
    now = teams.now()
    found = list_teams_links(call.caller, teams=teams)
    return http.TeamsLinksView(links=tuple(_link_view(each, now) for each in found))


def _remove(teams: TeamsPorts, call: Call[None]) -> None:
    remove_teams_links(call.caller, teams=teams)


def _link_view(link: Link, now: datetime) -> http.TeamsLinkView:
    return http.TeamsLinkView(
        state="connected" if link.state_at(now) == "connected" else "ended",
        teams_name=link.name,
        connected_at=link.connected_at,
        expires_at=link.session_until,
    )


def _tenants(activity: http.TeamsActivity) -> frozenset[str]:
    told = activity.channel_data.tenant if activity.channel_data else None
    named = (activity.conversation.tenant_id, told.id if told else None)
    return frozenset(each for each in named if each is not None)


def _incoming(activity: http.TeamsActivity, correlation_id: str, now: datetime) -> Incoming | None:
    """None for what is not answered: reactions, typing, edited messages, bots, and all kinds that
    nobody knows yet."""
    bot, person = activity.recipient.id, activity.sender.aad_object_id
    added = [each.id for each in activity.members_added or ()]
    welcome = activity.type == MEMBERS and bot in added
    tenants = _tenants(activity)
    if not (activity.type == MESSAGE or welcome) or person is None or activity.id is None:
        return None
    text = words_of(activity.text or "")
    kinds = [each.content_type for each in activity.attachments or ()]
    return Incoming(
        activity_id=activity.id,
        person=Person(min(tenants, default=""), person),
        name=activity.sender.name,
        chat=Chat(activity.service_url, activity.conversation.id, bot),
        personal=activity.conversation.conversation_type == PERSONAL,
        received_at=now,
        correlation_id=correlation_id,
        text=text[:MOST_CHARACTERS],
        length=len(text),
        has_files=any(kind != AS_HTML for kind in kinds),
        welcome=welcome,
    )
