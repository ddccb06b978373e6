"""The bot in Teams in memory: the agent's world, and what the bot asks of the outside."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from pydantic import SecretStr

from kernel.caller import Caller
from services.agent.domain.teams import Chat, Farewell, Incoming, Link, Person
from services.agent.domain.teams_ports import TeamsPolicy, TeamsPorts
from services.agent.domain.tool import Tool
from services.agent.use_cases.answer_in_teams import answer_in_teams
from services.agent.use_cases.make_teams_code import make_teams_code
from services.agent.use_cases.teams_links import remove_teams_links, say_farewell
from tests.fakes.agent_outside import Move
from tests.fakes.agent_teams import (
    InMemoryArrivals,
    InMemoryConnector,
    InMemoryQueue,
    InMemorySessions,
    InMemoryTeamsLinks,
    InMemoryVault,
    known_to,
)
from tests.fakes.agent_world import AgentWorld
from tests.fakes.callers import ANN
from tests.fakes.watched import watched

TENANT, OTHER_TENANT = (
    "11111111-0000-4000-8000-000000000001",
    "99999999-0000-4000-8000-000000000009",
)
SERVICE = "https://smba.trafficmanager.net/emea/"
MEGAN = Person(TENANT, "aad-megan")
ADELE = Person(TENANT, "aad-adele")


class EveryGate:
    """Tests of the gate have the real one."""

    def check(self, token: SecretStr | None, channel: str | None, service_url: str) -> None:
        return


class TeamsWorld(AgentWorld):
    def __init__(self, *tools: Tool) -> None:
        super().__init__(*tools)
        calls, self._symbols = self.calls, count(1)
        self.links, self.arrivals = InMemoryTeamsLinks(), InMemoryArrivals()
        self.vault, self.sessions = InMemoryVault(), InMemorySessions(self.now)
        self.connector, self.queue = InMemoryConnector(), InMemoryQueue()
        self.teams = TeamsPorts(
            links=watched("links", self.links, calls),
            arrivals=watched("arrivals", self.arrivals, calls),
            vault=watched("vault", self.vault, calls),
            sessions=watched("sessions", self.sessions, calls),
            connector=watched("connector", self.connector, calls),
            gate=EveryGate(),
            queue=watched("queue", self.queue, calls),
            now=self.now,
            new_id=self.new_id,
            new_symbols=lambda: f"{next(self._symbols):020}",
            policy=TeamsPolicy("app", frozenset({TENANT})),
        )
        self._activities = count(1)

    # --- people ----------------------------------------------------------------------------------

    def incoming(self, text: str, person: Person = MEGAN, **more: object) -> Incoming:
        made = Incoming(
            activity_id=f"act-{next(self._activities)}",
            person=person,
            name="Megan",
            chat=Chat(SERVICE, f"a:{person.id}", "28:bot"),
            personal=True,
            received_at=self.clock,
            correlation_id="corr-1",
            text=text,
            length=len(text),
        )
        return replace(made, **more)  # type: ignore[arg-type]

    def code(self, caller: Caller = ANN) -> str:
        made = make_teams_code(caller, known_to(self.sessions, caller), teams=self.teams)
        return made.text.get_secret_value()

    def connected(self, person: Person = MEGAN, caller: Caller = ANN) -> Link:
        self.say(self.code(caller), person)
        found = self.links.of_person(person)
        assert found is not None, self.connector.texts
        return found

    def say(self, text: str, person: Person = MEGAN, *moves: Move) -> str | None:
        """What the bot says to it."""
        self.model.moves += moves
        return self.take(self.incoming(text, person))

    def take(self, incoming: Incoming) -> str | None:
        before = len(self.connector.told)
        answer_in_teams(incoming, ports=self.ports, teams=self.teams, tools=self.tools)
        told = self.connector.texts[before:]
        return told[-1] if told else None

    def disconnect(self, caller: Caller = ANN) -> None:
        remove_teams_links(caller, teams=self.teams)

    def work_off(self) -> None:
        """What is in the queue, as its worker does."""
        while self.queue.sent:
            message, delay = self.queue.sent.pop(0)
            self.pass_time(delay)
            if isinstance(message, Farewell):
                say_farewell(message, teams=self.teams)
            else:
                self.take(message)

    def at(self, call: str, act: Callable[[], object], number: int = 1) -> None:
        self.calls.before(call, act, number)


def connected_world() -> TeamsWorld:
    """Megan is connected as Ann."""
    world = TeamsWorld()
    world.connected()
    return world
