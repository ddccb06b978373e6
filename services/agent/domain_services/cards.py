"""The card of a proposal: sentences and lines that the server makes, and people read.

Names of others are spelled so that nothing in them hides. A sentence shortens them, a line has
them whole.
"""

from kernel.shown_names import shown
from services.agent.domain.estimate import Estimate
from services.agent.domain.proposed import (
    Action,
    Card,
    Kind,
    Line,
    Place,
    Send,
    Sending,
    Source,
    Steering,
    Step,
    TicketWish,
)

MOST_IN_SENTENCE = 100  # characters of a name
WHOLE = 100_000  # more than any name has, with all its characters spelled
IF_EXISTS = {
    "fail": "it fails, and the file there stays",
    "replace": "the file there is replaced",
    "keep_both": "the new one gets a number behind its name",
}
VERIFY = {
    "size": "the size at the partner is compared",
    "checksum": "S3's checksum is compared; samples are read back where the server allows it",
    "reread": "S3's checksum is compared, and every byte is read twice from S3",
    "readback": "S3's checksum is compared, and every byte is read back from the partner",
}
DOES = {
    Kind.RETRY: "Try the failed transfer {id} of {source} to {destination} again",
    Kind.PAUSE: "Pause the transfer {id} of {source} to {destination}",
    Kind.RESUME: "Let the paused transfer {id} of {source} to {destination} go on",
    Kind.CANCEL: "Cancel the transfer {id} of {source} to {destination}",
}
WARNS = {
    Kind.RETRY: "It goes on where it stopped if it can, and otherwise begins anew.",
    Kind.PAUSE: "What was moved stays moved. It does not go on by itself.",
    Kind.CANCEL: "It cannot be taken back. Files that are delivered stay at the partner.",
}
UNPROVED = "Nothing proves that the server is the partner's, and nothing is encrypted."
REPLACES = "A file that has the same name at the partner is lost."
MANY = "There are more files below it than were counted, so its size is not known."
AS_IT_IS = "What is below the folder when the transfer starts is sent, also what is new by then."


def card_of(
    action: Action,
    cautions: tuple[str, ...],
    *,
    strategy: str | None = None,
    estimate: Estimate | None = None,
) -> Card:
    """`cautions` are those of the destination."""
    if isinstance(action, Sending):
        steps = tuple(_step(each, action.place) for each in action.sends)
        sentence = _sending(action)
        warned = _sending_cautions(action)
        lines = _sending_lines(action)
    elif isinstance(action, Steering):
        sentence = _steering(action)
        steps = (Step(sentence, action.source.size_bytes),)
        warned = (WARNS[action.kind],) if action.kind in WARNS else ()
        lines = _steering_lines(action)
    else:
        sentence = f"Open a ticket: {_name(action.summary)}"
        steps, warned, lines = (Step(sentence),), (), _ticket_lines(action)
    return Card(sentence, steps, lines, warned + cautions, strategy, estimate)


def _name(text: str, most: int = MOST_IN_SENTENCE) -> str:
    return shown(text, most)


def _source(source: Source) -> str:
    below = "everything below " if source.folder else ""
    return f"{below}{_name(source.key)} of {_name(source.bucket)}"


def _sending(action: Sending) -> str:
    to = _name(action.place.name)
    if len(action.sends) > 1:
        bucket = _name(action.sends[0].source.bucket)
        return f"Send {len(action.sends)} files of {bucket} to {to}, each as a transfer of its own"
    source = action.sends[0].source
    as_one = ", as one transfer" if source.folder else ""
    return f"Send {_source(source)} to {to}{as_one}"


def _step(send: Send, place: Place) -> Step:
    sentence = f"Send {_source(send.source)} to {_target(send, place, MOST_IN_SENTENCE)}"
    return Step(sentence, send.source.size_bytes)


def _target(send: Send, place: Place, most: int = WHOLE) -> str:
    base = place.base_path.rstrip("/") or ("/" if place.base_path.startswith("/") else ".")
    if send.target_path is None:
        return _name(base, most)
    return _name(f"{base.rstrip('/')}/{send.target_path}", most)


def _sending_cautions(action: Sending) -> tuple[str, ...]:
    found = []
    if action.if_exists == "replace":
        found.append(REPLACES)
    folders = [each.source for each in action.sends if each.source.folder]
    found += [AS_IT_IS] if folders else []
    found += [MANY for each in folders if each.size_bytes is None]
    return (*found, *_place_cautions(action.place))


def _place_cautions(place: Place) -> tuple[str, ...]:
    return (UNPROVED,) if place.protocol == "ftp" else ()


def _sending_lines(action: Sending) -> tuple[Line, ...]:
    found = []
    for send in action.sends:
        source = send.source
        what = "Folder" if source.folder else "File"
        found.append(Line(what, f"{_name(source.bucket)} / {_name(source.key, WHOLE)}"))
        if source.etag is not None:
            found.append(Line("Its ETag", _name(source.etag)))
        found.append(Line("Becomes", _target(send, action.place)))
    found += _place_lines(action.place)
    found.append(Line("If the name is taken", IF_EXISTS[action.if_exists]))
    found.append(Line("Proof", VERIFY[action.verify]))
    if action.label is not None:
        found.append(Line("Label", _name(action.label)))
    return tuple(found)


def _place_lines(place: Place) -> list[Line]:
    address = f"{place.protocol}://{_name(place.user)}@{_name(place.host, WHOLE)}:{place.port}"
    found = [Line("Destination", f"{_name(place.name, WHOLE)} ({place.id})")]
    found.append(Line("Server", address))
    found += [Line("Host key", _name(each)) for each in place.host_keys]
    return found


def _steering(action: Steering) -> str:
    return DOES[action.kind].format(
        id=_name(action.transfer_id),
        source=_source(action.source),
        destination=_name(action.destination_id),
    )


def _steering_lines(action: Steering) -> tuple[Line, ...]:
    what = "Folder" if action.source.folder else "File"
    source = f"{_name(action.source.bucket)} / {_name(action.source.key, WHOLE)}"
    found = [
        Line("Transfer", _name(action.transfer_id)),
        Line(what, source),
        Line("Asked for by", _name(action.owner)),
        Line("State", f"{action.status}, run {action.run}"),
    ]
    if action.place is not None:
        found += _place_lines(action.place)
    else:
        found.append(Line("Destination", _name(action.destination_id)))
    return tuple(found)


def _ticket_lines(action: TicketWish) -> tuple[Line, ...]:
    about = [] if action.transfer_id is None else [Line("Transfer", _name(action.transfer_id))]
    text = " ".join(_name(line, WHOLE) for line in action.description.splitlines() if line)
    return (Line("Summary", _name(action.summary, WHOLE)), Line("Text", text), *about)
