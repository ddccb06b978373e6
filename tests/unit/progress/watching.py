"""Everything that can happen at once to watchers of transfers, and what must be true at the end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from contracts.websocket.client_messages import Subscribe, Unsubscribe
from kernel.caller import SEE_ALL_TRANSFERS, Caller
from services.progress.domain_services.messages import live_transfer
from tests.fakes.actors import Actor, Stage
from tests.fakes.live_client import Client
from tests.fakes.live_outside import Queued
from tests.fakes.live_world import LiveWorld

ROUNDS = 60  # until all is told; a client that fell behind needs some


@dataclass
class Watcher:
    """A client and what it wants to be told. It asks again when it missed something or was not
    answered."""

    client: Client
    caller: Caller
    wants: list[dict[str, object]] = field(default_factory=list)
    asked: dict[str, dict[str, object]] = field(default_factory=dict)  # by request id

    def detailed(self) -> set[str]:
        """What it was told by id, so that it knows the details."""
        answered = (w for r, w in self.asked.items() if r in self.client.answered)
        return {t for wanted in answered for t in wanted.get("transfers", ())}  # type: ignore[attr-defined]

    def unanswered(self) -> Iterable[dict[str, object]]:
        return [w for r, w in self.asked.items() if r not in self.client.answered]


class Watching:
    def __init__(self, page: int) -> None:
        self.world = LiveWorld(page)
        self.world.sockets.on_post = self._received
        self.stage = Stage()
        self.stage.on_end = self._ended
        self.broken: list[Exception] = []  # what ended an actor
        self.watchers: dict[str, Watcher] = {}
        self.requests = 0

    def _received(self, connection_id: str, text: str) -> None:
        watcher = self.watchers[connection_id]
        watcher.client.receive(text)
        sees_all = watcher.caller.has(SEE_ALL_TRANSFERS)
        for known in watcher.client.known.values():
            assert sees_all or known["owner"] == watcher.caller.name

    def _ended(self, actor: Actor) -> None:
        if actor.error is not None:
            self.broken.append(actor.error)

    def connect(self, caller: Caller) -> Watcher:
        connection_id = f"c-{len(self.watchers)}"
        watcher = self.watchers[connection_id] = Watcher(Client(connection_id), caller)
        self.world.connect(connection_id, caller)
        return watcher

    def subscribe(self, watcher: Watcher, **wanted: object) -> Actor:
        self.requests += 1
        request_id = f"r-{self.requests}"
        known = watcher.client.positions(watcher.detailed() if "transfers" in wanted else None)
        if wanted not in watcher.wants:
            watcher.wants.append(wanted)
        watcher.asked = {r: w for r, w in watcher.asked.items() if w != wanted}
        watcher.asked[request_id] = wanted
        asked = Subscribe(action="subscribe", request_id=request_id, known=known, **wanted)  # type: ignore[arg-type]
        connection_id = watcher.client.connection_id
        return self.stage.start(connection_id, partial(self.world.ask, connection_id, asked))

    def unsubscribe(self, watcher: Watcher, **wanted: object) -> None:
        watcher.wants.remove(wanted)
        watcher.asked = {r: w for r, w in watcher.asked.items() if w != wanted}
        asked = Unsubscribe(action="unsubscribe", **wanted)  # type: ignore[arg-type]
        self.world.ask(watcher.client.connection_id, asked)

    def start_worker(self, most: int = 10) -> Actor | None:
        batch = self.world.notices.take(most)
        return self.stage.start("worker", partial(self._work, batch)) if batch else None

    def _work(self, batch: list[Queued]) -> None:
        with self.world.calls.worker():
            self.world.work(batch)

    # --- the end ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """All connections take in again, nobody dies any more, and clients that missed something
        ask again."""
        self.world.sockets.slow.clear()
        for _ in range(ROUNDS):
            for actor in list(self.stage.actors):
                actor.finish()
            self.world.settle()
            left = [each for each in self.watchers.values() if self._asks_again(each)]
            if not left and not self.stage.actors and not self.world.notices.queued:
                return
        raise AssertionError(f"clients do not come to rest: {left}")

    def _asks_again(self, watcher: Watcher) -> bool:
        if watcher.client.connection_id not in self.world.sockets.open:
            return False
        again = watcher.wants if watcher.client.behind else list(watcher.unanswered())
        watcher.client.behind = False
        for wanted in list(again):
            self.world.pass_time(1)  # so that it does not subscribe too often
            self.subscribe(watcher, **wanted)
        return bool(again)

    def judge(self) -> None:
        """Every open client shows the newest state of all that it wants and may see."""
        assert self.world.failures == []
        assert self.broken == []
        for connection_id, watcher in self.watchers.items():
            if connection_id in self.world.sockets.open:
                self._judge(watcher)

    def _judge(self, watcher: Watcher) -> None:
        by_id = {t for want in watcher.wants for t in want.get("transfers", ())}  # type: ignore[attr-defined]
        scopes = {want.get("scope") for want in watcher.wants}
        for known in self.world.transfers.known.values():
            mine = known.owner == watcher.caller.name
            if not (mine or watcher.caller.has(SEE_ALL_TRANSFERS)):
                continue
            if known.transfer_id in by_id:
                expected = live_transfer(known, detail=True)
            elif "all" in scopes or (mine and "mine" in scopes):
                expected = live_transfer(known, detail=False)
            else:
                continue
            shown = dict(watcher.client.known[known.transfer_id])
            wanted = expected.model_dump(mode="json")
            if known.transfer_id not in by_id:  # they may be left over from when it was watched
                for each in (shown, wanted):
                    each.pop("chunk_runs"), each.pop("receipt")
            assert shown == wanted, (watcher, self.stage.told)
