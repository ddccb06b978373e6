"""Tools that tell figures: how long a transfer will take, and how transfers ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from services.agent.domain.chat import Json
from services.agent.domain.errors import AskedWrong
from services.agent.domain.estimate import Estimate
from services.agent.domain.handles import HandleKind
from services.agent.domain.ports import Outcomes
from services.agent.domain_services.looking import (
    Look,
    ReadTool,
    handle_field,
    picked,
    rows_of,
    text_in,
)

MOST_DAYS = 31
MOST_BYTES = 2**53  # more than any object has
MOST_ROWS = 15
MOST_REASONS = 5
NAMES_COUNTED = 300  # of a folder, in a page
MOST_PAGES = 4  # of those
COUNTED = ("completed", "failed", "cancelled", "bytes", "seconds")
SIGNIFICANT = 3  # digits; nobody knows more of the future
GIVEN = ("object", "folder", "transfer", "size_bytes")


class EstimateTool:
    """The next transfer, from how others ended."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def look(self, look: Look) -> Json:
        destination_id, size_bytes, many, note = self._asked(look)
        look.read("read_destination", id=destination_id)  # the user may see it still
        now = look.scene.now
        learned = self._outcomes.learned(destination_id, now)
        estimate = learned.estimate(size_bytes, now.hour, many)
        told = {"destination": destination_id, "size_bytes": size_bytes} | told_estimate(estimate)
        return told | ({"note": note} if note else {})

    def _asked(self, look: Look) -> tuple[str, int, bool, str | None]:
        """Where to, how much, whether it is many files, and what is not sure about that."""
        if sum(name in look.asked for name in GIVEN) != 1:
            raise AskedWrong(f"Send one of {', '.join(GIVEN)}.")
        if "transfer" in look.asked:
            return _of_transfer(look)
        if "destination" not in look.asked:
            raise AskedWrong("Send destination, too: a handle that list_destinations told.")
        destination_id = look.meant(HandleKind.DESTINATION, "destination")["destination_id"]
        if "folder" in look.asked:
            size_bytes, note = size_of_folder(look)
            return destination_id, size_bytes, True, note
        if "size_bytes" in look.asked:
            return destination_id, int(look.asked["size_bytes"]), False, None
        known = look.meant(HandleKind.OBJECT, "object").get("size_bytes")
        if not isinstance(known, int):
            raise AskedWrong("The size of the file is not known. Use object_details first.")
        return destination_id, known, False, None


def _of_transfer(look: Look) -> tuple[str, int, bool, str | None]:
    transfer_id = look.meant(HandleKind.TRANSFER, "transfer")["transfer_id"]
    found = look.read("read_transfer", id=transfer_id)
    size_bytes, source = found.get("size_bytes"), found.get("source")
    if not isinstance(size_bytes, int):
        raise AskedWrong("The size of that transfer is not known yet. Send size_bytes.")
    many = isinstance(source, dict) and source.get("kind") is not None
    note = "This is about a transfer that is asked for now, not about what is left of that one."
    return text_in("read_transfer", found, "destination_id"), size_bytes, many, note


def size_of_folder(look: Look) -> tuple[int, str | None]:
    meant = look.meant(HandleKind.FOLDER, "folder")
    query = {"prefix": meant["prefix"], "delimiter": "", "limit": str(NAMES_COUNTED)}
    size_bytes = names = 0
    for _ in range(MOST_PAGES):
        page = look.page_of("list_files", "files", query, name=meant["bucket"])
        size_bytes += sum(int(row.get("size_bytes", 0)) for row in page.rows)
        names += len(page.rows)
        look.cursor = page.cursor
        if page.cursor is None:
            return size_bytes, None
    return size_bytes, f"Only the first {names} files were added up; there are more."


def told_estimate(estimate: Estimate) -> dict[str, Any]:
    """With as many digits as make sense."""
    told = asdict(estimate)
    return {name: _rounded(each) for name, each in told.items()} | {
        "meaning": "80 of 100 such transfers take low_seconds to high_seconds, from the request to"
        " the end. null: too few are known. Say that it is an estimate, and from how many."
    }


