"""The one place that names the auth service's adapters and creates its clients."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from kernel.outbox import EventPublisher
from runtime.bus import EventBusPublisher
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.auth.adapters.apigateway_api_keys import ApiGatewayApiKeys
from services.auth.adapters.argon2_password_hasher import Argon2PasswordHasher
from services.auth.adapters.dynamodb_attempt_store import DynamoDbAttemptStore
from services.auth.adapters.dynamodb_session_store import DynamoDbSessionStore
from services.auth.adapters.dynamodb_sso_store import DynamoDbSsoStore
from services.auth.adapters.dynamodb_user_store import DynamoDbUserStore
from services.auth.adapters.httpx_documents import HttpxDocuments, new_client
from services.auth.adapters.httpx_identity_provider import HttpxIdentityProvider, Registration
from services.auth.adapters.jwt_access_tokens import JwtAccessTokens
from services.auth.adapters.secretsmanager_client_secret import SecretsManagerClientSecret
from services.auth.adapters.secretsmanager_key_rotation import SecretsManagerKeyRotation
from services.auth.adapters.secretsmanager_signing_keys import SecretsManagerSigningKeys
from services.auth.domain.ports import KeyRotation, Ports
from services.auth.settings import AuthSettings

ID_BYTES = 16  # 128 random bits: ids of sessions and secrets of tokens cannot be guessed
SSO_CALLBACK = "/api/login/sso/callback"
# The authorizer has ten seconds and every request waits for it.
AWS_CALLS = Config(
    retries={"mode": "standard", "max_attempts": 4}, connect_timeout=2, read_timeout=5
)


@dataclass(frozen=True)
class Wiring:
    settings: AuthSettings
    ports: Ports
    bus: EventPublisher
    outbox: DynamoDbOutbox
    rotation: KeyRotation


def build() -> Wiring:
    settings = AuthSettings.load()
    session = boto3.session.Session()

    def client(name: str) -> Any:
        return session.client(name, config=AWS_CALLS)

    def now() -> datetime:
        return datetime.now(UTC)

    dynamodb, table, vault = client("dynamodb"), settings.auth_table, client("secretsmanager")
    keys = SecretsManagerSigningKeys(vault, settings.signing_secret_id, now)
    ports = Ports(
        users=DynamoDbUserStore(dynamodb, table),
        sessions=DynamoDbSessionStore(dynamodb, table),
        attempts=DynamoDbAttemptStore(dynamodb, table, now),
        sso=DynamoDbSsoStore(dynamodb, table),
        passwords=Argon2PasswordHasher(),
        tokens=JwtAccessTokens(keys, settings.stage),
        api_keys=ApiGatewayApiKeys(client("apigateway"), settings.stage, settings.usage_plan_id),
        provider=_provider(settings, vault),
        now=now,
        new_id=lambda: secrets.token_hex(ID_BYTES),
        policy=settings.policy,
    )
    bus = EventBusPublisher(client("events"), settings.event_bus_name, "auth")
    outbox = DynamoDbOutbox(dynamodb, table)
    return Wiring(settings, ports, bus, outbox, SecretsManagerKeyRotation(vault))


def _provider(settings: AuthSettings, vault: Any) -> HttpxIdentityProvider:
    registration = Registration(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        redirect_uri=settings.api_url.rstrip("/") + SSO_CALLBACK,
        scopes=settings.oidc_scopes,
        user_claim=settings.oidc_user_claim,
        groups_claim=settings.oidc_groups_claim,
    )
    secret = SecretsManagerClientSecret(vault, settings.oidc_secret_id)
    return HttpxIdentityProvider(registration, secret, HttpxDocuments(new_client()))
