"""Why something cannot be done as it is now. Asked when it is proposed, and again when it is
confirmed: what was true then may be true no more."""

from kernel.caller import Caller, Role
from kernel.shown_names import sentence
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiRefused
from services.agent.domain.ports import Reader
from services.agent.domain.proposed import (
    Action,
    Kind,
    Place,
    Sending,
    Source,
    Steering,
    TicketWish,
)
from services.agent.domain.trouble import Trouble
from services.agent.domain_services.looking import rows_of, text_in
from services.agent.domain_services.tools.access import SENDERS
from services.agent.domain_services.tools.destinations import blocks

STEERABLE = {  # in which states the transfer service does it
    Kind.RETRY: frozenset({"failed"}),
    Kind.PAUSE: frozenset({"requested", "moving"}),
    Kind.RESUME: frozenset({"paused"}),
    Kind.CANCEL: frozenset({"requested", "moving", "paused", "verifying"}),
}
LASTING = frozenset({400, 403, 404, 409})  # refusals: the same question gets the same answer
MOVES_BYTES = frozenset({Kind.RETRY, Kind.RESUME})
MOST_WORDS = 1_000  # characters of what the API says
ASK_ANEW = "Ask the agent for a new proposal."


def hindrance(action: Action, caller: Caller, reader: Reader) -> Trouble | None:
    """None: nothing hinders it. Raises ApiAway, and ApiRefused for what passes."""
    try:
        if isinstance(action, Sending):
            return _sending(action, caller, reader)
        if isinstance(action, Steering):
            return _steering(action, caller, reader)
        return _ticket(action, caller, reader)
    except ApiRefused as refused:
        if refused.answered not in LASTING:
            raise
        return trouble_of(refused)


def trouble_of(refused: ApiRefused) -> Trouble:
    return Trouble(refused.problem, sentence(refused.sentence, MOST_WORDS))


def place_of(destination: Json) -> Place:
    """Raises ApiAway for what is no destination."""
    operation = "read_destination"
    keys = destination.get("host_keys")
    pinned = rows_of(operation, destination, "host_keys") if keys else ()
    port = destination.get("port")
    proved_by, tls = destination.get("proved_by"), destination.get("tls")
    return Place(
        id=text_in(operation, destination, "id"),
        name=text_in(operation, destination, "name"),
        host=text_in(operation, destination, "host"),
        port=port if isinstance(port, int) else 0,
        protocol=text_in(operation, destination, "protocol"),
        user=text_in(operation, destination, "user"),
        base_path=text_in(operation, destination, "base_path"),
        host_keys=tuple(sorted(text_in(operation, each, "fingerprint") for each in pinned)),
        proved_by=proved_by if isinstance(proved_by, str) else None,
        tls=tls if isinstance(tls, str) else None,
    )


def _sending(action: Sending, caller: Caller, reader: Reader) -> Trouble | None:
    if not caller.has(SENDERS):
        return Trouble("role_missing", "Only users, operators and admins may send files.")
    if trouble := _granted(action.place, caller) or _place(action.place, reader):
        return trouble
    found = (_source(each.source, caller, reader) for each in action.sends)
    return next((each for each in found if each), None)


def _granted(place: Place, caller: Caller) -> Trouble | None:
    if caller.may_send_to(place.id):
        return None
    told = f"You have no grant for the destination {place.id}. An admin can give it."
    return Trouble("destination_not_granted", told)


def _place(place: Place, reader: Reader) -> Trouble | None:
    destination = reader.read("read_destination", {"id": place.id})
    now = place_of(destination)
    if now.host_keys != place.host_keys:
        told = f"The host keys that are pinned for {place.id} were changed. {ASK_ANEW}"
        return Trouble("host_key_changed", told)
    if now != place:
        return Trouble("destination_changed", f"Destination {place.id} was changed. {ASK_ANEW}")
    if hinders := blocks(destination):
        return Trouble("destination_not_ready", " ".join(hinders))
    return None


def _source(source: Source, caller: Caller, reader: Reader) -> Trouble | None:
    if not caller.may_read(source.bucket, source.key):
        return _not_granted(source)
    query = {"prefix": source.key, "delimiter": "", "limit": "1"}  # its own name comes first
    answer = reader.read("list_files", {"name": source.bucket}, query)
    rows = rows_of("list_files", answer, "files")
    if source.folder:
        if rows:
            return None
        told = f"Nothing is below {source.key!r} in {source.bucket} any more."
        return Trouble("folder_empty", told)
    found = next((row for row in rows if row.get("key") == source.key), None)
    if found is None:
        told = f"{source.key!r} is not in {source.bucket} any more."
        return Trouble("object_not_found", told)
    if (found.get("etag"), found.get("size_bytes")) != (source.etag, source.size_bytes):
        told = f"{source.key!r} in {source.bucket} was replaced since it was listed. {ASK_ANEW}"
        return Trouble("source_changed", told)
    return None


def _not_granted(source: Source) -> Trouble:
    told = f"You have no grant for {source.key!r} in {source.bucket}. An admin can give it."
    return Trouble("source_not_granted", told)


def _steering(action: Steering, caller: Caller, reader: Reader) -> Trouble | None:
    if action.owner != caller.name and not caller.has({Role.OPERATOR}):
        told = f"Transfer {action.transfer_id} is somebody else's. An operator can do it."
        return Trouble("role_missing", told)
    transfer = reader.read("read_transfer", {"id": action.transfer_id})
    if transfer.get("run") != action.run or transfer.get("status") not in STEERABLE[action.kind]:
        status, run = transfer.get("status"), transfer.get("run")
        told = f"Transfer {action.transfer_id} is {status} in run {run}: {action.kind} is not"
        return Trouble("transfer_changed", f"{told} possible as proposed. {ASK_ANEW}")
    if action.place is None:
        return None
    if action.owner == caller.name:  # an operator needs no grants of their own
        if not caller.may_read(action.source.bucket, action.source.key):
            return _not_granted(action.source)
        if trouble := _granted(action.place, caller):
            return trouble
    return _place(action.place, reader)


def _ticket(action: TicketWish, caller: Caller, reader: Reader) -> Trouble | None:
    if not caller.roles:
        return Trouble("role_missing", "Tickets are for users with a role.")
    if action.transfer_id is not None:
        reader.read("read_transfer", {"id": action.transfer_id})
    return None
