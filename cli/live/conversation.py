"""What is said on one open connection: subscriptions, what was missed, and pings."""

from itertools import count

from cli.live.clock import Clock, Instant
from cli.live.known import Known
from cli.live.pace import Pace
from cli.live.stream import Stream, StreamFailed, Unknown
from cli.live.watched import Watched, portions_of
from contracts.websocket.client_messages import Ping, Subscribe
from contracts.websocket.limits import MAX_TRANSFERS
from contracts.websocket.server_messages import Delta, Gone, Message, Snapshot


class Conversation:
    """`proven`: everything that was asked for was answered to the end."""

    def __init__(
        self, stream: Stream, watched: Watched, known: Known, clock: Clock, pace: Pace
    ) -> None:
        self._stream, self._watched, self._known = stream, watched, known
        self._clock, self._pace = clock, pace
        self._numbers = count(1)
        self._waiting: dict[str, Instant] = {}
        self._asked: dict[str, Instant] = {}
        self._heard_at, self._pinged = clock.now(), False
        self._answered_at = clock.now()
        self._asked_at = Instant(0.0, 0.0)

    @property
    def proven(self) -> bool:
        return not self._waiting

    def begin(self) -> None:
        if self._watched.scope:
            self._subscribe_scope()
        for portion in self._watched.portions():
            self._subscribe(portion)

    def turn(self, moving: bool) -> Message | None:
        """The next message, if one comes soon. Raises StreamFailed when nobody seems to be there,
        also after this machine has slept."""
        message = self._stream.receive(self._pace.tick)
        if message is None:
            self._keep_alive(moving)
        else:
            self._heard_at, self._pinged = self._clock.now(), False
        if isinstance(message, Unknown):
            message = None
        if message is not None and message.request_id in self._waiting:
            self._answered(message.request_id, message)
        self._expect_answers()
        return message

    def ask_for_missed(self) -> None:
        """Once for each transfer. The answer may be that nothing was missed. It is behind again
        only when another message says so, and is not asked for at once then."""
        again = self._pace.ask_again_within
        ask = tuple(
            each
            for each in sorted(self._known.behind)
            if each not in self._asked or self._clock.since(self._asked[each]) > again
        )
        now = self._clock.now()
        if not ask or self._clock.since(self._asked_at) < self._pace.ask_gap:
            return
        self._asked_at = now
        self._asked |= dict.fromkeys(ask, now)
        self._known.behind.difference_update(ask)
        if self._watched.scope:
            self._subscribe_scope(ask)
        else:
            for portion in portions_of(ask):
                self._subscribe(portion)

    def _subscribe(self, transfers: tuple[str, ...]) -> None:
        request = self._request()
        known = self._known.positions(transfers)
        self._stream.send(
            Subscribe(action="subscribe", request_id=request, transfers=transfers, known=known)
        )

    def _subscribe_scope(self, behind: tuple[str, ...] = ()) -> None:
        """Positions of those that are behind come first. What finds no room is sent whole."""
        known = sorted(self._known.positions(), key=lambda each: each.transfer_id not in behind)
        self._stream.send(
            Subscribe(
                action="subscribe",
                request_id=self._request(),
                scope=self._watched.scope,
                known=tuple(known[:MAX_TRANSFERS]),
            )
        )

    def _request(self) -> str:
        request = f"s{next(self._numbers)}"
        self._waiting[request] = self._clock.now()
        return request

    def _answered(self, request: str, message: Message) -> None:
        self._answered_at = self._clock.now()
        if not (isinstance(message, Snapshot | Delta | Gone) and message.more):
            del self._waiting[request]

    def _expect_answers(self) -> None:
        """Answers come one after the other: each of them is a reason to wait for the others."""
        silent = self._clock.since(self._answered_at)
        for asked_at in self._waiting.values():
            if min(silent, self._clock.since(asked_at)) > self._pace.answer_within:
                raise StreamFailed("no answer to a subscription")

    def _keep_alive(self, moving: bool) -> None:
        silent = self._clock.since(self._heard_at)
        heartbeat = self._pace.heartbeat(moving)
        if silent > heartbeat + self._pace.answer_within:
            raise StreamFailed("nothing was heard any more")
        if silent >= heartbeat and not self._pinged:
            self._stream.send(Ping(action="ping"))
            self._pinged = True
