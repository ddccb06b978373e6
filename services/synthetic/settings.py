"""Every setting of the synthetic transfer. A field is the environment variable of that name."""

from ipaddress import ip_network

from pydantic import Field, field_validator

from runtime.settings import CommaList, ServiceSettings
from services.synthetic.domain.ports import Policy, Wish


class SyntheticSettings(ServiceSettings):
    api_url: str
    login_secret_id: str
    destination_id: str = Field(default="", description="our own test partner; empty: off")
    source_bucket: str = ""
    source_key: str = ""
    target_path: str = Field(default="fileferry-synthetic.bin", min_length=1)
    wait_seconds: float = Field(default=150, gt=0, le=160, description="longer is a failure")
    allowed_networks: CommaList = ()

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ip_network(name)
        return names

    @property
    def policy(self) -> Policy:
        if not self.destination_id:
            return Policy(None, self.wait_seconds)
        wish = Wish(self.destination_id, self.source_bucket, self.source_key, self.target_path)
        return Policy(wish, self.wait_seconds)
