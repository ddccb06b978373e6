"""The agent's proposals against the real API of transfers and tickets, whose ports are fakes.

The token that goes out is the caller's name, and the API finds the caller by it: a test takes
somebody's grants away in `callers`. Calls of the stores and of HTTP pass the hub.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from kernel.caller import Caller
from runtime.guarded_http import AnswerLost, GuardedHttp, HttpAnswer
from runtime.rest_api import RestApi
from services.agent.adapters.http_access import HttpAccess
from services.agent.domain.chat import Json
from services.agent.domain.handles import Handles
from services.agent.domain.outcome import Learned
from services.agent.domain.ports import Ports
from services.agent.domain.proposal import Proposal
from services.agent.domain.tool import Outcome, Scene
from services.agent.domain_services.read_tools import read_tools
from services.agent.domain_services.tools.propose import Propose
from services.agent.use_cases.confirm_proposal import confirm_proposal
from services.ticketing.handlers import api as ticketing_api
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers import api as transfer_api
from tests.fakes.agent_stores import InMemoryConversations
from tests.fakes.callers import ANN, BOB
from tests.fakes.proposals import InMemoryProposals
from tests.fakes.ticketing_world import TicketingWorld
from tests.fakes.watched import watched
from tests.fakes.world import World
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

BODY, KEY, BUCKET = b"x" * 1_000, "daily/2026-11-21.csv", "outgoing"
NAMES = frozenset({"key", "prefix", "destination_id", "transfer_id"})  # of what handles stand for
LEASE = timedelta(seconds=56)  # and a little


@dataclass
class InProcessHttp:
    """GuardedHttp's `send`, to the handlers of this process. `sent` has each call."""

    callers: Mapping[str, Caller]
    serve: Callable[[dict[str, Any]], dict[str, Any]]
    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> HttpAnswer:
        parts = urlsplit(url)
        self.sent.append((method, parts.path))
        caller = self.callers[headers["Authorization"].removeprefix("Bearer ")]
        told = body.decode() if body else None
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        event = request(method, unquote(parts.path), told, headers, query, caller)
        answer = self.serve(event)
        return HttpAnswer(answer["statusCode"], {}, answer["body"].encode())


class Confirming:
    def __init__(self) -> None:
        self.world = World()
        self.world.buckets.put(BUCKET, KEY, BODY)
        self.tickets = TicketingWorld()
        self.callers = {each.name: each for each in (ANN, BOB)}
        settings = SimpleNamespace(cors_origins=(), stage="test")
        wires: Any = SimpleNamespace(ports=self.world.ports, settings=settings)
        desk: Any = SimpleNamespace(ports=self.tickets.ports, settings=settings)
        transfers, tickets = transfer_api.api_of(wires), ticketing_api.api_of(desk)

        def serve(event: dict[str, Any]) -> dict[str, Any]:
            path = event["path"]
            api = tickets if "servicenow" in path or path.endswith("/tickets") else transfers
            return api(event, Invocation())

        self.http = InProcessHttp(self.callers, serve)
        watched_http = cast(GuardedHttp, watched("http", self.http, self.calls))
        self.stored = InMemoryProposals()
        self.conversations = InMemoryConversations()
        numbers = count(1)
        outcomes = SimpleNamespace(learned=lambda *_: Learned({}, 90))
        self.ports = cast(
            Ports,
            SimpleNamespace(
                proposals=watched("proposals", self.stored, self.calls),
                conversations=self.conversations,
                outcomes=outcomes,
                access=HttpAccess(RestApi(watched_http, "https://api.example")),
                now=lambda: self.world.clock,
                new_id=lambda: f"a{next(numbers)}",
            ),
        )
        self.handles = Handles()

    @property
    def calls(self) -> Any:  # noqa: ANN401 - the hub
        return self.world.calls

    def pass_time(self, time: timedelta) -> None:
        self.world.calls.pass_time(time.total_seconds())

    # --- what the model does -----------------------------------------------------------------

    def use(self, name: str, asked: Json, by: Caller = ANN, said: str = "") -> Outcome:
        """`said` is what the user asked for; without it, exactly what the model proposes."""
        tool = next(each for each in (*self._tools(), self.propose_tool) if each.name == name)
        outcome: Outcome = tool.run(asked, self._scene(by, said or self._order(asked)))
        self.handles = outcome.handles
        return outcome

    def _tools(self) -> Any:  # noqa: ANN401 - tools that read
        return read_tools(self.ports.outcomes)

    def _order(self, asked: Json) -> str:
        """The user's words for it, with every name in full."""
        named = [asked.get(name, []) for name in ("objects", "folder", "destination", "transfer")]
        handles = [h for each in named for h in (each if isinstance(each, list) else [each])]
        told = [self.handles.known.get(str(each), {}) for each in handles]
        names = [str(v) for each in told for k, v in each.items() if k in NAMES]
        options = [str(v) for k, v in asked.items() if k in ("target_path", "label")]
        verb = {"start": "send", "batch": "send all of", "ticket": "open a ticket about"}
        action = str(asked.get("action"))
        return " ".join([verb.get(action, f"{action} the transfer"), *names, *options])

    @property
    def propose_tool(self) -> Propose:
        return Propose(self.ports.proposals, self.ports.outcomes, self.ports.new_id)

    def _scene(self, by: Caller, said: str) -> Scene:
        token = SecretStr(by.name)
        reader = self.ports.access.reader(token, lambda: 20.0)
        now = self.world.clock
        return Scene(by, "conv-1", "c-1", self.handles, reader, now, said)

    def proposed(self, by: Caller = ANN, said: str = "", **asked: Any) -> Proposal:  # noqa: ANN401
        """What the store has of it."""
        told = self.use("propose", asked, by, said)
        assert told.proposal_id is not None, told.told
        found = self.stored.read(told.proposal_id)
        assert found is not None
        return found

    def listed(self) -> None:
        """obj_1 and so on in the order of their keys, fold_1, dest_1, tra_1."""
        self.use("list_buckets", {})
        self.use("list_files", {"bucket": "bkt_1", "everything_below": True})
        self.use("list_files", {"bucket": "bkt_1"})
        self.use("list_destinations", {})
        self.use("list_transfers", {})

    def start_proposed(self) -> Proposal:
        self.listed()
        return self.proposed(action="start", objects=["obj_1"], destination="dest_1")

    # --- what people do ----------------------------------------------------------------------

    def confirm(self, proposal: Proposal, by: Caller = ANN, digest: str | None = None) -> Proposal:
        return confirm_proposal(
            proposal.id, digest or proposal.digest, by, SecretStr(by.name), ports=self.ports
        )

    def take_grants_from(self, name: str) -> Caller:
        """The caller as the authorizer finds them from now on."""
        bare = replace(self.callers[name], grants=type(ANN.grants)())
        self.callers[name] = bare
        return bare

    # --- the end -----------------------------------------------------------------------------

    def transfers(self) -> list[Transfer]:
        return list(self.world.transfers.open_transfers())

    def state(self, proposal: Proposal) -> Proposal:
        found = self.stored.read(proposal.id)
        assert found is not None
        return found

    def told(self) -> list[str]:
        return [each.detail_type for each in self.stored.told]

    def confirmation(self) -> dict[str, Any]:
        """The one ProposalConfirmed."""
        [event] = [each for each in self.stored.told if "Confirmed" in each.detail_type]
        found: dict[str, Any] = json.loads(event.detail)["data"]
        return found


def lost() -> Exception:
    return AnswerLost("api.example", "the connection broke")
