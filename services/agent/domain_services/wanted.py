"""What the model asks `propose` for, as an action: handles become what they stand for."""

import re
from collections.abc import Mapping
from typing import Any

from kernel.shown_names import shown
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway, AskedWrong
from services.agent.domain.handles import HandleKind
from services.agent.domain.proposed import (
    Action,
    Kind,
    Send,
    Sending,
    Source,
    Steering,
    TicketWish,
)
from services.agent.domain_services.hindrance import MOVES_BYTES, place_of
from services.agent.domain_services.looking import Look, text_in
from services.agent.domain_services.tools.figures import size_of_folder

SENDS = frozenset(
    {"objects", "folder", "destination", "target_path", "label", "if_exists", "verify"}
)
FIELDS: Mapping[Kind, frozenset[str]] = {  # that may go with each action
    Kind.START: SENDS - {"folder"},
    Kind.BATCH: SENDS,
    Kind.RETRY: frozenset({"transfer"}),
    Kind.PAUSE: frozenset({"transfer"}),
    Kind.RESUME: frozenset({"transfer"}),
    Kind.CANCEL: frozenset({"transfer"}),
    Kind.TICKET: frozenset({"transfer"}),
}
MAX_PART_BYTES = 255  # of a name between slashes
MAX_SUMMARY, MAX_DESCRIPTION = 160, 4_000  # characters, as the API of tickets has it
ISOLATES = "\u2068\u2069"  # `shown` puts them around names from right to left


def action_of(look: Look) -> Action:
    """Raises AskedWrong, ApiRefused and ApiAway."""
    kind = Kind(look.asked["action"])
    for name in look.asked:
        if name != "action" and name not in FIELDS[kind]:
            fields = ", ".join(sorted(FIELDS[kind]))
            raise AskedWrong(f"{name} does not go with {kind}. Send only: {fields}.")
    if kind in (Kind.START, Kind.BATCH):
        return _sending(look, kind)
    if kind is Kind.TICKET:
        return _ticket(look)
    return _steering(look, kind)


def _sending(look: Look, kind: Kind) -> Sending:
    sources = _sources(look, kind)
    place = place_of(look.read("read_destination", id=_id(look, "destination")))
    path = look.asked.get("target_path")
    targets = [_target(each, path, alone=kind is Kind.START) for each in sources]
    if len({each for each in targets if each is not None}) != len(targets) and len(targets) > 1:
        raise AskedWrong("Two of the objects would get the same name. Propose them one by one.")
    return Sending(
        kind=kind,
        sends=tuple(Send(*each) for each in zip(sources, targets, strict=True)),
        place=place,
        if_exists=look.asked.get("if_exists", "fail"),
        verify=look.asked.get("verify", "checksum"),
        label=_visible("label", look.asked.get("label")),
    )


def _sources(look: Look, kind: Kind) -> list[Source]:
    named = look.asked.get("objects", [])
    if kind is Kind.BATCH and "folder" in look.asked and not named:
        meant = look.meant(HandleKind.FOLDER, "folder")
        size_bytes, not_all = size_of_folder(look)
        counted = None if not_all else size_bytes
        return [Source(meant["bucket"], meant["prefix"], None, counted, folder=True)]
    if (len(named) == 1) != (kind is Kind.START) or not named or "folder" in look.asked:
        raise AskedWrong(
            "start takes one object in objects. batch takes a folder, which becomes one transfer,"
            " or two objects or more, which become a transfer each."
        )
    if len(set(named)) != len(named):
        raise AskedWrong("An object is named twice in objects.")
    return [_object(look, each) for each in named]


def _object(look: Look, name: str) -> Source:
    meant = Look({"object": name}, look.scene).meant(HandleKind.OBJECT, "object")
    etag, size_bytes = meant.get("etag"), meant.get("size_bytes")
    if not isinstance(etag, str) or not isinstance(size_bytes, int):
        raise AskedWrong(f"Of {name} no ETag is known. Look at it with object_details first.")
    if meant["key"].endswith("/"):
        raise AskedWrong(f"{name} is named like a folder. Propose its folder as a batch.")
    return Source(meant["bucket"], meant["key"], etag, size_bytes)


