"""Every setting of the ticketing service; a field is the environment variable of that name."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, Json, field_validator

from runtime.settings import CommaList, ServiceSettings
from services.ticketing.domain.form import Form, forms_of
from services.ticketing.domain.ticket import Kind


class TicketingSettings(ServiceSettings):
    event_bus_name: str
    ticketing_table: str
    desk_queue_url: str
    servicenow_secret_id: str
    tickets: bool = Field(description="false: this stage has no tickets")
    allowed_networks: CommaList = ()
    cors_origins: CommaList = ()
    synthetic_user: str = Field(default="", description="has no tickets; '': none")
    note_minutes: float = Field(default=15, ge=0, description="at most one note of a ticket in it")
    lasting_minutes: float = Field(default=10, ge=0, description="trouble is told after it")
    desk_seconds: float = Field(default=20, gt=0, le=20, description="of one call at most")
    ticket_mapping: Annotated[Json[Any], Field(description="JSON, see forms_of")] = "{}"

    @field_validator("ticket_mapping")
    @classmethod
    def _fits(cls, value: Any) -> Any:  # noqa: ANN401 - JSON
        forms_of(value)
        return value

    @property
    def forms(self) -> Mapping[Kind, Form]:
        return forms_of(self.ticket_mapping)

    @property
    def note_every(self) -> timedelta:
        return timedelta(minutes=self.note_minutes)

    @property
    def lasts(self) -> timedelta:
        return timedelta(minutes=self.lasting_minutes)
