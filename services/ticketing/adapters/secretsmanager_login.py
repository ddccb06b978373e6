"""Reads from AWS Secrets Manager who we are in ServiceNow."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.ticketing.adapters.servicenow_instance import Instance, instance_of
from services.ticketing.domain.errors import NotConfigured, Unreachable
from services.ticketing.domain.ports import LoginVersion

# It was never stored, has no value yet, or is marked for deletion.
GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
NO_VERSION = "none"


class SecretsManagerLogin:
    """Implements Login. The secret is read each time, so a new value counts at once."""

    def __init__(self, client: Any, secret_id: str) -> None:
        self._client, self._secret_id = client, secret_id

    def version(self) -> LoginVersion:
        """Raises Unreachable."""
        version, text = self._read()
        return LoginVersion(version, instance_of(version, text) is not None)

    def instance(self) -> Instance:
        """Raises NotConfigured, Unreachable."""
        version, text = self._read()
        instance = instance_of(version, text)
        if instance is None:
            raise NotConfigured(self._secret_id, version)
        return instance

    def _read(self) -> tuple[str, str]:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in GONE:
                return NO_VERSION, ""
            raise Unreachable("AWS Secrets Manager", code) from error
        except BotoCoreError as error:
            raise Unreachable("AWS Secrets Manager", type(error).__name__) from error
        return str(answer["VersionId"]), str(answer.get("SecretString", ""))
