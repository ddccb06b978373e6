"""Keeps the channels' addresses, tokens and signing secrets in AWS Secrets Manager."""

import json

from runtime.made_secrets import MadeSecrets
from services.notify.domain.channel import Secrets

FIELDS = ("address", "bot_token", "signing_secret")


class SecretsManagerVault:
    """Implements Vault."""

    def __init__(self, secrets: MadeSecrets) -> None:
        self._secrets = secrets

    def store(self, secret_id: str, secrets: Secrets) -> None:
        known = {name: getattr(secrets, name) for name in FIELDS}
        known = {name: value for name, value in known.items() if value is not None}
        self._secrets.make(secret_id, json.dumps(known))

    def read(self, secret_id: str) -> Secrets | None:
        text = self._secrets.read(secret_id)
        if text is None:
            return None
        held = json.loads(text)
        return Secrets(**{name: held.get(name) for name in FIELDS})

    def delete(self, secret_id: str) -> None:
        """At once and for ever: an address that its owner took away is nobody's to recover, and
        secrets that wait for their end count towards the account's quota."""
        self._secrets.delete(secret_id)
