"""Desks that write into a double, or into a server of a test."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from services.ticketing.adapters.servicenow_desk import ServiceNowDesk
from services.ticketing.adapters.servicenow_instance import Instance
from services.ticketing.domain.errors import DeskError

LOGIN = ("fileferry", "a wrong horse")
CLIENT = ("fileferry-client", "double-secret")
SECONDS = 10.0
TABLE = "incident"
_numbers = itertools.count(1)


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Secret:
    """Implements Instances."""

    value: Instance

    def instance(self) -> Instance:
        return self.value


def basic(url: str, password: str = LOGIN[1]) -> Instance:
    return Instance("v1", url, "127.0.0.1", LOGIN[0], password)


def oauth(url: str, secret: str = CLIENT[1]) -> Instance:
    return Instance("v1", url, "127.0.0.1", CLIENT[0], secret, f"{url}/oauth_token.do")


def desk_of(
    instance: Instance,
    clock: Clock | None = None,
    seconds: float = SECONDS,
    staging: Mapping[str, str] | None = None,
) -> ServiceNowDesk:
    http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]))
    now = clock or Clock()
    return ServiceNowDesk(http, Secret(instance), now, seconds=seconds, staging=staging)


def new_id() -> str:
    return f"ff:transfer{next(_numbers)}:user"


def fields(correlation_id: str, **further: str) -> dict[str, str]:
    words = {"short_description": "A file for ACME", "description": "One line\nand another"}
    return {"correlation_id": correlation_id, **words, **further}


def keeps_secrets(error: DeskError) -> None:
    for secret in (LOGIN[1], CLIENT[1], "Basic ", "Bearer "):
        assert secret not in f"{error} {error!r} {vars(error)}"
