"""Our model adapter at the double of Bedrock, in this process."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from botocore.config import Config
from botocore.session import Session

from services.agent.adapters.bedrock_model import CALLS, BedrockModel, Guardrail
from tests.doubles.bedrock import Bedrock
from tests.doubles.http_double import Running, served

MODEL = "global.anthropic.claude-sonnet-4-6"
SPEC = {
    "name": "look",
    "description": "Looks.",
    "inputSchema": {"json": {"type": "object", "properties": {"n": {"type": "integer"}}}},
}
SESSION = Session()  # one for all, because it reads botocore's model of the service
SESSION.set_credentials("key", "secret")


@dataclass
class AtDouble:
    running: Running
    clients: list[Any] = field(default_factory=list)

    def model(
        self, answer_tokens: int = 1_000, guardrail: Guardrail | None = None, calls: Config = CALLS
    ) -> BedrockModel:
        client = SESSION.create_client(
            "bedrock-runtime",
            region_name="eu-central-1",
            endpoint_url=self.running.url,
            config=calls,
        )
        self.clients.append(client)
        return BedrockModel(client, MODEL, answer_tokens, guardrail)

    def order(self, name: str, document: object) -> None:
        found = httpx.post(f"{self.running.url}/_double/{name}", json=document, trust_env=False)
        assert found.status_code == 201, found.text

    def answers(self, *replies: Sequence[Mapping[str, Any]]) -> None:
        self.order("moves", list(replies))

    def requests(self) -> list[dict[str, Any]]:
        found = httpx.get(f"{self.running.url}/_double/requests", trust_env=False).json()
        calls: list[dict[str, Any]] = found["requests"]
        return calls


@contextmanager
def at_double() -> Iterator[AtDouble]:
    with served(Bedrock("script")) as running:
        found = AtDouble(running)
        yield found
        for client in found.clients:
            client.close()
