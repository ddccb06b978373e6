"""Tools that look at transfers: lists, one in full, and why one failed."""

from collections.abc import Callable
from typing import Any

from contracts.reasons import reason_of
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway, ApiRefused, AskedWrong
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

MOST_TRANSFERS = 15
MOST_PAGES = 4  # a page may be empty, and others follow
MOST_FACTS, MOST_FILES, MOST_TICKETS = 15, 10, 6
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$"
STATUSES = (  # as contracts.transfer_views has them, whose models take their time to be made
    *("requested", "moving", "paused", "verifying", "committing", "completed", "failing"),
    *("failed", "cancelling", "cancelled"),
)
OPTIONS = ("state", "status", "reason", "label", "from", "until", "order")
SUMMARY = (
    *("status", "label", "target_path", "size_bytes", "run", "requested_at", "finished_at"),
    "destination_id",
)
DETAILS = (
    *("owner", "final_path", "if_exists", "verify", "strategy", "planned_proof", "started_at"),
    *("updated_at", "bytes_done", "percent", "rate_bytes_per_second", "eta_seconds", "attempts"),
    *("warnings", "cautions"),
)
# And the key: how users name a transfer, and which is 'the last failed one'.
NAMED_BY = ("destination_id", "requested_at", "status")
FACT = ("type", "at", "run", "by", "trouble", "failure", "bytes_done", "lanes")
TICKET = ("kind", "status", "number", "url", "requested_at", "trouble")


def list_transfers(look: Look) -> Json:
    query = {name: str(look.asked[name]) for name in OPTIONS if name in look.asked}
    query["limit"] = str(MOST_TRANSFERS)
    if look.asked.get("whose") == "everybody":
        query["owner"] = "*"
    if "destination" in look.asked:
        meant = look.meant(HandleKind.DESTINATION, "destination")
        query["destination"] = meant["destination_id"]
    if "bucket" in look.asked:
        query["bucket"] = look.meant(HandleKind.BUCKET, "bucket")["bucket"]
    for _ in range(MOST_PAGES):
        page = look.page_of("list_transfers", "transfers", query)
        look.cursor = page.cursor
        if page.rows or page.cursor is None:
            break
    rows = [_listed(look, row) for row in page.rows]
    return {"transfers": rows} | look.more("list_transfers", page.cursor)


def _listed(look: Look, row: Json) -> dict[str, Any]:
    transfer_id = text_in("list_transfers", row, "id")
    source = row.get("source")
    source = picked(source, "bucket", "key", "kind") if isinstance(source, dict) else {}
    named_by = picked(source, "key") | picked(row, *NAMED_BY)
    told: dict[str, Any] = {
        "handle": look.handle(HandleKind.TRANSFER, {"transfer_id": transfer_id}, named_by),
        "id": transfer_id,
    }
    return told | picked({"source": source}, "source") | picked(row, *SUMMARY, "failure")


def transfer_details(look: Look) -> Json:
    transfer_id = _transfer_id(look)
    found = look.read("read_transfer", id=transfer_id)
    told = _listed(look, found) | picked(found, *DETAILS)
    receipt, files = found.get("receipt"), found.get("files")
    if isinstance(receipt, dict):
        told["receipt"] = picked(receipt, "proven", "statement", "finished_at", "bytes_sent")
    told["timeline_newest_first"] = _besides(lambda: _timeline(look, transfer_id))
    told["tickets"] = _besides(lambda: _tickets(look, transfer_id))
    if isinstance(files, dict):
        told["files"] = files
        if files.get("failed"):
            told["failed_files"] = _besides(lambda: _failed_files(look, transfer_id))
    return told


def _transfer_id(look: Look) -> str:
    if ("transfer" in look.asked) == ("id" in look.asked):
        raise AskedWrong("Send transfer, a handle; or id, if the user gave one.")
    if "id" in look.asked:
        return str(look.asked["id"])
    return str(look.meant(HandleKind.TRANSFER, "transfer")["transfer_id"])


