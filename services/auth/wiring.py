"""The one place that names the auth service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls. Libraries that
only some functions need are imported there, too. For example, the authorizer hashes no passwords.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from botocore.client import BaseClient
from botocore.config import Config

from kernel.outbox import EventPublisher
from runtime.bus import CALLS, EventBusPublisher
from runtime.clients import AwsClients
from runtime.dynamodb.carriage import Carriage
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.telemetry import tracer
from services.auth.adapters.apigateway_api_keys import ApiGatewayApiKeys
from services.auth.adapters.dynamodb_attempt_store import DynamoDbAttemptStore
from services.auth.adapters.dynamodb_carriage import user_carriage
from services.auth.adapters.dynamodb_handover_store import DynamoDbHandoverStore
from services.auth.adapters.dynamodb_session_store import DynamoDbSessionStore
from services.auth.adapters.dynamodb_sso_store import DynamoDbSsoStore
from services.auth.adapters.dynamodb_ticket_store import DynamoDbTicketStore
from services.auth.adapters.dynamodb_user_store import DynamoDbUserStore
from services.auth.adapters.jwt_access_tokens import JwtAccessTokens
from services.auth.adapters.secretsmanager_client_secret import SecretsManagerClientSecret
from services.auth.adapters.secretsmanager_key_rotation import SecretsManagerKeyRotation
from services.auth.adapters.secretsmanager_signing_keys import SecretsManagerSigningKeys
from services.auth.domain.ports import (
    AccessTokens,
    ApiKeys,
    AttemptStore,
    HandoverStore,
    IdentityProvider,
    KeyRotation,
    PasswordHasher,
    Policy,
    Ports,
    SessionStore,
    SsoStore,
    TicketStore,
    UserStore,
)
from services.auth.settings import AuthSettings

ID_BYTES = 16  # 128 random bits, so that ids of sessions and secrets of tokens cannot be guessed
SSO_CALLBACK = "/api/login/sso/callback"
# The authorizer has ten seconds and every request waits for it.
AWS_CALLS = Config(
    retries={"mode": "standard", "max_attempts": 4}, connect_timeout=2, read_timeout=5
)


class AwsPorts(Ports):
    """The fields of Ports. Each is made when it is first asked for."""

    def __init__(self, settings: AuthSettings) -> None:
        self._settings, self._table = settings, settings.auth_table
        self._clients = AwsClients()

    def client(self, name: str, config: Config = AWS_CALLS) -> BaseClient:
        return self._clients.shared(name, config)

    @cached_property
    def users(self) -> UserStore:
        return DynamoDbUserStore(self.client("dynamodb"), self._table)

    @cached_property
    def sessions(self) -> SessionStore:
        return DynamoDbSessionStore(self.client("dynamodb"), self._table)

    @cached_property
    def attempts(self) -> AttemptStore:
        return DynamoDbAttemptStore(self.client("dynamodb"), self._table, self.now)

    @cached_property
    def sso(self) -> SsoStore:
        return DynamoDbSsoStore(self.client("dynamodb"), self._table)

    @cached_property
    def tickets(self) -> TicketStore:
        return DynamoDbTicketStore(self.client("dynamodb"), self._table)

    @cached_property
    def handovers(self) -> HandoverStore:
        return DynamoDbHandoverStore(self.client("dynamodb"), self._table)

    @cached_property
    def passwords(self) -> PasswordHasher:
        from services.auth.adapters.argon2_password_hasher import Argon2PasswordHasher

        return Argon2PasswordHasher()

    @cached_property
    def tokens(self) -> AccessTokens:
        secret = self._settings.signing_secret_id
        keys = SecretsManagerSigningKeys(self.client("secretsmanager"), secret, self.now)
        return JwtAccessTokens(keys, self._settings.stage)

    @cached_property
    def api_keys(self) -> ApiKeys:
        settings = self._settings
        return ApiGatewayApiKeys(self.client("apigateway"), settings.stage, settings.usage_plan_id)

    @cached_property
    def provider(self) -> IdentityProvider:
        from services.auth.adapters.httpx_documents import HttpxDocuments, new_client
        from services.auth.adapters.httpx_identity_provider import (
            HttpxIdentityProvider,
            Registration,
        )

        tracer().patch(["httpx"])
        settings = self._settings
        registration = Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            redirect_uri=settings.api_url.rstrip("/") + SSO_CALLBACK,
            scopes=settings.oidc_scopes,
            user_claim=settings.oidc_user_claim,
            groups_claim=settings.oidc_groups_claim,
        )
        vault = self.client("secretsmanager")
        secret = SecretsManagerClientSecret(vault, settings.oidc_secret_id)
        return HttpxIdentityProvider(registration, secret, HttpxDocuments(new_client()))

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return lambda: secrets.token_hex(ID_BYTES)

    @cached_property
    def policy(self) -> Policy:
        return self._settings.policy


class Wiring:
    def __init__(self, settings: AuthSettings) -> None:
        self.settings = settings
        self.ports = AwsPorts(settings)

    @property
    def carriage(self) -> Carriage:
        table, dynamodb = self.settings.auth_table, self.ports.client("dynamodb")
        return user_carriage(dynamodb, table, self.ports.api_keys.create)

    @cached_property
    def bus(self) -> EventPublisher:
        client = self.ports.client("events", CALLS)
        return EventBusPublisher(client, self.settings.event_bus_name, "auth")

    @cached_property
    def outbox(self) -> DynamoDbOutbox:
        return DynamoDbOutbox(self.ports.client("dynamodb"), self.settings.auth_table)

    @cached_property
    def rotation(self) -> KeyRotation:
        return SecretsManagerKeyRotation(self.ports.client("secretsmanager"))


def build() -> Wiring:
    return Wiring(AuthSettings.load())
