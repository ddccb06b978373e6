"""Keeps the destinations' credentials in AWS Secrets Manager."""

import json
from dataclasses import asdict

from runtime.made_secrets import MadeSecrets
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import CredentialMissing

RECOVERY_DAYS = 7  # Secrets Manager's shortest; until then a deletion by mistake can be undone


class SecretsManagerCredentialVault:
    """Implements CredentialVault."""

    def __init__(self, secrets: MadeSecrets) -> None:
        self._secrets = secrets

    def store(self, secret_id: str, credential: Credential) -> None:
        known = {key: value for key, value in asdict(credential).items() if value is not None}
        self._secrets.make(secret_id, json.dumps(known))

    def read(self, secret_id: str) -> Credential:
        text = self._secrets.read(secret_id)
        if text is None:
            raise CredentialMissing(secret_id)
        return Credential(**json.loads(text))

    def delete(self, secret_id: str) -> None:
        self._secrets.delete(secret_id, RECOVERY_DAYS)
