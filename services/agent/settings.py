"""Every setting of the agent service; a field is the environment variable of that name."""

from datetime import timedelta
from ipaddress import ip_network

from pydantic import Field, field_validator

from runtime.settings import CommaList, ServiceSettings


class AgentSettings(ServiceSettings):
    agent_table: str
    outcome_days: int = Field(default=90, ge=20, description="what transfers teach is kept so long")
    api_url: str = Field(description="of the REST API, without '/api'")
    allowed_networks: CommaList = ()  # of an API that is not public

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ip_network(name)
        return names

    @property
    def learn_for(self) -> timedelta:
        return timedelta(days=self.outcome_days)
