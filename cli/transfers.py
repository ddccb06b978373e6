"""How transfers are shown, and which error of the command the end of one is."""

from collections.abc import Sequence

from cli.advice import advice
from cli.durations import duration_text
from cli.errors import CommandFailed, TransferCancelled, TransferFailed
from cli.escaping import escaped
from cli.output import bytes_text
from cli.places import object_url
from cli.times import local_time
from contracts.receipt import FileCounts, Receipt
from contracts.transfer_views import FailureView, TransferSummary, TransferView

COLUMNS = ("ID", "STATUS", "OBJECT", "TO", "SIZE", "REQUESTED", "REASON")
ENDED = frozenset({"completed", "failed", "cancelled"})


def outcome_error(
    status: str, transfer_id: str, failure: FailureView | None
) -> CommandFailed | None:
    """What a command that waits for the end raises. None: completed, or not ended."""
    if status == "failed":
        reason = f" ({failure.code}): {advice(failure.message)}" if failure else "."
        return TransferFailed(f"Transfer {escaped(transfer_id)} failed{reason}")
    if status == "cancelled":
        return TransferCancelled(f"Transfer {escaped(transfer_id)} was cancelled.")
    return None


def row(transfer: TransferSummary) -> Sequence[object]:
    return (
        transfer.id,
        transfer.status,
        object_url(transfer.source.bucket, transfer.source.key),
        f"{transfer.destination_id}:{transfer.target_path}",
        None if transfer.size_bytes is None else bytes_text(transfer.size_bytes),
        local_time(transfer.requested_at),
        transfer.failure.code if transfer.failure else None,
    )


def summary_fields(transfer: TransferSummary) -> list[tuple[str, object]]:
    size = transfer.size_bytes
    return [
        ("Transfer", transfer.id),
        ("Status", transfer.status),
        ("Object", object_url(transfer.source.bucket, transfer.source.key)),
        ("Version", transfer.source.version_id),
        ("To", f"{transfer.destination_id}:{transfer.target_path}"),
        ("Name there", transfer.final_path),
        ("Label", transfer.label),
        ("Owner", transfer.owner),
        ("Size", None if size is None else f"{bytes_text(size)} ({size:,} bytes)"),
        ("If it exists", transfer.if_exists),
        ("Verify", transfer.verify),
        ("Strategy", transfer.strategy),
        ("Planned proof", transfer.planned_proof),
        ("Requested", local_time(transfer.requested_at)),
        ("Started", local_time(transfer.started_at)),
        ("Finished", local_time(transfer.finished_at)),
    ]


def fields(transfer: TransferView) -> list[tuple[str, object]]:
    shown = summary_fields(transfer)
    if transfer.status not in ENDED:
        shown.extend(_progress(transfer))
    else:
        shown.append(("Files", files_text(transfer.files)))
    shown.extend(failure_fields(transfer.failure))
    shown.extend(("Warning", each) for each in (*transfer.warnings, *transfer.cautions))
    return shown


def _progress(transfer: TransferView) -> list[tuple[str, object]]:
    percent = "" if transfer.percent is None else f" ({transfer.percent:.1f} %)"
    rate, eta = transfer.rate_bytes_per_second, transfer.eta_seconds
    return [
        ("Moved", bytes_text(transfer.bytes_done) + percent),
        ("Rate", None if rate is None else f"{bytes_text(rate)}/s"),
        ("Time to go", None if eta is None else duration_text(eta)),
        ("Files", transfer.files and f"{_settled(transfer.files)} of {transfer.files.total}"),
        ("Chunks", f"{transfer.chunks.done} of {transfer.chunks.total}"),
        ("Lanes", sum(1 for lane in transfer.lanes if lane.state == "moving")),
    ]


def _settled(files: FileCounts) -> int:
    return files.done + files.failed + files.skipped


def files_text(files: FileCounts | None) -> str | None:
    """Of a transfer of many that has ended."""
    if files is None:
        return None
    told = f"{files.done + files.skipped} of {files.total} delivered"
    return f"{told}, {files.failed} failed" if files.failed else told


def failure_fields(failure: FailureView | None) -> list[tuple[str, object]]:
    if failure is None:
        return []
    tries = failure.attempt and failure.attempts and f"{failure.attempt} of {failure.attempts}"
    return [
        ("Reason", failure.code),
        ("Advice", advice(failure.message)),
        ("Try", tries),
        ("Next try", local_time(failure.next_try_at)),
    ]


def receipt_fields(receipt: Receipt) -> list[tuple[str, object]]:
    """Each fact of it, under the name that the API gives it. Lists are there if they hold any."""
    checksum = receipt.partner_checksum
    facts = {
        "proven_in_words": receipt.statement,
        **receipt.model_dump(mode="json", exclude={"statement"}),
        "partner_checksum": checksum and f"{checksum.algorithm} {checksum.value}",
        "bytes_sent": f"{receipt.bytes_sent:,} ({bytes_text(receipt.bytes_sent)})",
        "started_at": local_time(receipt.started_at),
        "finished_at": local_time(receipt.finished_at),
        "left_behind": ", ".join(receipt.left_behind) or None,
        "files": files_text(receipt.files),
    }
    return [(name.replace("_", " ").capitalize(), value) for name, value in facts.items()]
