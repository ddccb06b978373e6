"""Every setting of the agent service; a field is the environment variable of that name."""

from datetime import timedelta
from ipaddress import ip_network

from pydantic import Field, field_validator

from runtime.settings import CommaList, ServiceSettings
from services.agent.domain.ports import Policy


class AgentSettings(ServiceSettings):
    agent_table: str
    event_bus_name: str = ""  # of functions that publish
    api_url: str = Field(description="of the REST API, without '/api'")
    allowed_networks: CommaList = ()  # of an API that is not public
    cors_origins: CommaList = ()
    model_id: str = ""  # of a model or an inference profile; empty: the stage has no agent
    model_region: str = ""  # empty: that of the function
    guardrail_id: str = ""
    guardrail_version: str = ""
    tokens_per_day: int = Field(default=200_000, ge=0)  # of one user
    answer_tokens: int = Field(default=2_048, ge=256, le=8_192)  # of one call of the model
    history_bytes: int = Field(default=40_000, ge=4_000, le=400_000)
    conversation_days: int = Field(default=400, ge=1)  # as long as tickets
    outcome_days: int = Field(default=90, ge=20, description="what transfers teach is kept so long")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ip_network(name)
        return names

    @property
    def learn_for(self) -> timedelta:
        return timedelta(days=self.outcome_days)

    @property
    def keep_for(self) -> timedelta:
        return timedelta(days=self.conversation_days)

    @property
    def policy(self) -> Policy:
        return Policy(
            model=self.model_id,
            tokens_per_day=self.tokens_per_day,
            answer_tokens=self.answer_tokens,
            history_bytes=self.history_bytes,
        )
