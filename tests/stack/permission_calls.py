"""The calls behind the rows of the table of permissions."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.stack.people import NOTHING, new_password
from tests.stack.running import BUCKET, as_destination
from tests.stack.world import CHANNELS, OWNERS, SHARED, USERS, World, wish

NAME = {"name": "Another Name"}
STATISTICS = "/api/statistics?from=2026-11-01&until=2026-11-30"
CONVERSATIONS, PROPOSALS = "/api/agent/conversations", "/api/agent/proposals"
DECISION = {"digest": "0" * 64}
ACTIVITY = {
    "type": "message",
    "serviceUrl": "https://smba.trafficmanager.net/emea/",
    "from": {"id": "29:1"},
    "recipient": {"id": "28:1"},
    "conversation": {"id": "a:1"},
}
NO_CODE = {"code": "unknown-code"}
CODE = {**NO_CODE, "verifier": "v" * 43}


class Sent(NamedTuple):
    method: str
    path: str
    body: object = None
    token: str | None = None  # where it is not the caller's own


Make = Callable[[World, str], Sent]


def _log_in(world: World, who: str) -> Sent:
    twin = world.twin(who)
    return Sent("POST", "/api/login", {"user": twin.name, "password": twin.password})


def _refresh(world: World, who: str) -> Sent:
    tokens = world.running.door.tokens(world.twin(who))
    return Sent("POST", "/api/refresh", {"refresh_token": tokens["refresh_token"]})


def _change_password(world: World, who: str) -> Sent:
    twin = world.twin(who)
    body = {"current_password": twin.password, "new_password": new_password()}
    return Sent("POST", "/api/me/password", body, world.twin_token(who, twin))


def _as_twin(method: str, path: str) -> Make:
    return lambda w, who: Sent(method, path, None, w.twin_token(who, w.twin(who)))


def _new_user(world: World, role: str) -> Sent:
    body = {"user": world.name("made"), "name": "Made", "roles": [role]}
    return Sent("POST", "/api/users", {**body, "password": new_password()})


def _new_destination(world: World) -> Sent:
    body = as_destination(world.name("made"), world.running.partner)
    return Sent("POST", "/api/destinations", body)


def _own(world: World, who: str, method: str, change: Any = None) -> Sent:  # noqa: ANN401
    """The caller's own record. For a caller who is nobody it is the visitor's."""
    return Sent(method, f"/api/users/{who if who in USERS else 'visitor'}", change)


def _steer(action: str, status: str) -> Make:
    return lambda w, who: Sent("POST", f"/api/transfer/{w.transfer(status, who)}/{action}")


def _ticket(**about: str) -> Sent:
    body = {"summary": "About a transfer", "description": "Please look.", **about}
    return Sent("POST", "/api/servicenow/ticket", body)


def _new_channel(world: World, **wishes: Any) -> Sent:  # noqa: ANN401
    body = world.channel_wish(world.name("made"), **wishes)
    return Sent("POST", "/api/notify/channels", body)


def _of_ticket(world: World) -> str:
    return f"/api/servicenow/ticket/{world.ticket_number}"


CALLS: dict[str, Make] = {
    "login": _log_in,
    "begin_sso:not-configured": lambda w, who: Sent("GET", "/api/login/sso"),
    "finish_sso:not-configured": lambda w, who: Sent("GET", "/api/login/sso/callback?state=s"),
    "redeem_sso:not-configured": lambda w, who: Sent("POST", "/api/login/sso", CODE),
    "refresh": _refresh,
    "logout": _as_twin("POST", "/api/logout"),
    "read_me": lambda w, who: Sent("GET", "/api/me"),
    "change_password": _change_password,
    "change_password:wrong": lambda w, who: Sent(
        "POST",
        "/api/me/password",
        {"current_password": "not-this-one", "new_password": new_password()},
    ),
    "list_my_sessions": lambda w, who: Sent("GET", "/api/me/sessions"),
    "end_my_sessions": _as_twin("DELETE", "/api/me/sessions"),
    "issue_ticket": lambda w, who: Sent("POST", "/api/ws-ticket"),
    "make_handover": lambda w, who: Sent("POST", "/api/auth/handovers", {"to": "teams"}),
    "redeem_handover:unknown": lambda w, who: Sent("POST", "/api/auth/handovers/redeem", NO_CODE),
    "list_users": lambda w, who: Sent("GET", "/api/users"),
    "create_user": lambda w, who: _new_user(w, "user"),
    "create_user:an-admin": lambda w, who: _new_user(w, "admin"),
    "read_user": lambda w, who: Sent("GET", "/api/users/visitor"),
    "read_user:themselves": lambda w, who: _own(w, who, "GET"),
    "read_user:missing": lambda w, who: Sent("GET", "/api/users/none-such"),
    "change_user": lambda w, who: Sent("PATCH", "/api/users/visitor", NAME),
    "change_user:to-admin-themselves": lambda w, who: _own(w, who, "PATCH", {"roles": ["admin"]}),
    "change_user:own-grants": lambda w, who: _own(w, who, "PATCH", {"grants": NOTHING}),
    "change_user:missing": lambda w, who: Sent("PATCH", "/api/users/none-such", NAME),
    "remove_user": lambda w, who: Sent("DELETE", f"/api/users/{w.twin(who).name}"),
    "remove_user:themselves": lambda w, who: _own(w, who, "DELETE"),
    "end_sessions": lambda w, who: Sent("DELETE", f"/api/users/{w.twin(who).name}/sessions"),
    "end_sessions:missing": lambda w, who: Sent("DELETE", "/api/users/none-such/sessions"),
    "read_api_page": lambda w, who: Sent("GET", "/api/docs"),
    "read_api_document": lambda w, who: Sent("GET", "/api/openapi.json"),
    "read_health": lambda w, who: Sent("GET", "/api/health"),
    "start_transfer": lambda w, who: Sent("POST", "/api/transfer", wish()),
    "start_transfer:key-not-granted": lambda w, who: Sent("POST", "/api/transfer", wish("secret")),
    "start_transfer:bucket-not-granted": lambda w, who: Sent(
        "POST", "/api/transfer", {**wish(), "source": {"bucket": "elsewhere", "key": "granted/x"}}
    ),
    "start_transfer:prefix-not-granted": lambda w, who: Sent(
        "POST", "/api/transfer", {**wish(), "source": {"bucket": BUCKET, "prefix": "grant"}}
    ),
    "start_transfer:partner-not-granted": lambda w, who: Sent(
        "POST", "/api/transfer", wish(destination="not-granted")
    ),
    "read_transfer": lambda w, who: Sent("GET", f"/api/transfer/{w.paused}"),
    "read_transfer:missing": lambda w, who: Sent("GET", "/api/transfer/none-such"),
    "list_transfer_events": lambda w, who: Sent("GET", f"/api/transfer/{w.paused}/events"),
    "list_transfer_events:missing": lambda w, who: Sent("GET", "/api/transfer/none-such/events"),
    "list_transfer_files": lambda w, who: Sent("GET", f"/api/transfer/{w.paused}/files"),
    "list_transfer_files:missing": lambda w, who: Sent("GET", "/api/transfer/none-such/files"),
    "pause_transfer": lambda w, who: Sent("POST", f"/api/transfer/{w.paused}/pause"),
    "pause_transfer:missing": lambda w, who: Sent("POST", "/api/transfer/none-such/pause"),
    "resume_transfer": _steer("resume", "paused"),
    "cancel_transfer": _steer("cancel", "paused"),
    "retry_transfer": _steer("retry", "failed"),
    "list_history": lambda w, who: Sent("GET", "/api/history"),
    "list_history:of-themselves": lambda w, who: Sent("GET", f"/api/history?owner={who}"),
    "list_history:of-the-owner": lambda w, who: Sent("GET", "/api/history?owner=owner"),
    "list_history:of-everybody": lambda w, who: Sent("GET", "/api/history?owner=*"),
    "list_transfers": lambda w, who: Sent("GET", "/api/transfer?state=active"),
    "list_transfers:of-everybody": lambda w, who: Sent("GET", "/api/transfer?owner=*"),
    "list_buckets": lambda w, who: Sent("GET", "/api/buckets"),
    "list_files": lambda w, who: Sent("GET", f"/api/buckets/{BUCKET}/files?prefix=granted/"),
    "list_files:prefix-not-granted": lambda w, who: Sent(
        "GET", f"/api/buckets/{BUCKET}/files?prefix=secret/"
    ),
    "list_files:bucket-not-granted": lambda w, who: Sent(
        "GET", "/api/buckets/fileferry-local-artifacts/files"
    ),
    "register_destination": lambda w, who: _new_destination(w),
    "list_destinations": lambda w, who: Sent("GET", "/api/destinations"),
    "read_destination": lambda w, who: Sent("GET", "/api/destinations/partner"),
    "read_destination:not-granted": lambda w, who: Sent("GET", "/api/destinations/not-granted"),
    "read_destination:missing": lambda w, who: Sent("GET", "/api/destinations/none-such"),
    "read_sessions": lambda w, who: Sent("GET", "/api/destinations/partner/sessions"),
    "read_sessions:not-granted": lambda w, who: Sent(
        "GET", "/api/destinations/not-granted/sessions"
    ),
    "read_sessions:missing": lambda w, who: Sent("GET", "/api/destinations/none-such/sessions"),
    "change_destination": lambda w, who: Sent("PATCH", "/api/destinations/not-granted", NAME),
    "change_destination:missing": lambda w, who: Sent("PATCH", "/api/destinations/none-such", NAME),
    "remove_destination": lambda w, who: Sent("DELETE", f"/api/destinations/{w.destination()}"),
    "test_destination": lambda w, who: Sent("POST", "/api/destinations/partner/test"),
    "test_destination:not-granted": lambda w, who: Sent(
        "POST", "/api/destinations/not-granted/test"
    ),
    "test_destination:missing": lambda w, who: Sent("POST", "/api/destinations/none-such/test"),
    "request_ticket": lambda w, who: _ticket(),
    "request_ticket:of-the-owners": lambda w, who: _ticket(transfer_id=w.paused),
    "request_ticket:missing": lambda w, who: _ticket(transfer_id="none-such"),
    "read_ticket": lambda w, who: Sent("GET", _of_ticket(w)),
    "read_ticket:missing": lambda w, who: Sent("GET", "/api/servicenow/ticket/INC0000000"),
    "list_transfer_tickets": lambda w, who: Sent("GET", f"/api/transfer/{w.paused}/tickets"),
    "list_transfer_tickets:missing": lambda w, who: Sent("GET", "/api/transfer/none-such/tickets"),
    "read_ticketing_health": lambda w, who: Sent("GET", "/api/servicenow/health"),
    "list_channels": lambda w, who: Sent("GET", CHANNELS),
    "create_channel": lambda w, who: _new_channel(w),
    "create_channel:of-everybody": lambda w, who: _new_channel(w, whose="all"),
    "create_channel:shared": lambda w, who: _new_channel(w, shared=True),
    "read_channel": lambda w, who: Sent("GET", f"{CHANNELS}/{OWNERS}"),
    "read_channel:shared": lambda w, who: Sent("GET", f"{CHANNELS}/{SHARED}"),
    "read_channel:missing": lambda w, who: Sent("GET", f"{CHANNELS}/none-such"),
    "change_channel": lambda w, who: Sent("PATCH", f"{CHANNELS}/{OWNERS}", NAME),
    "change_channel:shared": lambda w, who: Sent("PATCH", f"{CHANNELS}/{SHARED}", NAME),
    "remove_channel": lambda w, who: Sent("DELETE", f"{CHANNELS}/{w.channel(shared=False)}"),
    "remove_channel:shared": lambda w, who: Sent("DELETE", f"{CHANNELS}/{w.channel(shared=True)}"),
    "test_channel": lambda w, who: Sent("POST", f"{CHANNELS}/{OWNERS}/test"),
    "test_channel:shared": lambda w, who: Sent("POST", f"{CHANNELS}/{SHARED}/test"),
    "list_transfer_notifications": lambda w, who: Sent(
        "GET", f"/api/transfer/{w.failed}/notifications"
    ),
    "list_transfer_notifications:missing": lambda w, who: Sent(
        "GET", "/api/transfer/none-such/notifications"
    ),
    "read_statistics": lambda w, who: Sent("GET", STATISTICS),
    "read_statistics:of-themselves": lambda w, who: Sent("GET", f"{STATISTICS}&owner={who}"),
    "read_statistics:of-the-owner": lambda w, who: Sent("GET", f"{STATISTICS}&owner=owner"),
    "read_statistics:of-everybody": lambda w, who: Sent("GET", f"{STATISTICS}&owner=*"),
    "read_agent_health": lambda w, who: Sent("GET", "/api/agent/health"),
    "open_conversation": lambda w, who: Sent("POST", CONVERSATIONS, {}),
    "list_conversations": lambda w, who: Sent("GET", CONVERSATIONS),
    "read_conversation": lambda w, who: Sent("GET", f"{CONVERSATIONS}/{w.conversation}"),
    "read_conversation:missing": lambda w, who: Sent("GET", f"{CONVERSATIONS}/none-such"),
    "send_message:missing": lambda w, who: Sent(
        "POST", f"{CONVERSATIONS}/none-such/messages", {"text": "Hello"}
    ),
    "stop_answer": lambda w, who: Sent("POST", f"{CONVERSATIONS}/{w.conversation}/stop"),
    "stop_answer:missing": lambda w, who: Sent("POST", f"{CONVERSATIONS}/none-such/stop"),
    "list_proposals": lambda w, who: Sent("GET", PROPOSALS),
    "read_proposal:missing": lambda w, who: Sent("GET", f"{PROPOSALS}/none-such"),
    "confirm_proposal:missing": lambda w, who: Sent(
        "POST", f"{PROPOSALS}/none-such/confirm", DECISION
    ),
    "reject_proposal:missing": lambda w, who: Sent(
        "POST", f"{PROPOSALS}/none-such/reject", DECISION
    ),
    "take_teams_activity:off": lambda w, who: Sent("POST", "/api/agent/teams/messages", ACTIVITY),
    "make_teams_code:off": lambda w, who: Sent("POST", "/api/agent/teams/codes"),
    "list_teams_links:off": lambda w, who: Sent("GET", "/api/agent/teams/links"),
    "remove_teams_links:off": lambda w, who: Sent("DELETE", "/api/agent/teams/links"),
}
