"""Keeps the destinations' credentials in AWS Secrets Manager."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from botocore.exceptions import ClientError

from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import CredentialMissing

RECOVERY_DAYS = 7  # Secrets Manager's shortest; until then a deletion by mistake can be undone
# The first was never stored, the second is marked for deletion. In both cases there is nothing to
# read or to delete.
GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
NO_REPLICA = GONE | {"InvalidParameterException"}


class SecretsManagerCredentialVault:
    """Implements CredentialVault. The secret's name is the prefix plus its id. Its tags say whose
    costs it is: no stack makes it, so it has none of a stack. `key` encrypts new ones; without it
    AWS's own key does."""

    def __init__(
        self,
        client: Any,
        prefix: str,
        tags: Mapping[str, str],
        key: str | None = None,
        peer_region: str = "",
    ) -> None:
        """`peer_region` may have a replica of each (`make export` makes them)."""
        self._client, self._prefix, self._peer_region = client, prefix, peer_region
        self._made: dict[str, Any] = {
            "Tags": [{"Key": name, "Value": value} for name, value in tags.items()]
        }
        if key:
            self._made["KmsKeyId"] = key

    def store(self, secret_id: str, credential: Credential) -> None:
        known = {key: value for key, value in asdict(credential).items() if value is not None}
        name = self._prefix + secret_id
        self._client.create_secret(Name=name, SecretString=json.dumps(known), **self._made)

    def read(self, secret_id: str) -> Credential:
        try:
            answer = self._client.get_secret_value(SecretId=self._prefix + secret_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                raise CredentialMissing(secret_id) from error
            raise
        return Credential(**json.loads(answer["SecretString"]))

    def delete(self, secret_id: str) -> None:
        name = self._prefix + secret_id
        try:
            self._without_replica(name)
            self._client.delete_secret(SecretId=name, RecoveryWindowInDays=RECOVERY_DAYS)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise

    def _without_replica(self, name: str) -> None:
        """Secrets Manager deletes no secret that has replicas. If there is none, or this is the
        replica itself, the deletion says what is to be said."""
        if not self._peer_region:
            return
        try:
            self._client.remove_regions_from_replication(
                SecretId=name, RemoveReplicaRegions=[self._peer_region]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in NO_REPLICA:
                raise
