"""Every setting of the auth service. A field is the environment variable of that name."""

from pydantic import Field, field_validator

from contracts import caller
from kernel.caller import Role
from runtime.settings import CommaList, ServiceSettings
from services.auth.domain.networks import read_network
from services.auth.domain.ports import Policy


class AuthSettings(ServiceSettings):
    event_bus_name: str
    auth_table: str
    signing_secret_id: str
    api_url: str
    websocket_url: str
    allowed_callers: CommaList = ()
    cors_origins: CommaList = ()
    access_seconds: int = Field(default=3_600, ge=60)
    session_seconds: int = Field(default=43_200, ge=60)
    idle_seconds: int = Field(default=1_800, ge=60)
    usage_plan_id: str = ""
    sso_loopback: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret_id: str = ""
    oidc_scopes: str = "openid profile email"
    oidc_user_claim: str = "email"
    oidc_groups_claim: str = "groups"
    oidc_roles: dict[str, caller.Role] = Field(default_factory=dict)

    @field_validator("allowed_callers")
    @classmethod
    def _are_networks(cls, cidrs: tuple[str, ...]) -> tuple[str, ...]:
        for cidr in cidrs:
            read_network(cidr)
        return cidrs

    @property
    def policy(self) -> Policy:
        return Policy(
            access_seconds=self.access_seconds,
            session_seconds=self.session_seconds,
            idle_seconds=self.idle_seconds,
            group_roles=tuple((group, Role(role)) for group, role in self.oidc_roles.items()),
            return_origins=self.cors_origins,
            allowed_callers=tuple(map(read_network, self.allowed_callers)),
            sso_loopback=self.sso_loopback,
        )
