"""Answers of the agent's routes, and an agent on loopback that writes while it is watched."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.agent_api import (
    AnswerView,
    ConversationView,
    EstimateView,
    Line,
    MessagesPage,
    MessageView,
    ProposalView,
    StepView,
)
from contracts.transfer_events import Failure
from contracts.websocket.server_messages import Answer
from tests.doubles.live_server import LiveServer, Mode, served

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TALK = "/api/agent/conversations/talk"
STOPPED = Failure(code="stopped", message="You stopped the answer.", retryable=False)


def conversation(**changes: Any) -> ConversationView:  # noqa: ANN401
    told: dict[str, Any] = {
        "id": "talk",
        "owner": "jane",
        "title": "Send the export",
        "state": "idle",
        "open_proposal_id": None,
        "messages": 2,
        "opened_at": NOW,
        "updated_at": NOW,
    }
    return ConversationView(**told | changes)


def message(text: str = "It is there.", **changes: Any) -> MessageView:  # noqa: ANN401
    told: dict[str, Any] = {"number": 1, "by": "agent", "text": text, "at": NOW}
    return MessageView(**told | changes)


def answer(
    text: str = "It is there.",
    proposal: ProposalView | None = None,
    **changes: Any,  # noqa: ANN401
) -> AnswerView:
    return AnswerView(
        conversation=conversation(),
        message=message(text, **changes),
        proposal=proposal,
        tokens_left_today=1_000,
    )


def proposal(**changes: Any) -> ProposalView:  # noqa: ANN401
    told: dict[str, Any] = {
        "id": "p-1",
        "conversation_id": "talk",
        "owner": "jane",
        "kind": "start",
        "state": "open",
        "sentence": "Send s3://exports/today.csv to acme",
        "steps": (StepView(sentence="Send today.csv", size_bytes=1_234),),
        "lines": (Line(label="Name at the partner", value="/in/today.csv"),),
        "cautions": ("The partner moves files away at once.",),
        "strategy": "In one piece, because it is small.",
        "estimate": EstimateView(
            seconds=12,
            low_seconds=8,
            high_seconds=61,
            success_percent=98.7,
            counted=40,
            basis="this partner, this size",
        ),
        "canonical": "{}",
        "digest": DIGEST,
        "made_at": NOW,
        "expires_at": NOW + timedelta(minutes=15),
        "decided_at": None,
        "decided_by": None,
        "failure": None,
    }
    return ProposalView(**told | changes)


def confirmed(**changes: Any) -> ProposalView:  # noqa: ANN401
    step = StepView(sentence="Send today.csv", size_bytes=1_234, result="t-1")
    decided = {"state": "confirmed", "steps": (step,), "decided_at": NOW, "decided_by": "jane"}
    return proposal(**decided | changes)


def piece(number: int, text: str = "", turn: str = "turn-1", **more: Any) -> Answer:  # noqa: ANN401
    return Answer(
        sent_at=NOW, conversation_id="talk", turn_id=turn, number=number, text=text, **more
    )


class Agent:
    """Answers a message: says its pieces, waits until it may end, and answers. `said` is what was
    asked, `decided` what was decided, and `then` answers the messages after the first."""

    def __init__(self, server: LiveServer, pieces: Sequence[Answer], whole: AnswerView) -> None:
        self.server, self._pieces, self._answer = server, pieces, whole
        self.said: list[str] = []
        self.then: list[tuple[Sequence[Answer], AnswerView]] = []
        self.decided: list[Any] = []
        self.may_end = threading.Event()
        self.may_end.set()
        self.when_stopped: AnswerView | None = answer("The export", trouble=STOPPED)
        server.routes |= {
            "POST /api/agent/conversations": lambda body: (201, _json(conversation())),
            f"GET {TALK}?limit=1": lambda body: (200, _page()),
            f"POST {TALK}/messages": self._say,
            f"POST {TALK}/stop": self._stop,
            "POST /api/agent/proposals/p-1/confirm": self._confirm,
        }

    def _say(self, body: Any) -> tuple[int, Any]:  # noqa: ANN401
        if self.said and self.then:
            self._pieces, self._answer = self.then.pop(0)
        self.said.append(body["text"])
        for each in self._pieces:
            self.server.say_piece(each)
        self.may_end.wait(20)
        return 200, _json(self._answer)

    def _stop(self, body: object) -> tuple[int, Any]:
        if self.when_stopped is not None:
            self._answer = self.when_stopped
            self.may_end.set()
        return 202, _json(conversation(state="answering"))

    def _confirm(self, body: object) -> tuple[int, Any]:
        self.decided.append(body)
        return 200, _json(confirmed())


def _json(view: AnswerView | ConversationView | ProposalView | MessagesPage) -> Any:  # noqa: ANN401
    return view.model_dump(mode="json")


def _page() -> Any:  # noqa: ANN401
    return _json(MessagesPage(conversation=conversation(), messages=(), cursor=None))


@contextmanager
def agent(
    pieces: Sequence[Answer], whole: AnswerView, *modes: Mode, waits: bool = False
) -> Iterator[Agent]:
    """`waits`: the answer comes when it is stopped."""
    with served(LiveServer(*modes)) as server:
        running = Agent(server, pieces, whole)
        if waits:
            running.may_end.clear()
        try:
            yield running
        finally:
            running.may_end.set()


def environment(agent: Agent, home: str) -> dict[str, str]:
    return {
        "FILEFERRY_URL": agent.server.url,
        "FILEFERRY_TOKEN": "token",
        "XDG_CONFIG_HOME": home,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