def _besides(read: Callable[[], list[Any]]) -> Any:  # noqa: ANN401 - JSON
    """What could not be read leaves the rest as it is."""
    try:
        return read()
    except (ApiRefused, ApiAway) as trouble:
        return problem_of(trouble)


def _timeline(look: Look, transfer_id: str) -> list[Any]:
    query = {"limit": str(MOST_FACTS)}
    found = look.read("list_transfer_events", query, id=transfer_id)
    return [picked(row, *FACT) for row in rows_of("list_transfer_events", found, "events")]


def _failed_files(look: Look, transfer_id: str) -> list[Any]:
    query = {"outcome": "failed", "limit": str(MOST_FILES)}
    found = look.read("list_transfer_files", query, id=transfer_id)
    rows = rows_of("list_transfer_files", found, "files")
    return [picked(row, "key", "path", "size_bytes", "code", "message") for row in rows]


def _tickets(look: Look, transfer_id: str) -> list[Any]:
    found = look.read("list_transfer_tickets", id=transfer_id)
    rows = rows_of("list_transfer_tickets", found, "tickets")[-MOST_TICKETS:]
    return [_ticket(look, row) for row in rows]


def _ticket(look: Look, row: Json) -> Json:
    same = {"ticket_id": text_in("list_transfer_tickets", row, "id")}
    handle = look.handle(HandleKind.TICKET, same, picked(row, "number"))
    return {"handle": handle} | picked(row, *TICKET)


def reason_advice(look: Look) -> Json:
    code = look.asked["code"]
    found = reason_of(code)
    if found is None:
        raise AskedWrong(f"There is no reason {code}. Send the code of a failure, as it was told.")
    return {
        "code": code,
        "tried_again_by_itself": found.retried,
        "what_happened": found.happened,
        "what_to_do": found.advice,
    }


TRANSFER_TOOLS = (
    ReadTool(
        "list_transfers",
        "Transfers, active or ended (the history), with handles. All conditions that are given have"
        " to be met. Without whose only the user's own.",
        list_transfers,
        {
            "state": {"type": "string", "maxLength": 10, "enum": ["active", "ended"]},
            "status": {
                "type": "string",
                "maxLength": 20,
                "enum": list(STATUSES),
            },
            "destination": handle_field(HandleKind.DESTINATION, "Only to this destination"),
            "bucket": handle_field(HandleKind.BUCKET, "Only from this bucket"),
            "reason": {
                "type": "string",
                "maxLength": 64,
                "pattern": "^[a-z0-9_]+$",
                "description": "The code of the failure, as no_space",
            },
            "label": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
                "description": "The word that its requester gave it",
            },
            "from": {
                "type": "string",
                "maxLength": 25,
                "pattern": TIME,
                "description": "Requested then or later: a time such as 2026-11-02T12:00:00Z",
            },
            "until": {
                "type": "string",
                "maxLength": 25,
                "pattern": TIME,
                "description": "Requested earlier: a time such as 2026-11-02T12:00:00Z",
            },
            "order": {"type": "string", "maxLength": 10, "enum": ["newest", "oldest"]},
            "whose": {"type": "string", "maxLength": 10, "enum": ["mine", "everybody"]},
        }
        | PAGE,
    ),
    ReadTool(
        "transfer_details",
        "A transfer in full: its state, progress, strategy, what happened to it and why it failed,"
        " files that failed, and its tickets.",
        transfer_details,
        {
            "transfer": handle_field(HandleKind.TRANSFER, "The transfer"),
            "id": {
                "type": "string",
                "maxLength": 128,
                "pattern": "^[A-Za-z0-9._:-]+$",
                "description": "Its id, if the user wrote one: A-Z a-z 0-9 . _ : -",
            },
        },
    ),
    ReadTool(
        "reason_advice",
        "What the code of a failure means, whether it is tried again by itself, and what to do.",
        reason_advice,
        {
            "code": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
                "pattern": "^[a-z0-9_]+$",
                "description": "The code, as no_space.",
            }
        },
        ("code",),
    ),
)
