"""The login of the synthetic transfer's user, as AWS Secrets Manager has it."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.synthetic.domain.errors import ApiAway, NoLogin


@dataclass(frozen=True)
class Login:
    user: str
    password: str = field(repr=False)


class SecretsManagerLogin:
    """The secret is read each time, so a new password counts at once."""

    def __init__(self, client: Any, secret_id: str) -> None:
        self._client, self._secret_id = client, secret_id

    def read(self) -> Login:
        """Raises NoLogin, ApiAway."""
        try:
            told = self._client.get_secret_value(SecretId=self._secret_id)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise NoLogin(self._secret_id) from None
            raise ApiAway(f"Secrets Manager: {error.response['Error']['Code']}") from None
        except BotoCoreError as error:
            raise ApiAway(f"Secrets Manager: {type(error).__name__}") from None
        try:
            document = json.loads(told.get("SecretString", ""))
            return Login(str(document["user"]), str(document["password"]))
        except (ValueError, TypeError, KeyError):  # its text would show a part of the secret
            raise NoLogin(self._secret_id) from None
