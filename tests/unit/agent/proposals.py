"""Proposals for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from services.agent.domain.canonical import canonical, digest_of
from services.agent.domain.estimate import Estimate
from services.agent.domain.proposal import GOOD_FOR, Proposal
from services.agent.domain.proposed import (
    Action,
    Card,
    Content,
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

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NUMBERS = count(1)

ACME = Place(
    id="acme",
    name="ACME",
    host="sftp.acme.example",
    port=22,
    protocol="sftp",
    user="ferry",
    base_path="/in",
    host_keys=("SHA256:one",),
    proved_by="host_key",
    tls=None,
)
EXPORT = Source("exports", "daily/2026-11-21.csv", '"e1"', 1_000)
START = Sending(Kind.START, (Send(EXPORT, "2026-11-21.csv"),), ACME, "fail", "checksum", "nightly")
FOLDER = Sending(
    Kind.BATCH, (Send(Source("exports", "daily/", folder=True), None),), ACME, "fail", "checksum"
)
SENT = Source("exports", "daily/2026-11-20.csv", size_bytes=2_000)
RETRY = Steering(Kind.RETRY, "t-1", "jane", SENT, "acme", "failed", 1, ACME)
CANCEL = Steering(Kind.CANCEL, "t-1", "jane", SENT, "acme", "moving", 1)
TICKET = TicketWish(Kind.TICKET, "It is late", "Line one\nLine two", "t-1")
ESTIMATE = Estimate(12.5, 8.0, 30.0, 97.5, 41, "41 transfers of up to 1 MB to acme")


def new_id() -> str:
    return f"id-{next(NUMBERS)}"


def a_card(steps: int = 1) -> Card:
    step = Step("Send daily/2026-11-21.csv", 1_000)
    return Card("Send one file to ACME", (step,) * steps, (Line("Destination", "ACME"),))


def a_proposal(
    action: Action = START,
    *,
    card: Card | None = None,
    owner: str = "jane",
    conversation_id: str = "c-1",
    made_at: datetime = NOON,
    proposal_id: str | None = None,
) -> Proposal:
    steps = len(action.sends) if isinstance(action, Sending) else 1
    content = Content(
        id=proposal_id or new_id(),
        conversation_id=conversation_id,
        owner=owner,
        action=action,
        card=card or replace(a_card(steps), estimate=ESTIMATE, strategy="One stream."),
        made_at=made_at,
        expires_at=made_at + GOOD_FOR,
    )
    text = canonical(content)
    return Proposal(content, text, digest_of(text), correlation_id="corr-1")
