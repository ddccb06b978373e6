"""Lists of transfers: the query as the domain has it, and the answer as a CSV file."""

import csv
import io
import re
from urllib.parse import urlencode

from contracts.transfer_api import HistoryQuery, TransfersQuery
from contracts.transfer_views import TransfersPage, TransferSummary
from runtime.calls import Answer
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer_query import TransferQuery

STATES = {"active": frozenset(Status) - ENDED, "ended": ENDED}
# Spreadsheets run a cell that begins with one of these; the last four are how others write the
# first four (OWASP, "CSV Injection").
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
_SKIPPED = r"\s\"'\x00-\x1f\u200b-\u200f\ufeff"  # programs may leave it out before a formula
_HIDDEN_FORMULA = re.compile(rf"[{_SKIPPED}]*[{_SIGNS}]")
# Where the list separator is a semicolon, a spreadsheet splits lines there and at tabs, and knows
# no quotes that begin elsewhere. So what follows one of these within a cell begins a cell, too. A
# run is looked at once, from its beginning: a long one costs no more.
_BEFORE_A_FORMULA = re.compile(rf"(?<![;{_SKIPPED}])[;{_SKIPPED}]+(?=[{_SIGNS}])")
_SEPARATOR = re.compile(r"(.*[;\t\r\n])", re.DOTALL)
COLUMNS = (
    *("id", "status", "owner", "label", "bucket", "key", "version_id", "destination_id"),
    *("target_path", "final_path", "size_bytes", "requested_at", "started_at", "finished_at"),
    *("run", "reason", "message", "verified", "proven", "crc64nvme", "host_key_fingerprint"),
)


def query_of(sent: TransfersQuery) -> TransferQuery:
    statuses = frozenset(Status)
    if sent.state is not None:
        statuses &= STATES[sent.state]
    if sent.status is not None:
        statuses &= {Status(sent.status)}
    return TransferQuery(
        owner=sent.owner,
        statuses=statuses if sent.state or sent.status else None,
        destination_id=sent.destination,
        bucket=sent.bucket,
        prefix=sent.prefix,
        reason=sent.reason,
        label=sent.label,
        since=sent.since,
        until=sent.until,
        newest_first=sent.order == "newest",
    )


def csv_answer(page: TransfersPage, sent: HistoryQuery) -> Answer:
    """One page as a whole file of RFC 4180, with a header. `Link` leads to the next page."""
    headers = {"Content-Disposition": 'attachment; filename="transfers.csv"'}
    if page.cursor is not None:
        again = sent.model_dump(mode="json", by_alias=True, exclude_unset=True)
        headers["Link"] = f'<?{urlencode(again | {"cursor": page.cursor})}>; rel="next"'
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _row(each)] for each in page.transfers)
    return Answer(text.getvalue(), headers=headers)


def _row(transfer: TransferSummary) -> list[object]:
    shown = transfer.model_dump(mode="json")
    source, failure = shown["source"], shown["failure"] or {}
    more = {
        **(shown["receipt"] or {}),
        **source,
        "reason": failure.get("code"),
        "message": failure.get("message"),
    }
    return [shown[name] if name in shown else more.get(name) for name in COLUMNS]


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    text = _BEFORE_A_FORMULA.sub(lambda run: _SEPARATOR.sub(r"\1'", run[0]), text)
    return f"'{text}" if text.startswith(FORMULA) or _HIDDEN_FORMULA.match(text) else text
