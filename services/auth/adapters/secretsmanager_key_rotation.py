"""The four steps in which AWS Secrets Manager rotates the signing key.

See 'Rotation by Lambda function' in its user guide. Every step may be called again. Then it finds
what it did before. `version` is the request's token and the id of the secret's new version.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from kernel.caller import Role
from services.auth.adapters.jwt_access_tokens import JwtAccessTokens
from services.auth.adapters.secretsmanager_signing_keys import SigningKey
from services.auth.domain.ports import Claims

KID_BYTES, KEY_BYTES = 8, 32


class SecretsManagerKeyRotation:
    """Implements KeyRotation."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def create(self, secret: str, version: str) -> None:
        if self._pending(secret, version) is not None:
            return
        key = {"kid": secrets.token_hex(KID_BYTES), "key": secrets.token_urlsafe(KEY_BYTES)}
        self._client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=version,
            SecretString=json.dumps(key),
            VersionStages=["AWSPENDING"],
        )

    def test(self, secret: str, version: str) -> None:
        text = self._pending(secret, version)
        if text is None:
            raise LookupError(f"Version {version} of the signing secret was not created.")
        tokens = JwtAccessTokens(_OneKey(SigningKey.parse(text)), "rotation")
        now = datetime.now(UTC).replace(microsecond=0)
        claims = Claims("nobody", "none", "none", (Role.USER,), now, now + timedelta(minutes=1))
        if tokens.read(tokens.issue(claims), now) != claims:
            raise ValueError(f"Version {version} of the signing secret does not sign.")

    def finish(self, secret: str, version: str) -> None:
        stages = self._client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next((each for each, names in stages.items() if "AWSCURRENT" in names), None)
        if current == version:
            return
        # Secrets Manager itself gives AWSPREVIOUS to the version that loses AWSCURRENT.
        move = {"VersionStage": "AWSCURRENT", "MoveToVersionId": version}
        if current is not None:
            move["RemoveFromVersionId"] = current
        self._client.update_secret_version_stage(SecretId=secret, **move)

    def _pending(self, secret: str, version: str) -> str | None:
        try:
            answer = self._client.get_secret_value(SecretId=secret, VersionId=version)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return str(answer["SecretString"])


class _OneKey:
    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def current(self) -> SigningKey:
        return self._key

    def find(self, kid: str) -> SigningKey | None:
        return self._key if kid == self._key.kid else None
