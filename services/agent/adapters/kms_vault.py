"""Seals tokens with a key of AWS KMS that only this service's functions may use."""

from base64 import b64decode, b64encode
from typing import Any

from botocore.exceptions import ClientError
from pydantic import SecretStr

CONTEXT = "fileferry:about"
UNREADABLE = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsVault:
    """What is sealed has 4,096 bytes at most, as KMS takes them; tokens have some 1,000."""

    def __init__(self, client: Any, key_id: str) -> None:
        self._client, self._key_id = client, key_id

    def seal(self, text: SecretStr, about: str) -> str:
        answer = self._client.encrypt(
            KeyId=self._key_id,
            Plaintext=text.get_secret_value().encode(),
            EncryptionContext={CONTEXT: about},
        )
        return b64encode(answer["CiphertextBlob"]).decode()

    def open(self, sealed: str, about: str) -> SecretStr:
        try:
            answer = self._client.decrypt(
                KeyId=self._key_id,
                CiphertextBlob=b64decode(sealed),
                EncryptionContext={CONTEXT: about},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in UNREADABLE:
                raise LookupError("it was sealed about something else") from None
            raise
        return SecretStr(answer["Plaintext"].decode())