def _target(source: Source, path: str | None, *, alone: bool) -> str | None:
    """The path below the destination's base path. Several objects go into a folder of that name,
    and get the last part of their keys as names."""
    if source.folder:
        return None if path is None else _path(path.removesuffix("/"))
    name = source.key.rsplit("/", 1)[-1]
    if alone:
        return _path(path or name)
    return _path(name if path is None else f"{path.removesuffix('/')}/{name}")


def _path(path: str) -> str:
    """The transfer service checks it again, in full. This refuses what no card should show."""
    _visible("target_path", path)
    parts = re.split(r"[/\\]", path)
    if not all(parts) or {".", ".."} & set(parts):
        raise AskedWrong(
            "target_path has to stay below the destination's folder: names with single slashes"
            " between them, none of them empty, '.' or '..'."
        )
    if any(len(each.encode(errors="replace")) > MAX_PART_BYTES for each in parts):
        raise AskedWrong(f"A name in target_path has more than {MAX_PART_BYTES} bytes.")
    return path


def _visible(field: str, text: str | None) -> str | None:
    """Nothing that people cannot see in the card."""
    if text is not None and shown(text, 100 * len(text) + 100).strip(ISOLATES) != text:
        raise AskedWrong(
            f"{field}: it has characters that do not show, or the object's name has some. Send a"
            f" {field} without them."
        )
    return text


def _id(look: Look, field: str) -> str:
    if field not in look.asked:
        raise AskedWrong(f"{field} is missing: {look.asked['action']} needs it.")
    kind = HandleKind.DESTINATION if field == "destination" else HandleKind.TRANSFER
    return str(look.meant(kind, field)[f"{field}_id"])


def _steering(look: Look, kind: Kind) -> Steering:
    found = look.read("read_transfer", id=_id(look, "transfer"))
    destination_id = text_in("read_transfer", found, "destination_id")
    place = None
    if kind in MOVES_BYTES:
        place = place_of(look.read("read_destination", id=destination_id))
    return Steering(
        kind=kind,
        transfer_id=text_in("read_transfer", found, "id"),
        owner=text_in("read_transfer", found, "owner"),
        source=_source_of(found),
        destination_id=destination_id,
        status=text_in("read_transfer", found, "status"),
        run=_whole(found, "run"),
        place=place,
    )


def _source_of(transfer: Json) -> Source:
    source = transfer.get("source")
    if not isinstance(source, dict):
        raise ApiAway("read_transfer", "its answer has no source")
    bucket, key = (text_in("read_transfer", source, name) for name in ("bucket", "key"))
    size_bytes = transfer.get("size_bytes")
    known = size_bytes if isinstance(size_bytes, int) else None
    return Source(bucket, key, None, known, folder=source.get("kind") == "prefix")


def _whole(told: Json, name: str) -> int:
    found: Any = told.get(name)
    if not isinstance(found, int):
        raise ApiAway("read_transfer", f"its answer has no {name}")
    return found


def _ticket(look: Look) -> TicketWish:
    """Its text is the user's own: no word of the model gets into it."""
    about = f"{look.scene.caller.name} asked for this ticket in a conversation with the agent"
    transfer_id = None
    summary = f"Asked for by {look.scene.caller.name}"
    if "transfer" in look.asked:
        found = look.read("read_transfer", id=_id(look, "transfer"))
        transfer_id = text_in("read_transfer", found, "id")
        source = _source_of(found)
        summary = f"Transfer of {shown(source.key, 60)} to {found.get('destination_id')}"
        summary = f"{summary} is {found.get('status')}"
    said = "\n".join(shown(line, 1_000) for line in look.scene.asked.splitlines() if line.strip())
    text = f"{about}. The user wrote:\n{said}"
    return TicketWish(
        Kind.TICKET,
        shown(summary, MAX_SUMMARY - len(ISOLATES)),
        text[:MAX_DESCRIPTION],
        transfer_id,
    )
