"""Every setting of the notify service. A field is the environment variable of that name."""

from datetime import timedelta
from ipaddress import ip_network
from re import fullmatch

from pydantic import Field, ValidationInfo, field_validator

from contracts.contract import MAIL
from runtime.settings import CommaList, ServiceSettings
from services.notify.domain.policy import Policy


class NotifySettings(ServiceSettings):
    event_bus_name: str
    notify_table: str
    messages_queue_url: str
    secret_prefix: str
    secrets_key: str | None = None
    peer_region: str = Field(default="", description="the stage's other one; empty for none")
    mail_from: str
    operator_address: str = ""
    transfer_link: str = Field(default="", description="a transfer's page, with {id} in its place")
    synthetic_user: str = Field(default="", description="of whom nobody is told; '': none")
    stalled_minutes: int = Field(default=10, ge=1)
    allowed_networks: CommaList = ()
    slack_api: str = Field(default="https://slack.com/api", description="for bot tokens")
    cors_origins: CommaList = ()
    sweep_threads: int = Field(default=10, ge=1, le=64, description="messages at once of one sweep")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            ip_network(name)
        return names

    @field_validator("mail_from", "operator_address")
    @classmethod
    def _is_a_bare_address(cls, address: str, of: ValidationInfo) -> str:
        """No mail could be written with another, and none would be known not to be sent."""
        if not fullmatch(MAIL, address) and (address or of.field_name == "mail_from"):
            raise ValueError("write a bare e-mail address, as fileferry@example.com")
        return address

    @field_validator("transfer_link")
    @classmethod
    def _has_a_place(cls, link: str) -> str:
        if link and "{id}" not in link:
            raise ValueError("write {id} where the transfer's id belongs")
        return link

    @property
    def policy(self) -> Policy:
        return Policy(
            stalled_after=timedelta(minutes=self.stalled_minutes),
            operator_address=self.operator_address or None,
            transfer_link=self.transfer_link or None,
            synthetic_user=self.synthetic_user or None,
        )
