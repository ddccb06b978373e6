"""The agent's REST routes, with answers that a test wrote down."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from contracts.agent_api import (
    AgentHealthView,
    AnswerView,
    ConversationsPage,
    ConversationView,
    MessagesPage,
    MessageView,
    ProposalView,
)
from contracts.transfer_events import Failure
from tests.doubles.agent_turns import Turn
from tests.doubles.teams_links import TeamsLinks

TOKENS = 200_000
THINKING_SECONDS = 3.0
GATE_SECONDS = 60.0  # a test that forgets to open a gate ends nevertheless
Answer = tuple[int, Any]


class AgentRest:
    """`push` gets each piece, as the WebSocket tells it. A model takes some time before it says a
    word: until a conversation is `watched`, or THINKING_SECONDS are over. `counts` has calls."""

    def __init__(
        self, user: str, push: Callable[[dict[str, Any]], None], watched: Callable[[str], bool]
    ) -> None:
        self.user, self.push, self.watched = user, push, watched
        self.turns: deque[Turn] = deque()
        self.conversations: dict[str, ConversationView] = {}
        self.messages: dict[str, list[MessageView]] = {}
        self.proposals: dict[str, ProposalView] = {}
        self.counts: Counter[str] = Counter()
        self.keys: list[tuple[str, str]] = []  # (path, Idempotency-Key) of each post
        self.decided: list[tuple[str, str]] = []  # (what, digest)
        self.decision_gate: threading.Event | None = None
        self.decision_refusals: deque[tuple[int, str, str]] = deque()
        self.status = "ok"
        self.teams = TeamsLinks()
        self.lock = threading.RLock()
        self._running: dict[str, Turn] = {}
        self._stopped: set[str] = set()
        self._turn = 0

    def answer(self, method: str, path: str, body: Any, key: str | None) -> Answer | None:  # noqa: ANN401
        """None for a route of others."""
        parts = path.partition("?")[0].strip("/").split("/")
        if parts[:2] != ["api", "agent"]:
            return None
        kind, *rest = parts[2:]
        self.counts[f"{method} {kind} {rest[1] if rest[1:] else ''}".strip()] += 1
        if method == "POST" and key:
            self.keys.append((path, key))
        if kind == "health":
            return 200, AgentHealthView(
                status="ok" if self.status == "ok" else "off",
                model="model-1" if self.status == "ok" else None,
                tokens_left_today=TOKENS,
            )
        if kind == "teams":
            return self.teams.answer(method, rest[0])
        if kind == "conversations":
            return self._conversations(method, rest, body)
        return self._proposals(rest, body)

    # --- conversations ---------------------------------------------------------------------------

    def begin(self, title: str = "") -> str:
        now = datetime.now(UTC)
        view = ConversationView(
            id=f"conv-{len(self.conversations) + 1}",
            owner=self.user,
            title=title,
            state="idle",
            open_proposal_id=None,
            messages=0,
            opened_at=now,
            updated_at=now,
        )
        self.conversations[view.id], self.messages[view.id] = view, []
        return view.id

    def say(self, conversation: str, by: str, text: str, **fields: Any) -> MessageView:  # noqa: ANN401
        known = self.messages[conversation]
        at = datetime.now(UTC)
        said = MessageView(number=len(known), by=by, text=text, at=at, **fields)  # type: ignore[arg-type]
        known.append(said)
        return said

    def _conversations(self, method: str, rest: list[str], body: Any) -> Answer:  # noqa: ANN401
        if method == "POST" and not rest:
            return 201, self.conversations[self.begin()]
        if not rest:
            newest = tuple(reversed(self.conversations.values()))
            return 200, ConversationsPage(conversations=newest, cursor=None)
        known = self.conversations.get(rest[0])
        if known is None:
            return _refused(404, "conversation_not_found", "There is no such conversation.")
        if rest[1:] == ["messages"]:
            return self._message(known, str(body["text"]))
        if rest[1:] == ["stop"]:
            self._stopped.add(known.id)
            running = self._running.get(known.id)
            if running and running.gate:
                running.gate.set()
            return 202, known
        messages = tuple(self.messages[known.id])
        return 200, MessagesPage(conversation=known, messages=messages, cursor=None)

    def _message(self, known: ConversationView, text: str) -> Answer:
        with self.lock:
            if self.conversations[known.id].state == "answering":
                return _refused(409, "conversation_busy", "An answer is being written. Wait.")
            turn = self.turns.popleft()
            if turn.refusal:
                return _refused(*turn.refusal)
            self._turn += 1
            turn_id = f"turn-{self._turn}"
            self.say(known.id, "user", text)
            self._change(known.id, state="answering", title=known.title or text[:80])
            self._supersede(known)
            self._running[known.id] = turn
        soon = time.monotonic() + THINKING_SECONDS
        while turn.pieces and not self.watched(known.id) and time.monotonic() < soon:
            time.sleep(0.02)
        for number, (piece, tool) in enumerate(turn.pieces):
            self.tell(known.id, turn_id, number, text=piece, tool=tool)
        if turn.gate:
            turn.gate.wait(GATE_SECONDS)
        with self.lock:
            told = self._ended(known.id, turn)
        self.tell(known.id, turn_id, len(turn.pieces), ended=True)
        return 200, told

    def _ended(self, conversation: str, turn: Turn) -> AnswerView:
        text, trouble = turn.text, turn.trouble
        if conversation in self._stopped:
            text = "".join(piece for piece, _ in turn.pieces)
            trouble = Failure(code="stopped", message="You stopped the answer.", retryable=True)
        self._stopped.discard(conversation)
        del self._running[conversation]
        made = turn.proposes
        if made:
            made = made.model_copy(update={"conversation_id": conversation, "owner": self.user})
            self.proposals[made.id] = made
        said = self.say(
            conversation,
            "agent",
            text,
            looked_at=turn.looked_at,
            proposal_id=made.id if made else None,
            trouble=trouble,
        )
        self._change(conversation, state="idle", open_proposal_id=made.id if made else None)
        view = self.conversations[conversation]
        left = TOKENS - 1_000 * self._turn
        return AnswerView(conversation=view, message=said, proposal=made, tokens_left_today=left)

    def _supersede(self, known: ConversationView) -> None:
        before = known.open_proposal_id
        if before and self.proposals[before].state == "open":
            self.change_proposal(before, state="superseded")
        self._change(known.id, open_proposal_id=None)

    def _change(self, conversation: str, **fields: Any) -> None:  # noqa: ANN401
        fields |= {"updated_at": datetime.now(UTC), "messages": len(self.messages[conversation])}
        before = self.conversations[conversation]
        self.conversations[conversation] = before.model_copy(update=fields)

    def tell(self, conversation: str, turn: str, number: int, **fields: Any) -> None:  # noqa: ANN401
        told = {"text": "", "tool": None, "ended": False} | fields
        self.push({"conversation_id": conversation, "turn_id": turn, "number": number} | told)

    # --- proposals -------------------------------------------------------------------------------

    def change_proposal(self, proposal_id: str, **fields: Any) -> None:  # noqa: ANN401
        before = self.proposals[proposal_id]
        self.proposals[proposal_id] = before.model_copy(update=fields)

    def _proposals(self, rest: list[str], body: Any) -> Answer:  # noqa: ANN401
        known = self.proposals.get(rest[0])
        if known is None:
            return _refused(404, "proposal_not_found", "There is no such proposal.")
        if not rest[1:]:
            return 200, known
        self.decided.append((rest[1], body["digest"]))
        if self.decision_gate:
            self.change_proposal(known.id, state="confirming")
            self.decision_gate.wait(GATE_SECONDS)
        if self.decision_refusals:
            return _refused(*self.decision_refusals.popleft())
        if body["digest"] != known.digest:
            return _refused(409, "digest_wrong", "Another proposal was shown.")
        if self.proposals[known.id].state not in ("open", "confirming"):
            return _refused(409, "proposal_over", "This proposal is over. Ask again.")
        now = datetime.now(UTC)
        decided: dict[str, Any] = {"decided_at": now, "decided_by": self.user}
        if rest[1] == "confirm":
            steps = tuple(
                each.model_copy(update={"result": f"tra-{number}"})
                for number, each in enumerate(known.steps, 1)
            )
            self.change_proposal(known.id, state="confirmed", steps=steps, **decided)
        else:
            self.change_proposal(known.id, state="rejected", **decided)
        return 200, self.proposals[known.id]


def _refused(status: int, code: str, detail: str) -> Answer:
    return status, {
        "type": "about:blank",
        "title": "No",
        "status": status,
        "detail": detail,
        "instance": "/",
        "code": code,
        "request_id": "r-1",
        "errors": [],
    }
