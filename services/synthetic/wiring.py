"""The one place that names the synthetic transfer's adapters and creates its clients."""

import secrets
from datetime import UTC, datetime
from threading import Event

from botocore.config import Config

from runtime.address_guard import AddressGuard
from runtime.clients import AwsClients
from runtime.guarded_http import GuardedHttp
from runtime.rest_api import RestApi
from runtime.telemetry import TelemetryMeter, logger
from services.synthetic.adapters.http_ferry import HttpFerry
from services.synthetic.adapters.secretsmanager_login import SecretsManagerLogin
from services.synthetic.domain.ports import Ports
from services.synthetic.settings import SyntheticSettings

AWS_CALLS = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5
)
CALL_SECONDS = 20.0  # six of them and the longest wait end before the function
LABEL_BYTES = 6


class Wiring:
    def __init__(self, settings: SyntheticSettings) -> None:
        client = AwsClients().shared("secretsmanager", AWS_CALLS)
        http = GuardedHttp(AddressGuard.of(settings.allowed_networks), total_seconds=CALL_SECONDS)
        logins = SecretsManagerLogin(client, settings.login_secret_id)
        self.settings = settings
        self.ports = Ports(
            ferry=HttpFerry(RestApi(http, settings.api_url), logins),
            meter=TelemetryMeter(),
            log=lambda phrase, what: logger().warning(phrase, reason=what),
            pause=_pause,
            now=lambda: datetime.now(UTC),
            new_label=lambda: f"synthetic-{secrets.token_hex(LABEL_BYTES)}",
            policy=settings.policy,
        )


def _pause(seconds: float) -> None:
    Event().wait(seconds)


def build() -> Wiring:
    return Wiring(SyntheticSettings.load())
