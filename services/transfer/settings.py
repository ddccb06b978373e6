"""Every setting of the transfer service; a field is the environment variable of that name."""

from ipaddress import ip_network

from pydantic import Field, field_validator

from runtime.settings import CommaList, ServiceSettings
from services.transfer.domain.ports import Policy
from services.transfer.domain.retry import RetryPolicy


class TransferSettings(ServiceSettings):
    event_bus_name: str
    transfers_table: str
    lane_queue_url: str
    state_machine_arn: str
    reader_role_arn: str
    secret_prefix: str
    allowed_networks: CommaList = ()
    cors_origins: CommaList = ()
    chunk_bytes: int = Field(default=100_000_000, ge=1)
    lanes_per_transfer: int = Field(default=4, ge=1, le=16)
    lease_seconds: float = Field(default=90, ge=2)
    lane_due_seconds: float = Field(default=300, ge=2)
    hand_over_seconds: float = Field(default=60, ge=0)
    backoff_base_seconds: float = Field(default=2, gt=0)
    backoff_cap_seconds: float = Field(default=120, gt=0)
    max_failures: int = Field(default=8, ge=1)
    partner_timeout_seconds: float = Field(default=60, gt=0)
    keep_part_seconds: float = Field(default=86_400, ge=0)

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ip_network(name)
        return names

    @property
    def policy(self) -> Policy:
        return Policy(
            chunk_bytes=self.chunk_bytes,
            lanes_per_transfer=self.lanes_per_transfer,
            lease_seconds=self.lease_seconds,
            hand_over_seconds=self.hand_over_seconds,
            lane_due_seconds=self.lane_due_seconds,
            keep_part_seconds=self.keep_part_seconds,
            retry=RetryPolicy(
                self.backoff_base_seconds, self.backoff_cap_seconds, self.max_failures
            ),
        )
