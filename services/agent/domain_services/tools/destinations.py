"""Tools that look at partners' servers."""

from typing import Any

from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.handles import HandleKind
from services.agent.domain_services.looking import (
    PAGE,
    Look,
    ReadTool,
    handle_field,
    picked,
    problem_of,
    rows_of,
    text_in,
)

MOST_DESTINATIONS = 20
MOST_PAGES = 4  # that are looked through for a name
MOST_IN_LINE = 20
LOOKED_AT = 10  # of the last transfers, for how files are moved there
MAX_NAME = 64  # characters
NEVER_TESTED = "It was never tested, so nobody knows what the server can do."
FACTS = (
    *("protocol", "host", "port", "user", "base_path", "max_sessions", "delivery"),
    *("create_folders", "proved_by", "accepts_unencrypted_login", "tls", "updated_at"),
)
PROBED = (
    *("software", "probed_at", "write_at_offset", "rename", "atomic_replace", "fsync", "reopen"),
    *("overwrite", "read", "keeps_files", "free_bytes", "checksums", "round_trip_seconds"),
    "doubted",
)


def hindrances(destination: Json) -> list[str]:
    """Why nothing can be sent there as it is, or nobody knows whether it can, in sentences."""
    found = blocks(destination)
    if not destination.get("profile"):
        found.append("It was never tested, so nobody knows yet what the server can do.")
    return found


def blocks(destination: Json) -> list[str]:
    """Why the API would surely refuse it, in sentences."""
    found = []
    if not destination.get("has_password") and not destination.get("has_key"):
        found.append("It has no password and no key. An admin has to set one.")
    keys = destination.get("host_keys")
    if destination.get("protocol") == "sftp" and not keys:
        found.append("No host key is pinned. An admin has to compare and pin the server's key.")
    return found


def list_destinations(look: Look) -> Json:
    wanted = look.asked.get("named", "").casefold()
    rows: list[Json] = []
    for _ in range(MOST_PAGES):
        query = {"limit": str(MOST_DESTINATIONS)}
        page = look.page_of("list_destinations", "destinations", query)
        rows += [row for row in page.rows if wanted in _names(row)]
        look.cursor = page.cursor
        if rows or page.cursor is None:
            break
    told: dict[str, Any] = {"destinations": [_listed(look, row) for row in rows]}
    if not rows and page.cursor is None:
        told["note"] = (
            "The user sees no such destination: there is none, or they have no grant for it."
            " An admin can register one and grant it."
        )
    return told | look.more("list_destinations", page.cursor)


def _names(row: Json) -> str:
    return "\n".join(str(row.get(name, "")) for name in ("id", "name", "host")).casefold()


def _listed(look: Look, row: Json) -> Json:
    destination_id = text_in("list_destinations", row, "id")
    same, more = {"destination_id": destination_id}, picked(row, "name")
    handle = look.handle(HandleKind.DESTINATION, same, more)
    known = picked(row, "id", "name", "protocol", "host")
    return {"handle": handle} | known | picked({"hindrances": hindrances(row)}, "hindrances")


def destination_details(look: Look) -> Json:
    destination_id = look.meant(HandleKind.DESTINATION, "destination")["destination_id"]
    found = look.read("read_destination", id=destination_id)
    told = picked(found, "id", "name", *FACTS, "cautions") | {"hindrances": hindrances(found)}
    keys, profile = found.get("host_keys"), found.get("profile")
    if isinstance(keys, list):
        told["host_key_fingerprints"] = [each.get("fingerprint") for each in keys]
    told["found_by_its_test"] = NEVER_TESTED
    if isinstance(profile, dict):
        told["found_by_its_test"] = picked(profile, *PROBED)
    return told | {"how_files_were_moved_there": _strategies(look, destination_id)}


def _strategies(look: Look, destination_id: str) -> Any:  # noqa: ANN401 - JSON
    """As the engine explained it for the last transfers: it decides anew for each."""
    query = {"destination": destination_id, "limit": str(LOOKED_AT)}
    try:
        rows = rows_of("list_transfers", look.read("list_transfers", query), "transfers")
    except (ApiRefused, ApiAway) as trouble:
        return problem_of(trouble)
    known = [picked(row, "size_bytes", "strategy", "planned_proof") for row in rows]
    found = {str(each["strategy"]): each for each in reversed(known) if "strategy" in each}
    return list(found.values()) or "The user sent nothing there yet that tells it."


def waiting_for(look: Look) -> Json:
    destination_id = look.meant(HandleKind.DESTINATION, "destination")["destination_id"]
    found = look.read("read_sessions", id=destination_id)
    holders = [_seen(look, row) for row in rows_of("read_sessions", found, "holders")]
    line = [_seen(look, row) for row in rows_of("read_sessions", found, "line")[:MOST_IN_LINE]]
    told = picked(found, "max_sessions", "in_use", "waiting", "whole")
    lanes = found.get("lanes")
    if isinstance(lanes, dict):
        told["lanes"] = picked(lanes, "target", "most", "bytes_per_second", "why")
    return told | {"have_a_session": holders[:MOST_IN_LINE], "wait_in_line": line}


def _seen(look: Look, row: Json) -> Json:
    """A transfer that the user may not see is somebody else's."""
    told = picked(row, "position", "kind", "lane", "since", "has_session")
    transfer_id = row.get("transfer_id")
    if not isinstance(transfer_id, str):
        return told | {"transfer": "somebody else's"}
    return told | {"transfer": look.handle(HandleKind.TRANSFER, {"transfer_id": transfer_id})}


DESTINATION = {"destination": handle_field(HandleKind.DESTINATION, "The destination")}
DESTINATION_TOOLS = (
    ReadTool(
        "list_destinations",
        "The partners' servers that the user may see, each with a handle, and why nothing can be"
        " sent to one as it is.",
        list_destinations,
        {
            "named": {
                "type": "string",
                "maxLength": MAX_NAME,
                "description": "Only those whose id, name or host has this in it",
            }
        }
        | PAGE,
    ),
    ReadTool(
        "destination_details",
        "A destination: its address, what its test found the server able to do, cautions, what"
        " hinders a transfer, and how files were moved there and why.",
        destination_details,
        DESTINATION,
        ("destination",),
    ),
    ReadTool(
        "waiting_for",
        "Which transfers have a session with a destination just now, and which wait in line.",
        waiting_for,
        DESTINATION,
        ("destination",),
    ),
)
