"""Hears the pieces of a conversation's answers, beside everything else that the command does."""

from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread

from cli.errors import CommandFailed
from cli.escaping import escaped
from cli.live.clock import Clock, Instant
from cli.live.pace import Pace
from cli.live.stream import Stream, StreamFailed, opened
from cli.live.timed_rest import TimedRest
from contracts.websocket.client_messages import Ping, Subscribe
from contracts.websocket.server_messages import Answer, Error, Snapshot

MOST_WAITING = 1_000  # pieces that nobody has taken yet
LEAVE_WITHIN = 1.0  # seconds
QUESTION = "chat"


class Ear:
    """`trouble` says why nothing is heard, for people. The answer itself comes in another way."""

    def __init__(self, rest: TimedRest, conversation_id: str, pace: Pace | None = None) -> None:
        self._rest, self._conversation_id = rest, conversation_id
        self._pace, self._clock = pace or Pace(), Clock()
        self._heard: Queue[Answer] = Queue(MOST_WAITING)
        self._ready, self._over = Event(), Event()
        self._thread = Thread(target=self._listen, daemon=True, name="ear")
        self.trouble: str | None = None

    @property
    def hears(self) -> bool:
        return self._thread.is_alive() and self.trouble is None

    def open(self, within: float) -> bool:
        """Waits until the conversation is watched. False when that fails, or takes longer: then it
        may still come about."""
        self._thread.start()
        return self._ready.wait(within) and self.hears

    def next(self, within: float) -> Answer | None:
        with suppress(Empty):
            return self._heard.get(timeout=within)
        return None

    def rest(self) -> list[Answer]:
        """All that was heard by now."""
        return [self._heard.get_nowait() for _ in range(self._heard.qsize())]

    def close(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(LEAVE_WITHIN)

    def _listen(self) -> None:
        try:
            with opened(self._rest, self._pace.open_within) as stream:
                self._converse(stream)
        except StreamFailed as failed:
            self.trouble = escaped(str(failed))
        except CommandFailed as failed:
            self.trouble = failed.message
        finally:
            self._ready.set()

    def _converse(self, stream: Stream) -> None:
        stream.send(
            Subscribe(action="subscribe", request_id=QUESTION, conversation=self._conversation_id)
        )
        heard_at, pinged = self._clock.now(), False
        while not self._over.is_set():
            message = stream.receive(self._pace.tick)
            if message is None:
                pinged = self._keep_alive(stream, heard_at, pinged)
                continue
            heard_at, pinged = self._clock.now(), False
            if isinstance(message, Answer) and message.conversation_id == self._conversation_id:
                with suppress(Full):
                    self._heard.put_nowait(message)
            elif isinstance(message, Snapshot) and message.request_id == QUESTION:
                self._ready.set()
            elif isinstance(message, Error) and (message.closing or message.request_id == QUESTION):
                raise StreamFailed(message.message)

    def _keep_alive(self, stream: Stream, heard_at: Instant, pinged: bool) -> bool:
        silent = self._clock.since(heard_at)
        if silent > self._pace.heartbeat_quiet + self._pace.answer_within:
            raise StreamFailed("nothing was heard any more")
        if silent >= self._pace.heartbeat_quiet and not pinged:
            stream.send(Ping(action="ping"))
            return True
        return pinged
