"""Secrets of AWS Secrets Manager that functions make at run time, so that no stack has them.

secrets = MadeSecrets(client, "fileferry/dev/destinations/", tags, key, peer_region)
secrets.make("acme-1", text)
"""

from collections.abc import Mapping
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

# The first was never stored, the second is marked for deletion. In both cases there is nothing to
# read or to delete.
GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
NO_REPLICA = GONE | {"InvalidParameterException"}


class MadeSecrets:
    """A secret's name is the prefix plus its id. Its tags say whose costs it is, because it has
    none of a stack. `key` encrypts new ones; without it AWS's own key does. `peer_region` may have
    a replica of each (`make export` makes them)."""

    def __init__(
        self,
        client: BaseClient,
        prefix: str,
        tags: Mapping[str, str],
        key: str | None = None,
        peer_region: str = "",
    ) -> None:
        self._client, self._prefix, self._peer_region = client, prefix, peer_region
        self._made: dict[str, Any] = {
            "Tags": [{"Key": name, "Value": value} for name, value in tags.items()]
        }
        if key:
            self._made["KmsKeyId"] = key

    def make(self, secret_id: str, text: str) -> None:
        self._client.create_secret(Name=self._prefix + secret_id, SecretString=text, **self._made)

    def read(self, secret_id: str) -> str | None:
        """None when it is gone."""
        try:
            answer = self._client.get_secret_value(SecretId=self._prefix + secret_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
        return str(answer["SecretString"])

    def delete(self, secret_id: str, recovery_days: int | None = None) -> None:
        """At once and for ever without `recovery_days`. One that is gone is no error."""
        how: dict[str, Any] = {"ForceDeleteWithoutRecovery": True}
        if recovery_days is not None:
            how = {"RecoveryWindowInDays": recovery_days}
        name = self._prefix + secret_id
        try:
            self._without_replica(name)
            self._client.delete_secret(SecretId=name, **how)
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
