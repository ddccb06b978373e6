"""What a message says."""

from dataclasses import replace

import pytest

from services.notify.domain.message import Message
from services.notify.domain.showing import RETRY, TRIED_AGAIN, view_of
from services.notify.domain.stage import Stage
from services.notify.domain.view import Link, Tone, View
from tests.unit.notify.messages import (
    COMPLETED,
    FAILED,
    FULL,
    NOTE,
    OF_A_DEAD_CHANNEL,
    STALLED,
    STARTED,
    TEST,
    digest,
    of,
)


def view(message: Message) -> View:
    return view_of(message, "ops room")


def entries(message: Message) -> dict[str, str]:
    return {each.label: each.value for each in view(message).entries}


def test_each_stage_has_a_subject() -> None:
    name = "ledger-2026-09.parquet"
    assert view(of(STARTED)).subject == f"Transfer to ACME Corp started: {name}"
    assert view(of(COMPLETED)).subject == f"Delivered to ACME Corp: {name}"
    assert view(of(FAILED)).subject == f"Transfer to ACME Corp failed: {name}"
    assert view(of(STALLED)).subject == f"Transfer to ACME Corp has stalled: {name}"


def test_a_delivery_has_its_figures() -> None:
    told = entries(of(COMPLETED))
    assert told["Size"] == "12.3 GB"
    assert told["Duration"] == "3 min 5 s"
    assert told["Rate"] == "66.7 MB/s"
    assert told["Proof"] == "every byte was read back"
    assert told["Ticket"] == "INC0010023"
    assert told["Requested by"] == "Anna Berg"


def test_a_failure_says_why_and_what_to_do() -> None:
    assert view(of(FAILED)).sentences == (FULL.message, RETRY)
    assert entries(of(FAILED))["Moved"] == "8.1 GB of 12.3 GB"
    final = replace(FAILED, trouble=replace(FULL, retryable=False))
    assert view(of(final)).sentences == (FULL.message,)


def test_a_stall_says_that_it_goes_on() -> None:
    assert view(of(STALLED)).sentences[-1] == TRIED_AGAIN


def test_what_is_not_known_is_not_told() -> None:
    bare = replace(STARTED, size_bytes=None, tickets=(), link=None, label=None, owner_name=None)
    assert entries(of(bare)).keys() == {"Time", "Source", "Target path", "Requested by"}
    assert view(of(bare)).links == ()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a b", 'https://x/"', "https://x/\n", "ftp://x/y"]
)
def test_only_web_pages_are_links(url: str) -> None:
    assert Link("Open the transfer", url) not in view(of(replace(STARTED, link=url))).links


def test_digests() -> None:
    assert view(digest(42)).subject == "42 of 42 delivered to ACME Corp"
    assert view(digest(40, 2)).subject == "40 of 42 delivered to ACME Corp, 2 failed"
    assert view(digest(0, 2)).subject == "2 failed to ACME Corp"
    assert view(digest(40, 2)).tone is Tone.BAD
    assert view(digest(42)).tone is Tone.GOOD


def test_failures_come_first_in_a_digest() -> None:
    told = view(digest(40, 2))
    assert [row.tone for row in told.rows[:3]] == [Tone.BAD, Tone.BAD, Tone.GOOD]
    assert told.more == f"and {42 - len(told.rows)} more"


def test_a_digest_of_deliveries_alone_claims_no_whole() -> None:
    message = replace(digest(42), partial=("ACME Corp",))
    assert view(message).subject == "42 delivered to ACME Corp"


def test_a_digest_of_several_destinations_names_each() -> None:
    other = replace(FAILED, transfer_id="t2", destination_name="Beta")
    told = view(Message("m", (COMPLETED, other)))
    assert told.subject == "1 of 2 delivered to 2 destinations, 1 failed"
    assert told.sentences == ("1 failed to Beta", "1 of 1 delivered to ACME Corp")
    assert told.rows[0].detail.startswith("to Beta, failed: ")


def test_without_counts_each_transfer_counts_with_its_last_fact() -> None:
    message = Message("m", (STARTED, COMPLETED, replace(STARTED, transfer_id="t2")))
    assert view(message).subject == "1 of 1 delivered to ACME Corp, 1 started"


def test_a_digest_of_a_thousand_is_counted() -> None:
    counts = ((Stage.COMPLETED, "ACME Corp", 1_000),)
    told = view(Message("m", (COMPLETED,), 999, counts))
    assert told.subject == "1000 of 1000 delivered to ACME Corp"
    assert told.more == "and 999 more"


def test_tests_and_notes_have_no_facts() -> None:
    assert view(TEST).subject == "FileFerry test"
    assert view(Message("m", ())).subject == "A note from FileFerry"


def test_the_first_sentence_of_a_note_is_its_subject() -> None:
    told = view(OF_A_DEAD_CHANNEL)
    assert told.subject == told.headline == "Nothing is sent to your channel ops any more"
    assert told.sentences == (NOTE.partition(". ")[2],)
    assert told.footer == "FileFerry"
