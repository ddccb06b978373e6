"""A conversation with the agent: messages, their answers, and what is proposed in them."""

import sys
from uuid import uuid4

from cli.address import route
from cli.advice import advice
from cli.chat.ear import Ear
from cli.chat.paper import Paper
from cli.chat.pieces import Pieces
from cli.chat.underway import Underway
from cli.client import read
from cli.confirming import agreed
from cli.errors import DONE, CommandFailed, NotSignedIn, Unreachable
from cli.escaping import escaped
from cli.invocation import Invocation
from cli.live.timed_rest import TimedRest
from cli.proposals import card, decide, how_to_confirm, outcome_of
from contracts.agent_api import AnswerView, ConversationView, MessageView, ProposalView

CONVERSATIONS = "/api/agent/conversations"
TICK = 0.1  # seconds between two looks whether the answer is there
STOP_WITHIN = 10.0
NO_LIMIT = float("inf")


class Talk:
    """Belongs to one user. `close` ends what it hears with."""

    def __init__(self, invocation: Invocation, conversation_id: str | None) -> None:
        """Raises NotFound when there is no such conversation."""
        self._invocation, self._output = invocation, invocation.output
        self.conversation_id = self._checked(conversation_id) if conversation_id else None
        self._ear: Ear | None = None
        self._old_turns: frozenset[str] = frozenset()
        self._said_deaf = False
        self.stopped = False  # with Ctrl-C, the answer to the last message

    def say(self, text: str) -> int:
        """Says it, shows the answer, and asks about what is proposed. The exit code. Raises
        CommandFailed, and KeyboardInterrupt when nobody wants to wait for the answer."""
        conversation_id = self.conversation_id = self.conversation_id or self._opened()
        self.stopped = False
        paper, pieces = Paper(self._output), Pieces(self._past_turns())
        call = Underway(lambda: self._post(conversation_id, text))
        try:
            answer = self._answered(call, paper, pieces)
        except KeyboardInterrupt:
            self._tell_how_to_go_on()
            raise
        paper.end(answer.message, pieces)
        self._old_turns |= {pieces.turn_id}
        return self._ended(answer)

    def document(self, text: str) -> int:
        """The answer as one JSON document."""
        conversation_id = self.conversation_id = self.conversation_id or self._opened()
        answer, document = self._post(conversation_id, text)
        self._output.document(document)
        return _code(answer.message)

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()

    # --- the API ---------------------------------------------------------------------------------

    def _checked(self, conversation_id: str) -> str:
        path = route(CONVERSATIONS + "/{id}", id=conversation_id)
        page = self._invocation.client.call("GET", path, query={"limit": 1})
        document = page.get("conversation") if isinstance(page, dict) else None
        return read(ConversationView, document).id

    def _opened(self) -> str:
        key = {"Idempotency-Key": f"cli-{uuid4().hex}"}
        document = self._invocation.client.call("POST", CONVERSATIONS, body={}, headers=key)
        return read(ConversationView, document).id

    def _post(self, conversation_id: str, text: str) -> tuple[AnswerView, object]:
        path = route(CONVERSATIONS + "/{id}/messages", id=conversation_id)
        key = {"Idempotency-Key": f"cli-{uuid4().hex}"}
        document = self._invocation.client.call("POST", path, body={"text": text}, headers=key)
        return read(AnswerView, document), document

    def _stop(self) -> None:
        path = route(CONVERSATIONS + "/{id}/stop", id=self.conversation_id or "")
        self._invocation.client.call("POST", path, within=STOP_WITHIN)

    # --- one answer ------------------------------------------------------------------------------

    def _answered(
        self, call: Underway[tuple[AnswerView, object]], paper: Paper, pieces: Pieces
    ) -> AnswerView:
        stop: Underway[None] | None = None
        while True:
            try:
                while not call.done():
                    self._show_next(call, paper, pieces)
                return call.result()[0]
            except KeyboardInterrupt:
                if stop is not None:
                    raise
                self.stopped = True
                self._output.warn("\nStopping the answer. Ctrl-C again leaves.")
                stop = Underway(self._stop)

    def _show_next(
        self, call: Underway[tuple[AnswerView, object]], paper: Paper, pieces: Pieces
    ) -> None:
        if self._ear is None or not self._ear.hears:
            call.done(within=TICK)
            return
        heard = self._ear.next(TICK)
        for piece in pieces.take(heard) if heard else ():
            paper.piece(piece)

    def _past_turns(self) -> frozenset[str]:
        """Makes sure that pieces are heard, where they can be shown. What was heard by now belongs
        to turns that are over."""
        if not (self._invocation.flags.progress and sys.stdout.isatty()):
            return self._old_turns
        if self._ear is not None:
            self._old_turns |= {each.turn_id for each in self._ear.rest()}
        if self._ear is None or not self._ear.hears:
            self._listen(self.conversation_id or "")
        return self._old_turns

    def _listen(self, conversation_id: str) -> None:
        self._invocation.client.access_token()  # is renewed here, if it has to be
        rest = TimedRest(self._invocation.watching_client, lambda: NO_LIMIT)
        self._ear = Ear(rest, conversation_id)
        if not self._ear.open() and not self._said_deaf:
            self._said_deaf = True
            why = self._ear.trouble or "no answer in time"
            self._output.note(f"Answers are shown when they are whole ({why}).")

    # --- what it says ----------------------------------------------------------------------------

    def _ended(self, answer: AnswerView) -> int:
        message, output = answer.message, self._output
        if message.looked_at:
            named = ", ".join(map(escaped, dict.fromkeys(message.looked_at)))
            output.note(f"(looked at: {named})")
        if message.trouble is not None:
            output.warn(advice(message.trouble.message))
        if answer.proposal is None:
            return _code(message)
        return self._proposed(answer.proposal) or _code(message)

    def _proposed(self, view: ProposalView) -> int:
        """Nothing is asked before the card was shown, and what was typed before that counts not."""
        card(self._output, view)
        if view.state != "open":
            return DONE
        if not sys.stdin.isatty() or not agreed("Do this?"):
            self._output.note(how_to_confirm(view))
            return DONE
        decided, _ = decide(self._invocation, view.id, view.digest, "confirm")
        return outcome_of(self._output, decided)

    def _tell_how_to_go_on(self) -> None:
        self._output.note(
            "The answer may still be written. To read on:"
            f"  fileferry chat --conversation {self.conversation_id}"
        )


def _code(message: MessageView) -> int:
    return DONE if message.trouble is None else CommandFailed.exit_code


def converse(talk: Talk, invocation: Invocation) -> int:
    """Until Ctrl-D or Ctrl-C at the prompt. An answer that fails does not end the conversation."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - lines can be edited, and pasted as one

    output = invocation.output
    output.note("Ask the agent. Ctrl-C stops an answer, Ctrl-D leaves.")
    while True:
        try:
            text = input("you> ").strip()
        except EOFError:
            output.say("")
            break
        if not text:
            continue
        try:
            talk.say(text)
        except (NotSignedIn, Unreachable):
            raise
        except CommandFailed as failed:
            output.warn(f"fileferry: {failed.message}")
    if talk.conversation_id:
        output.note(f"To go on:  fileferry chat --conversation {escaped(talk.conversation_id)}")
    return DONE
