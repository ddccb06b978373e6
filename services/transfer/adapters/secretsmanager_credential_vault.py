"""Keeps the destinations' credentials in AWS Secrets Manager."""

import json
from dataclasses import asdict
from typing import Any

from botocore.exceptions import ClientError

from services.transfer.domain.destination import Credential
from services.transfer.domain.errors import CredentialMissing

RECOVERY_DAYS = 7  # Secrets Manager's shortest; a destination deleted by mistake can be restored
# Never stored; marked for deletion. Both answer that there is nothing to read or to delete.
GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class SecretsManagerCredentialVault:
    """Implements CredentialVault. The secret's name is the prefix plus the destination's id."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client, self._prefix = client, prefix

    def store(self, secret_id: str, credential: Credential) -> None:
        name = self._prefix + secret_id
        known = {key: value for key, value in asdict(credential).items() if value is not None}
        text = json.dumps(known)
        try:
            self._client.put_secret_value(SecretId=name, SecretString=text)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ResourceNotFoundException":
                self._client.create_secret(Name=name, SecretString=text)
            elif code == "InvalidRequestException":  # marked for deletion: the id is used again
                self._client.restore_secret(SecretId=name)
                self._client.put_secret_value(SecretId=name, SecretString=text)
            else:
                raise

    def read(self, secret_id: str) -> Credential:
        try:
            answer = self._client.get_secret_value(SecretId=self._prefix + secret_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                raise CredentialMissing(secret_id) from error
            raise
        return Credential(**json.loads(answer["SecretString"]))

    def delete(self, secret_id: str) -> None:
        try:
            self._client.delete_secret(
                SecretId=self._prefix + secret_id, RecoveryWindowInDays=RECOVERY_DAYS
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
