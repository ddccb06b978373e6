"""Tools that say who the user is and what they may do. Only the API decides: these foretell it."""

from typing import Any

from kernel.caller import Caller, Grants, Role, SourceGrant
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.handles import HandleKind
from services.agent.domain_services.looking import (
    Look,
    ReadTool,
    handle_field,
    picked,
    rows_of,
    text_in,
)
from services.agent.domain_services.tools.destinations import hindrances

SENDERS = frozenset({Role.USER, Role.OPERATOR, Role.ADMIN})  # as the transfer service has it
ADMIN = "An admin can: any user with the role admin."
NOT_FOUND = 404


def who_am_i(look: Look) -> Json:
    me = look.read("read_me")
    session = me.get("session")
    told = picked(me, "user", "name", "email", "roles", "grants")
    if isinstance(session, dict):
        told["session"] = picked(session, "method", "client", "opened_at", "expires_at")
    return told | {"may_send": bool(_caller(me).roles & SENDERS)}


def check_access(look: Look) -> Json:
    me = _caller(look.read("read_me"))
    missing: list[str] = []
    told: dict[str, Any] = {"user": me.name, "roles": sorted(me.roles)}
    if not me.has(SENDERS):
        missing.append("The user has no role that may send: user, operator or admin.")
    for field, kind in (
        ("object", HandleKind.OBJECT),
        ("folder", HandleKind.FOLDER),
        ("bucket", HandleKind.BUCKET),
    ):
        if field in look.asked:
            missing += _source(look.meant(kind, field), me)
    if "destination" in look.asked:
        destination_id = look.meant(HandleKind.DESTINATION, "destination")["destination_id"]
        if not me.may_send_to(destination_id):
            missing.append(f"The user has no grant for the destination {destination_id}.")
        told |= _state(look, destination_id)
    told |= {"may_send": not missing, "missing": missing}
    return told | ({"who_can_grant_it": ADMIN} if missing else {})


def _source(meant: Json, me: Caller) -> list[str]:
    bucket = meant["bucket"]
    beginning = meant.get("key") or meant.get("prefix") or ""
    if me.may_read(bucket, beginning):
        return []
    what = f"{beginning} in the bucket {bucket}" if beginning else f"all of the bucket {bucket}"
    within = [each for each in me.prefixes(bucket) if each.startswith(beginning)]
    part = f" They may send what begins with: {', '.join(within)}." if within else ""
    return [f"The user has no grant for {what}.{part}"]


def _state(look: Look, destination_id: str) -> dict[str, Any]:
    """What hinders a transfer there, whoever sends it."""
    try:
        found = hindrances(look.read("read_destination", id=destination_id))
    except ApiRefused as refused:
        if refused.answered != NOT_FOUND:
            raise
        return {"destination": "It is removed, or the user may not see it any more."}
    return {"hindrances": found} if found else {}


def _caller(me: Json) -> Caller:
    """Raises ApiAway for what is no answer of ours. A role that is new here gives nothing."""
    grants = me.get("grants")
    roles = me.get("roles")
    if not isinstance(grants, dict) or not isinstance(roles, list):
        raise ApiAway("read_me", "its answer has no roles and grants")
    sources = tuple(
        SourceGrant(text_in("read_me", each, "bucket"), each.get("prefix", ""))
        for each in rows_of("read_me", grants, "sources")
    )
    known = frozenset(Role(each) for each in roles if each in list(Role))
    found = Grants(sources, tuple(map(str, grants.get("destinations", ()))))
    return Caller(text_in("read_me", me, "user"), "", known, found)


ACCESS_TOOLS = (
    ReadTool(
        "who_am_i",
        "Who the user is: name, roles, grants and the end of the login.",
        who_am_i,
    ),
    ReadTool(
        "check_access",
        "Whether the user may send a file, a folder or a bucket to a destination; and if not, what"
        " is missing and who can grant it. Give one of object, folder, bucket, a destination, or"
        " both.",
        check_access,
        {
            "object": handle_field(HandleKind.OBJECT, "The file"),
            "folder": handle_field(HandleKind.FOLDER, "Everything in the folder"),
            "bucket": handle_field(HandleKind.BUCKET, "Everything in the bucket"),
            "destination": handle_field(HandleKind.DESTINATION, "Where to"),
        },
    ),
)
