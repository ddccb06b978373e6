"""The one place that names the agent service's adapters and creates its clients."""

from botocore.client import BaseClient
from botocore.config import Config

from runtime.clients import AwsClients
from services.agent.adapters.dynamodb_known_transfers import DynamoDbKnownTransfers
from services.agent.domain.ports import KnownPorts
from services.agent.settings import AgentSettings

# All tries of a call take less than the 15 s that the consumer keeps for one more record.
AWS_CALLS = Config(
    retries={"mode": "standard", "max_attempts": 3}, connect_timeout=1, read_timeout=2
)


class Wiring:
    def __init__(self, settings: AgentSettings) -> None:
        self._clients = AwsClients()
        dynamodb = self._clients.shared("dynamodb", AWS_CALLS)
        transfers = DynamoDbKnownTransfers(dynamodb, settings.agent_table)
        self.ports = KnownPorts(transfers, settings.keep_for)

    @property
    def sqs(self) -> BaseClient:
        """Made when an event could not be consumed, not before."""
        return self._clients.shared("sqs", AWS_CALLS)


def build() -> Wiring:
    return Wiring(AgentSettings.load())
