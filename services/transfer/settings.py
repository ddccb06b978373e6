"""Every setting of the transfer service. A field is the environment variable of that name."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Self

from pydantic import Field, field_validator, model_validator

from runtime.settings import CommaList, ServiceSettings
from services.transfer.domain.home import Patience
from services.transfer.domain.ports import Policy
from services.transfer.domain.retry import RetryPolicy

LOGIN_WAITS = 6  # each may take a partner's timeout: connect, keys, login, and these again, SFTP
DESTINATION_SHARE = 2  # one destination gets at most one of so many lane workers
MAX_QUEUE_DELAY_SECONDS = 900  # SQS keeps no message back for longer


class TransferSettings(ServiceSettings):
    event_bus_name: str
    transfers_table: str
    lane_queue_url: str
    long_lane_queue_url: str = Field(description="of lanes whose turns only a container carries")
    state_machine_arn: str
    reader_role_arn: str
    secret_prefix: str
    secrets_key: str | None = None
    region: str = ""
    home_region: str = Field(default="", description="of the stage")
    peer_region: str = Field(default="", description="the stage's other one; empty for none")
    peer_endpoint: str = Field(default="", description="of its DynamoDB; empty for the region's")
    home_held_seconds: float = Field(
        default=900, ge=1, description="so long a look at the other region counts"
    )
    allowed_networks: CommaList = ()
    cors_origins: CommaList = ()
    chunk_bytes: int = Field(default=100_000_000, ge=1)
    lanes_per_transfer: int = Field(default=16, ge=1, le=16, description="at most")
    shorter_ends: bool = False  # of plans; not before every release in use knows them
    lane_concurrency: int = Field(default=8, ge=2, description="lane workers at once")
    lane_turn_seconds: float = Field(default=900, gt=0, description="the lane worker's timeout")
    lease_seconds: float = Field(default=90, ge=2)
    lane_due_seconds: float = Field(default=300, ge=2)
    hand_over_seconds: float = Field(default=60, ge=0)
    backoff_base_seconds: float = Field(default=2, gt=0)
    backoff_cap_seconds: float = Field(default=120, gt=0, le=MAX_QUEUE_DELAY_SECONDS)
    max_failures: int = Field(default=8, ge=1)
    partner_timeout_seconds: float = Field(default=60, gt=0)
    one_handle_bytes_per_second: int = Field(default=20_000_000, ge=1, description="a slow line")
    partner_session_seconds: float | None = Field(
        default=None,
        gt=0,
        description="of one session as a whole, where a function has little time",
    )
    long_turn_seconds: float = Field(
        default=0,
        ge=0,
        le=172_800,  # ECS protects a task from its end for no longer
        description="one turn in the container worker; 0: none is deployed",
    )
    long_poll_seconds: int = Field(default=20, ge=1, le=20, description="of the container worker")
    ecs_agent_uri: str | None = Field(default=None, description="set by ECS in its containers")
    session_test_seconds: float = Field(
        default=18,
        ge=0,
        description="so long after its begin a test of a destination opens sessions",
    )
    keep_part_seconds: float = Field(default=86_400, ge=0)
    checkpoint_seconds: float = Field(default=30, gt=0)
    synthetic_user: str = Field(default="", description="as infra/synthetic names it; '': none")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ip_network(name)
        return names

    @model_validator(mode="after")
    def _leave_time_to_move(self) -> Self:
        """A turn needs time to log in, to move and to hand over. With less time, every turn would
        end before it has moved a byte."""
        needed = self._seconds_around_moving
        if needed >= self.lane_turn_seconds:
            raise ValueError(
                f"LANE_TURN_SECONDS is {self.lane_turn_seconds:g}: with HAND_OVER_SECONDS"
                f" {self.hand_over_seconds:g} (twice) and PARTNER_TIMEOUT_SECONDS"
                f" {self.partner_timeout_seconds:g} ({LOGIN_WAITS} times) no time is left"
                " to move a byte. Lower them."
            )
        if self.backoff_base_seconds > self.backoff_cap_seconds:
            raise ValueError(
                f"BACKOFF_BASE_SECONDS {self.backoff_base_seconds:g} is above"
                f" BACKOFF_CAP_SECONDS {self.backoff_cap_seconds:g}. Lower it."
            )
        return self

    @property
    def _seconds_around_moving(self) -> float:
        return 2 * self.hand_over_seconds + LOGIN_WAITS * self.partner_timeout_seconds

    def _handle_bytes(self, turn_seconds: float) -> int:
        """What one handle surely carries in a turn."""
        seconds = max(0.0, turn_seconds - self._seconds_around_moving)
        return int(seconds * self.one_handle_bytes_per_second)

    @property
    def patience(self) -> Patience:
        """Of regions. A session ends with its lease. The second lease is for clocks that differ."""
        held, leases = self.home_held_seconds, 2 * self.lease_seconds
        return Patience(timedelta(seconds=held), timedelta(seconds=leases))

    @property
    def policy(self) -> Policy:
        return Policy(
            chunk_bytes=self.chunk_bytes,
            lanes_per_transfer=self.lanes_per_transfer,
            shorter_ends=self.shorter_ends,
            lanes_per_destination=self.lane_concurrency // DESTINATION_SHARE,
            lease_seconds=self.lease_seconds,
            hand_over_seconds=self.hand_over_seconds,
            lane_due_seconds=self.lane_due_seconds,
            keep_part_seconds=self.keep_part_seconds,
            checkpoint_seconds=self.checkpoint_seconds,
            one_handle_bytes=self._handle_bytes(self.lane_turn_seconds),
            long_handle_bytes=self._handle_bytes(self.long_turn_seconds),
            session_test_seconds=self.session_test_seconds,
            synthetic_user=self.synthetic_user or None,
            retry=RetryPolicy(
                self.backoff_base_seconds, self.backoff_cap_seconds, self.max_failures
            ),
        )
