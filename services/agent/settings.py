"""Every setting of the agent service; a field is the environment variable of that name."""

from datetime import timedelta
from ipaddress import ip_network

from pydantic import Field, ValidationInfo, field_validator

from runtime.settings import CommaList, ServiceSettings
from services.agent.domain.ports import Policy
from services.agent.domain.teams_ports import TeamsPolicy


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
    teams_app_id: str = ""  # of our bot in Teams; empty: the stage has none
    teams_tenants: CommaList = Field(default=(), validate_default=True)  # whom the bot answers
    teams_hosts: CommaList = ()  # where answers may go
    teams_open_id: str = ""  # where the Bot Framework says with which keys it signs
    teams_token_url: str = ""  # where our bot logs in
    teams_secret_id: str = ""
    teams_key: str = ""  # of KMS; seals the tokens of those who are connected
    teams_queue_url: str = ""
    proposal_link: str = Field(default="", description="a proposal's page, with {id} in its place")

    @field_validator("teams_tenants")
    @classmethod
    def _are_named(cls, tenants: tuple[str, ...], of: ValidationInfo) -> tuple[str, ...]:
        """Whoever knows the app id could talk to the bot from a tenant of their own."""
        if of.data.get("teams_app_id") and not tenants:
            raise ValueError("name the tenants whose people the bot answers")
        return tenants

    @field_validator("proposal_link")
    @classmethod
    def _has_a_place(cls, link: str) -> str:
        if link and "{id}" not in link:
            raise ValueError("write {id} where the proposal's id belongs")
        return link

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

    @property
    def teams_policy(self) -> TeamsPolicy:
        return TeamsPolicy(self.teams_app_id, frozenset(self.teams_tenants))
