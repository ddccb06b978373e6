"""What the tickets of a transfer say. Every text of others is cleaned here."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from kernel.shown_names import sentence, shown
from services.ticketing.domain.case import Case, FileCounts, Receipt, Status, Step
from services.ticketing.domain.form import PLACE, Form
from services.ticketing.domain.ticket import Key, Kind, Shown, Ticket, Wish
from services.ticketing.domain.user import User
from services.ticketing.domain_services.trail import size

MAX_TITLE = 160  # characters of short_description; the column holds no more
MAX_TEXT = 4_000  # of description and close_notes
GOES_ON = " … (a note has all of it)"
MAX_PATH = 1_024

CODE = re.compile(r"\[(?=\s*/?\s*code\s*\])", re.IGNORECASE)

STATE = {
    Status.REQUESTED: "asked for; it has not begun yet",
    Status.MOVING: "being sent",
    Status.PAUSED: "paused",
    Status.COMPLETED: "delivered",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}
PROVEN = {
    "acknowledged": "the server acknowledged every write, and shows no more",
    "size": "the file there has the right size",
    "sampled": "ranges of every chunk were read back and are equal",
    "readback": "every byte was read back and is equal",
}


def opening(ticket: Ticket, case: Case | None, user: User, form: Form) -> dict[str, str]:
    """The fields of a new ticket."""
    places = _places(ticket, case, user)
    fields = {name: _filled(value, places) for name, value in form.fields.items()}
    fields |= {
        "correlation_id": ticket.key.ticket_id,
        "correlation_display": "FileFerry",
        "short_description": _title(ticket, case),
        "description": _block(_description(ticket, case, user)),
    }
    if ticket.wish is not None:
        fields |= _wished(ticket.wish, fields["description"], form)
    return {name: value for name, value in fields.items() if value}


def note(steps: Sequence[Step], form: Form) -> dict[str, str]:
    """The fields that add these steps to an open ticket. They fit into one note."""
    return {form.journal: _block([_told(step) for step in steps])} if steps else {}


def portions(steps: Sequence[Step]) -> list[list[Step]]:
    """As many steps in each as fit into one note. At least one portion, which may be empty."""
    found: list[list[Step]] = [[]]
    room = MAX_TEXT
    for step in steps:
        needs = len(_told(step)) + 1  # with its line break
        if needs > room and found[-1]:
            found.append([])
            room = MAX_TEXT
        found[-1].append(step)
        room -= needs
    return found


def ending(ticket: Ticket, case: Case, form: Form, ends: Shown) -> dict[str, str]:
    """The fields that end a ticket as resolved or cancelled."""
    resolved = ends is Shown.RESOLVED
    code = form.close_code if resolved else form.cancel_code
    fields = {
        "state": form.resolved_state if resolved else form.cancelled_state,
        "close_code": code or "",
        "close_notes": close_notes(ticket.key, case),
    }
    return {name: value for name, value in fields.items() if value}


def close_notes(key: Key, case: Case) -> str:
    if case.status is Status.CANCELLED:
        lines = [f"The transfer was cancelled at {_time(case.ended_at)}."]
    elif key.kind is Kind.USER or case.receipt is None:
        lines = list(_short_receipt(case))
    else:
        lines = list(_full_receipt(case, case.receipt))
    return _block(lines)


def reference(step: Step) -> str:
    """By it a step is found in the notes of a ticket, so that none is written twice."""
    return f"[step {step.sequence}]"


def _title(ticket: Ticket, case: Case | None) -> str:
    if ticket.wish is not None:
        return _unformatted(shown(ticket.wish.summary, MAX_TITLE))[:MAX_TITLE]
    if case is None:
        return "File transfer"
    kind = "Audit of file transfer" if ticket.key.kind is Kind.AUDIT else "File transfer"
    name = shown(case.source.key.rsplit("/", 1)[-1] or case.source.key, 80)
    return _unformatted(f"{kind}: {name} to {shown(case.destination.name, 50)}")[:MAX_TITLE]


def _description(ticket: Ticket, case: Case | None, user: User) -> Iterator[str]:
    if ticket.follows:
        yield f"This ticket follows {ticket.follows}, which is not open any more."
    if ticket.wish is not None:
        yield ""
        yield f"Asked for by {_person(ticket.owner, user)} through FileFerry."
    if case is None:
        return
    audit = ticket.key.kind is Kind.AUDIT
    yield from _facts(case, user)
    if audit:
        yield from _audited(case)
    if case.trouble is not None:
        yield f"Reason: {sentence(case.trouble.message, 1_000)} ({case.trouble.code})"
    if not audit and ticket.wish is None:
        yield ""
        yield "This ticket is kept up to date and resolved by itself when the file has arrived."


def _wished(wish: Wish, facts: str, form: Form) -> dict[str, str]:
    """What somebody wrote, before the facts. If not all of it has room there, it is a note, too."""
    text = _block([shown(line, MAX_TEXT) for line in wish.description.splitlines()])
    room = MAX_TEXT - len(facts) - 1
    if len(text) <= room:
        return {"description": f"{text}\n{facts}"}
    return {"description": f"{text[: room - len(GOES_ON)]}{GOES_ON}\n{facts}", form.journal: text}


def _facts(case: Case, user: User) -> Iterator[str]:
    source, destination = case.source, case.destination
    what = {"prefix": "Files below", "manifest": "Files listed in"}.get(source.kind or "", "File")
    yield f"{what}: s3://{source.bucket}/{shown(source.key, MAX_PATH)}"
    if case.files is not None:
        yield _files(case.files)
    target = shown(case.target_path, MAX_PATH)
    yield f"To: {shown(destination.name, 100)} ({destination.id}), {target}"
    if case.size_bytes is not None:
        yield f"Size: {size(case.size_bytes)}"
    yield f"Asked for by {_person(case.owner, user)} at {_time(case.requested_at)}"
    if case.origin is not None:
        proposed, conversation = case.origin.proposal_id, case.origin.conversation_id
        yield (
            f"Proposed by the agent in conversation {conversation} as proposal {proposed},"
            f" confirmed by {_person(case.owner, user)}, as the request says"
        )
    if case.label:
        yield f"Label: {shown(case.label, 64)}"
    yield f"Transfer: {case.transfer_id}"
    seen_at = case.steps[-1].at if case.steps else case.requested_at
    yield f"State at {_time(seen_at)}: {STATE[case.status]}"


def _files(files: FileCounts) -> str:
    told = f"Files: {files.done} of {files.total} delivered"
    if files.skipped:
        told += f", {files.skipped} were there already"
    return told + (f", {files.failed} failed" if files.failed else "")


def _audited(case: Case) -> Iterator[str]:
    source, destination = case.source, case.destination
    yield f"Version: {source.version_id or 'not known yet; the bucket may keep none'}"
    yield f"Server: {shown(destination.host, 253)} by {destination.protocol.upper()}"
    if case.origin is not None:
        yield (
            f"SHA-256 of the proposal: {case.origin.digest}; it was confirmed if there is a"
            f" ProposalConfirmed of {shown(case.owner, 100)} with the same"
        )
    yield f"If the name exists: {case.if_exists or 'not known yet'}"
    yield f"Proof asked for: {case.verify or 'not known yet'}"


def _short_receipt(case: Case) -> Iterator[str]:
    path = case.receipt.target_path if case.receipt else case.target_path
    yield f"Delivered at {_time(case.ended_at)}: {shown(path, MAX_PATH)}"
    if case.receipt is None:
        return
    yield f"{size(case.receipt.bytes_sent)}, CRC-64/NVME {case.receipt.crc64nvme}"
    if case.receipt.statement:
        yield f"Proven: {shown(case.receipt.statement, MAX_TEXT)}"
    elif case.receipt.proven:
        yield f"Proven: {PROVEN.get(case.receipt.proven, case.receipt.proven)}"


def _full_receipt(case: Case, receipt: Receipt) -> Iterator[str]:
    yield f"Delivered: {shown(receipt.target_path, MAX_PATH)}"
    yield f"Object: s3://{case.source.bucket}/{shown(case.source.key, MAX_PATH)}"
    yield f"Version: {case.source.version_id or 'not told; the bucket may keep none'}"
    yield f"Bytes: {receipt.bytes_sent}"
    yield f"CRC-64/NVME of all bytes sent: {receipt.crc64nvme}"
    yield f"S3's own checksum: {receipt.source_checksum} {receipt.source_algorithm or ''}".rstrip()
    yield f"Proof asked for: {receipt.verified}"
    if receipt.proven:
        yield f"Proof seen: {receipt.proven}: {PROVEN.get(receipt.proven, '')}"
    if receipt.statement:
        yield f"What was proven: {shown(receipt.statement, MAX_TEXT)}"
    if receipt.delivery:
        yield f"Delivery: {receipt.delivery}"
    yield f"Server: {shown(case.destination.host, 253)}, host key {receipt.host_key_fingerprint}"
    if case.files is not None:
        yield _files(case.files)
        yield f"SHA-256 of the list of files: {receipt.files_digest}"
    yield f"Chunks: {receipt.chunks}, attempts: {receipt.attempts}, runs: {case.run}"
    yield f"Started: {_time(receipt.started_at)}, finished: {_time(receipt.finished_at)}"
    for path in receipt.left_behind[:10]:
        yield f"Still to be removed there: {shown(path, MAX_PATH)}"


def _told(step: Step) -> str:
    """A line of the trail. Others' words in it must not look like the reference of another step,
    because that one would count as written."""
    text = step.text.replace("[step", "[ step")
    return _unformatted(f"{_time(step.at)} {text} {reference(step)}")


def _person(name: str, user: User) -> str:
    parts = [shown(user.full_name, 100)] if user.full_name else []
    known = ", ".join([name, *([user.email] if user.email and user.email != name else [])])
    return f"{parts[0]} ({known})" if parts else known


def _places(ticket: Ticket, case: Case | None, user: User) -> dict[str, str]:
    return {
        "owner": ticket.owner,
        "owner_name": shown(user.full_name or ticket.owner, 100),
        "owner_email": user.email or "",
        "transfer_id": ticket.transfer_id or "",
        "destination": case.destination.id if case else "",
        "destination_name": shown(case.destination.name, 100) if case else "",
        "bucket": case.source.bucket if case else "",
        "label": shown(case.label or "", 64) if case else "",
    }


def _filled(value: str, places: dict[str, str]) -> str:
    return PLACE.sub(lambda place: places[place[1]], value)


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "a time that is not known"


def _block(lines: Iterator[str] | Sequence[str]) -> str:
    text = _unformatted("\n".join(lines))
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 2] + " …"


def _unformatted(text: str) -> str:
    """ServiceNow shows what stands between [code] and [/code] as HTML."""
    return CODE.sub("[ ", text)
