"""Transfers, why they failed, and what their figures say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args

import pytest

from contracts.reasons import read_page, reason_of
from contracts.receipt import FileCounts
from contracts.ticket_api import TicketView, TransferTicketsView
from contracts.timeline_api import TimelineEntry, TimelinePage
from contracts.transfer_api import TransferFilesQuery, TransfersQuery
from contracts.transfer_events import Failure
from contracts.transfer_views import (
    TransferFilesPage,
    TransferFileView,
    TransfersPage,
    TransferStatus,
)
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.handles import HandleKind
from services.agent.domain_services.tools.transfers import STATUSES
from tests.unit.agent.scenes import Conversation
from tests.unit.cli.answers import NOW, destination, failure, summary, transfer

FAILURE = Failure(code="no_space", message="Ask the partner to make room.", retryable=False)


def entry(**changes: Any) -> TimelineEntry:  # noqa: ANN401
    facts: dict[str, Any] = {
        "event_id": "e-1",
        "type": "TransferFailed",
        "at": NOW,
        "sequence": 4,
        "run": 1,
        "failure": FAILURE,
    }
    rest = ("by", "trouble", "receipt", "size_bytes", "bytes_done", "chunks", "lanes")
    nothing: dict[str, Any] = dict.fromkeys(rest)
    return TimelineEntry(**nothing | facts | changes)


@pytest.fixture
def talk() -> Conversation:
    found = Conversation()
    ticket = TicketView(
        id="k-1",
        kind="audit",
        status="open",
        transfer_id="t-1",
        owner="jane",
        number="INC1",
        url=None,
        follows=None,
        requested_at=NOW,
        opened_at=NOW,
        updated_at=NOW,
        trouble=None,
    )
    found.reader.answers |= {
        "read_destination": destination(),
        "read_transfer": transfer(status="failed", failure=failure(), strategy="One lane."),
        "list_transfer_events": TimelinePage(events=(entry(),), cursor=None, earlier_gone=False),
        "list_transfer_tickets": TransferTicketsView(transfer_id="t-1", tickets=(ticket,)),
    }
    return found


def test_every_condition_gets_to_the_api(talk: Conversation) -> None:
    seen: list[TransfersQuery] = []

    def page(path: Mapping[str, str], query: TransfersQuery) -> TransfersPage:
        seen.append(query)
        return TransfersPage(transfers=(summary(failure=failure()),), cursor=None)

    talk.reader.answers["list_transfers"] = page
    asked = {
        "state": "ended",
        "status": "failed",
        "reason": "no_space",
        "label": "nightly",
        "from": "2026-11-02T00:00:00Z",
        "until": "2026-11-03T00:00:00+01:00",
        "order": "oldest",
        "whose": "everybody",
        "destination": talk.knows(HandleKind.DESTINATION, destination_id="acme"),
        "bucket": talk.knows(HandleKind.BUCKET, bucket="exports"),
    }
    told = talk.run("list_transfers", asked).told
    [query] = seen
    assert query.since is not None
    assert query.until is not None
    assert query.until - query.since == timedelta(hours=23)
    assert (query.owner, query.destination, query.bucket) == ("*", "acme", "exports")
    assert (query.state, query.status, query.reason) == ("ended", "failed", "no_space")
    assert (query.label, query.order) == ("nightly", "oldest")
    [row] = told["transfers"]
    assert (row["handle"], row["id"], row["failure"]["code"]) == ("tra_1", "t-1", "no_space")


def test_the_statuses_are_those_of_the_contract() -> None:
    assert set(STATUSES) == set(get_args(TransferStatus))


def test_empty_pages_are_passed_over(talk: Conversation) -> None:
    def page(path: Mapping[str, str], query: TransfersQuery) -> TransfersPage:
        number = int(query.cursor or 0)
        found = (summary(),) if number == 2 else ()
        return TransfersPage(transfers=found, cursor=str(number + 1))

    talk.reader.answers["list_transfers"] = page
    told = talk.ask("list_transfers")
    assert (len(told["transfers"]), told["more"]) == (1, True)
    assert talk.queries("list_transfers")[0]["limit"] == "15"


def test_a_transfer_is_told_with_what_happened_and_its_tickets(talk: Conversation) -> None:
    handle = talk.knows(HandleKind.TRANSFER, transfer_id="t-1")
    told = talk.ask("transfer_details", transfer=handle)
    assert (told["handle"], told["status"], told["strategy"]) == (handle, "failed", "One lane.")
    assert told["timeline_newest_first"][0]["failure"]["code"] == "no_space"
    assert told["tickets"][0]["number"] == "INC1"
    assert talk.handles.of_kind(HandleKind.TICKET, told["tickets"][0]["handle"]) == {
        "ticket_id": "k-1",
        "number": "INC1",
    }
    assert "failed_files" not in told
    assert talk.ask("transfer_details", id="t-1")["handle"] == handle


def test_of_many_files_those_that_failed_are_told(talk: Conversation) -> None:
    counts = FileCounts(total=3, done=2, failed=1, skipped=0)
    talk.reader.answers["read_transfer"] = transfer(files=counts)

    def files(path: Mapping[str, str], query: TransferFilesQuery) -> TransferFilesPage:
        assert query.outcome == "failed"
        found = TransferFileView(
            key="in/a.csv",
            path="a.csv",
            size_bytes=7,
            outcome="failed",
            code="no_space",
            message="Full.",
            crc64nvme=None,
        )
        return TransferFilesPage(files=(found,), cursor=None)

    talk.reader.answers["list_transfer_files"] = files
    told = talk.ask("transfer_details", id="t-1")
    assert told["failed_files"][0]["code"] == "no_space"
    assert told["files"]["failed"] == 1


def test_what_cannot_be_read_leaves_the_rest(talk: Conversation) -> None:
    talk.reader.answers["list_transfer_tickets"] = ApiRefused("x", 404, "none", "No tickets.")
    talk.reader.answers["list_transfer_events"] = ApiAway("list_transfer_events", "it is slow")
    told = talk.ask("transfer_details", id="t-1")
    assert told["status"] == "failed"
    assert told["tickets"]["problem"] == "No tickets."
    assert "it is slow" in told["timeline_newest_first"]["problem"]


@pytest.mark.parametrize("asked", [{}, {"id": "t-1", "transfer": "tra_1"}, {"id": "../x"}])
def test_a_transfer_is_named_in_one_way(talk: Conversation, asked: dict[str, str]) -> None:
    talk.knows(HandleKind.TRANSFER, transfer_id="t-1")
    talk.refused("transfer_details", **asked)
    assert talk.reader.asked == []


def test_an_id_that_leads_elsewhere_is_refused(talk: Conversation) -> None:
    assert "no such name" in talk.refused("transfer_details", id="..")


# --- reasons -------------------------------------------------------------------------------------


def test_the_reasons_are_those_of_the_page() -> None:
    page = read_page("| `a_b` | retry | it [broke](x.md) | wait |\n| `c` | give up | d | - |\n")
    assert page == {
        "a_b": {"retried": True, "happened": "it broke", "advice": "wait"},
        "c": {"retried": False, "happened": "d", "advice": "-"},
    }
    found = reason_of("no_space")
    assert found is not None
    assert (found.retried, found.advice) == (
        False,
        "ask the partner to make room, then retry",
    )
    assert reason_of("nothing") is None


def test_a_reason_is_told_with_what_to_do(talk: Conversation) -> None:
    told = talk.ask("reason_advice", code="connection_refused")
    assert told["tried_again_by_itself"] is True
    assert "port" in told["what_to_do"]
    assert "There is no reason nothing" in talk.refused("reason_advice", code="nothing")
