"""Reads the client secret that the identity provider gave us from AWS Secrets Manager."""

from typing import Any

PUBLIC = "none"  # this value means that the provider gave us no secret (RFC 7591, 2)


class SecretsManagerClientSecret:
    """Reads the secret for each login. Logins are rare, and a new secret counts at once."""

    def __init__(self, client: Any, secret_id: str) -> None:
        self._client, self._secret_id = client, secret_id

    def __call__(self) -> str | None:
        """None for a public client."""
        answer = self._client.get_secret_value(SecretId=self._secret_id)
        secret = str(answer["SecretString"]).strip()
        return None if secret == PUBLIC else secret
