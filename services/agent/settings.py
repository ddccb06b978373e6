"""Every setting of the agent service; a field is the environment variable of that name."""

from datetime import timedelta

from pydantic import Field

from runtime.settings import ServiceSettings


class AgentSettings(ServiceSettings):
    agent_table: str
    # Events come up to 60 days late (runtime.dynamodb.inbox), and would bring a row back.
    keep_days: int = Field(default=90, ge=60)

    @property
    def keep_for(self) -> timedelta:
        return timedelta(days=self.keep_days)