def _rounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    return float(f"{value:.{SIGNIFICANT}g}") if isinstance(value, float) else value


def statistics(look: Look) -> Json:
    until = look.scene.now.date()
    days = int(look.asked.get("days", 7))
    query = {"from": str(until - timedelta(days=days - 1)), "until": str(until)}
    if look.asked.get("whose") == "everybody":
        query["owner"] = "*"
    if "destination" in look.asked:
        meant = look.meant(HandleKind.DESTINATION, "destination")
        query["destination"] = meant["destination_id"]
    if look.asked.get("by") == "hour":
        query["group"] = "hour"
    found = look.read("read_statistics", query)
    rows = rows_of("read_statistics", found, "rows")
    field = {"day": "day", "hour": "hour"}.get(look.asked.get("by", ""), "destination_id")
    told = {"from": query["from"], "until": query["until"], "all": _sum(rows)}
    return told | picked(found, "counted_since") | {"rows": _grouped(rows, field)}


def _grouped(rows: Sequence[Json], field: str) -> list[dict[str, Any]]:
    """By the hour: by the hour of the day."""
    groups: dict[str, list[Json]] = {}
    for row in rows:
        name = str(row.get(field))
        groups.setdefault(name[11:13] + ":00 UTC" if field == "hour" else name, []).append(row)
    found = [{field: name, **_sum(each)} for name, each in sorted(groups.items())]
    if field == "destination_id":
        found.sort(key=lambda each: each["completed"] + each["failed"], reverse=True)
        left = found[MOST_ROWS:]
        return found[:MOST_ROWS] + ([{"left_out": len(left)}] if left else [])
    return found


def _sum(rows: Sequence[Json]) -> dict[str, Any]:
    told: dict[str, Any] = {name: sum(row.get(name) or 0 for row in rows) for name in COUNTED}
    seconds, completed = told.pop("seconds"), told["completed"]
    told["mean_seconds"] = _rounded(seconds / completed) if completed else None
    ended = completed + told["failed"]
    told["success_percent"] = _rounded(100 * completed / ended) if ended else None
    reasons: Counter[str] = Counter()
    for row in rows:
        for each in rows_of("read_statistics", row, "reasons"):
            reasons[str(each.get("code"))] += int(each.get("count", 0))
    return told | ({"reasons": dict(reasons.most_common(MOST_REASONS))} if reasons else {})


def figure_tools(outcomes: Outcomes) -> tuple[ReadTool, ...]:
    return (
        ReadTool(
            "estimate",
            "How long a transfer to a destination will take, from how long others took, with its"
            " spread; and how probable it is that it completes. Give destination and one of object,"
            " folder, size_bytes; or transfer, for one like that.",
            EstimateTool(outcomes).look,
            {
                "destination": handle_field(HandleKind.DESTINATION, "Where to"),
                "object": handle_field(HandleKind.OBJECT, "The file"),
                "folder": handle_field(HandleKind.FOLDER, "Everything in the folder"),
                "transfer": handle_field(HandleKind.TRANSFER, "One like this"),
                "size_bytes": {"type": "integer", "minimum": 0, "maximum": MOST_BYTES},
            },
        ),
        ReadTool(
            "statistics",
            "How transfers ended in the last days: counts, bytes, success, reasons; by destination,"
            " day or hour of the day. Without whose only the user's own.",
            statistics,
            {
                "days": {"type": "integer", "minimum": 1, "maximum": MOST_DAYS},
                "destination": handle_field(HandleKind.DESTINATION, "Only to this destination"),
                "by": {
                    "type": "string",
                    "maxLength": 11,
                    "enum": ["destination", "day", "hour"],
                },
                "whose": {"type": "string", "maxLength": 10, "enum": ["mine", "everybody"]},
            },
        ),
    )
