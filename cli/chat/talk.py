"""A conversation with the agent: messages, their answers, and what is proposed in them."""

import sys
from contextlib import suppress

from cli.advice import advice
from cli.chat import asking
from cli.chat.ear import Ear
from cli.chat.paper import Paper
from cli.chat.pieces import Pieces
from cli.chat.underway import Underway
from cli.confirming import agreed
from cli.errors import DONE, CommandFailed, NotSignedIn, Unreachable
from cli.escaping import escaped
from cli.invocation import Invocation
from cli.live.clock import Clock, Instant
from cli.live.pace import Pace
from cli.live.timed_rest import TimedRest
from cli.proposals import card, decide, how_to_confirm, outcome_of
from contracts.agent_api import AnswerView, MessageView, ProposalView

TICK = 0.1  # seconds between two looks whether the answer is there
READY_WITHIN = 5.0  # seconds; then the message goes out, whether its answer is heard or not
NO_LIMIT = float("inf")


class Talk:
    """Belongs to one user. `close` ends what it hears with."""

    def __init__(self, invocation: Invocation, conversation_id: str | None) -> None:
        """Raises NotFound when there is no such conversation."""
        self._invocation, self._output = invocation, invocation.output
        self._client = invocation.client
        self.conversation_id = (
            None if conversation_id is None else asking.checked(self._client, conversation_id)
        )
        self._ear: Ear | None = None
        self._old_turns: frozenset[str] = frozenset()
        self._said_deaf, self._clock, self._pace = False, Clock(), Pace()
        self._tried_at: Instant | None = None
        self.stopped = False  # with Ctrl-C, the answer to the last message

    def say(self, text: str) -> int:
        """Says it, shows the answer, and asks about what is proposed. The exit code. Raises
        CommandFailed, and KeyboardInterrupt when nobody wants to wait for the answer."""
        conversation_id = self.conversation_id = self.conversation_id or asking.opened(self._client)
        self.stopped = False
        paper, pieces = Paper(self._output), Pieces(self._past_turns())
        call = Underway(lambda: asking.asked(self._client, conversation_id, text))
        try:
            answer = self._answered(call, paper, pieces)
        except KeyboardInterrupt:
            self._tell_how_to_go_on()
            raise
        paper.end(answer.message, pieces)
        self._old_turns |= {pieces.turn_id, answer.message.turn_id or ""}
        return self._ended(answer)

    def document(self, text: str) -> int:
        """The answer as one JSON document."""
        conversation_id = self.conversation_id = self.conversation_id or asking.opened(self._client)
        try:
            answer, document = asking.asked(self._client, conversation_id, text)
        except KeyboardInterrupt:
            with suppress(CommandFailed):
                asking.stop(self._client, conversation_id)
            raise
        self._output.document(document)
        return _code(answer.message)

    def close(self) -> None:
        if self._ear is not None:
            self._ear.close()

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
                stop = Underway(lambda: asking.stop(self._client, self.conversation_id or ""))

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
        """Where it does not get through, it is not tried for each message: that may take long."""
        again = self._pace.stream_again
        if self._tried_at is not None and self._clock.since(self._tried_at) < again:
            return
        self._tried_at = self._clock.now()
        self._client.access_token()  # is renewed here, if it has to be
        rest = TimedRest(self._invocation.watching_client, lambda: NO_LIMIT)
        self._ear = Ear(rest, conversation_id, self._pace)
        if self._ear.open(READY_WITHIN):
            self._tried_at = None
        elif not self._said_deaf:
            self._said_deaf = True
            why = self._ear.trouble or "no answer in time"
            self._output.note(f"Answers are shown when they are whole, as it seems ({why}).")

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
    with suppress(ImportError):
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
