"""What the double of the agent is told to answer: turns, and what they propose."""

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.agent_api import EstimateView, Line, ProposalView, StepView
from contracts.transfer_events import Failure

GOOD_FOR = timedelta(minutes=15)


@dataclass
class Turn:
    """`pieces` are (text, tool), told one after the other to those who watch by then. With a `gate`
    the answer waits after them. A `refusal` (status, code, sentence) is answered in the place of
    `text`."""

    text: str = "Done."
    pieces: tuple[tuple[str, str | None], ...] = ()
    looked_at: tuple[str, ...] = ()
    proposes: ProposalView | None = None
    trouble: Failure | None = None
    gate: threading.Event | None = None
    refusal: tuple[int, str, str] | None = None


def proposal(number: int = 1, **fields: Any) -> ProposalView:  # noqa: ANN401
    now = datetime.now(UTC)
    canonical = json.dumps({"kind": "start", "number": number, "key": "reports/2026/Q3.csv"})
    known: dict[str, Any] = {
        "id": f"prop-{number}",
        "conversation_id": "conv-1",
        "owner": "ada.lovelace",
        "kind": "start",
        "state": "open",
        "sentence": "Send s3://outgoing/reports/2026/Q3.csv to ACME Corp. as in/Q3.csv.",
        "steps": (StepView(sentence="Send Q3.csv to ACME Corp.", size_bytes=1_234_567),),
        "lines": (
            Line(label="File", value="s3://outgoing/reports/2026/Q3.csv"),
            Line(label="Size", value="1.2 MB"),
            Line(label="To", value="ACME Corp. (acme), in/Q3.csv"),
            Line(label="Host key", value="SHA256:uNiVztksCsDhcc0u9e8BrrQXVUpKZIDTMczCvj3tD2s"),
        ),
        "cautions": ("The partner's server reports no free space.",),
        "strategy": "directly, because it is smaller than 100 MB",
        "estimate": EstimateView(
            seconds=42,
            low_seconds=30,
            high_seconds=75,
            success_percent=98.4,
            counted=57,
            basis="transfers of this size to acme",
        ),
        "canonical": canonical,
        "digest": hashlib.sha256(canonical.encode()).hexdigest(),
        "made_at": now,
        "expires_at": now + GOOD_FOR,
        "decided_at": None,
        "decided_by": None,
        "failure": None,
    }
    return ProposalView(**{**known, **fields})
