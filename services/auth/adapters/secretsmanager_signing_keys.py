"""The keys that sign access tokens. They are read from AWS Secrets Manager and kept in memory for a
while.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from botocore.exceptions import ClientError

KEPT = timedelta(minutes=5)  # for verifying, because a known key does not change
SIGNED_WITH = timedelta(seconds=30)  # a new key signs at the latest after this
ASKED_AGAIN = timedelta(seconds=5)  # so that invented key ids do not drive up the bill
KID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MIN_KEY = 32  # characters; RFC 7518, 3.2: at least as long as the hash, which has 32 bytes


class SigningKeyInvalid(Exception):
    """The message never shows what was found."""

    code = "signing_key_invalid"

    def __init__(self) -> None:
        super().__init__(
            'The signing secret must be JSON {"kid": ..., "key": ...}: a kid of 1 to 64 letters and'
            " digits, a key of at least 32 printable characters. Rotate it."
        )


@dataclass(frozen=True)
class SigningKey:
    kid: str
    key: bytes = field(repr=False)

    @classmethod
    def parse(cls, secret: str) -> Self:
        """Raises SigningKeyInvalid."""
        try:
            content = json.loads(secret)
        except ValueError:
            raise SigningKeyInvalid from None
        match content:
            case {"kid": str(kid), "key": str(key)} if (
                KID.fullmatch(kid) and len(key) >= MIN_KEY and key.isprintable()
            ):
                return cls(kid, key.encode())
        raise SigningKeyInvalid


class SecretsManagerSigningKeys:
    """AWSCURRENT signs. AWSCURRENT and AWSPREVIOUS verify."""

    def __init__(self, client: Any, secret_id: str, now: Callable[[], datetime]) -> None:
        self._client, self._secret_id, self._now = client, secret_id, now
        self._keys: tuple[SigningKey, ...] = ()
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None  # when we last asked about an unknown key

    def current(self) -> SigningKey:
        return self._latest(SIGNED_WITH)[0]

    def find(self, kid: str) -> SigningKey | None:
        """A key that was made a moment ago is found at once, even if the kept keys were just
        read."""
        kept_since = self._read_at
        now, found = self._now(), _with(kid, self._latest(KEPT))
        due = self._asked_at is None or now - self._asked_at >= ASKED_AGAIN
        if found is None and due and self._read_at == kept_since:
            self._asked_at = now
            found = _with(kid, self._latest(timedelta()))
        return found

    def _latest(self, age: timedelta) -> tuple[SigningKey, ...]:
        now = self._now()
        if self._read_at is None or now - self._read_at >= age:
            self._keys = self._read()
            self._read_at = now
        return self._keys

    def _read(self) -> tuple[SigningKey, ...]:
        """Reads again when both stages show the same key: a rotation ended between the two
        calls."""
        for _ in range(2):
            current, before = self._of_stage("AWSCURRENT"), self._of_stage("AWSPREVIOUS")
            if current != before:
                break
        return tuple(key for key in (current, before) if key is not None)

    def _of_stage(self, stage: str) -> SigningKey | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=stage)
        except ClientError as error:
            missing = error.response["Error"]["Code"] == "ResourceNotFoundException"
            if missing and stage == "AWSPREVIOUS":  # the first key has none before it
                return None
            raise
        return SigningKey.parse(answer.get("SecretString", ""))


def _with(kid: str, keys: Sequence[SigningKey]) -> SigningKey | None:
    return next((key for key in keys if key.kid == kid), None)
