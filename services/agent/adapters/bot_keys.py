"""The keys with which the Bot Framework signs, as it publishes them."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runtime.guarded_http import CallFailed, GuardedHttp
from services.agent.domain.teams_errors import KeysAway

ISSUER = "https://api.botframework.com"
KEPT_SECONDS = 86_400.0  # Microsoft asks for a new look once a day
UNKNOWN_SECONDS = 3_600.0  # between looks for a key that nobody knows, however many are asked for
TROUBLE_SECONDS = 20.0  # between looks that fail: a flood must not wait for a server that is away
MOST_KEYS = 200
OK = 200


@dataclass(frozen=True)
class BotKey:
    """`jwk` is a public RSA key. The channels of `endorsements` may use it."""

    jwk: Mapping[str, Any]
    endorsements: frozenset[str]


class BotKeys:
    """One for a process. What it does not find changes nothing of what it knows."""

    def __init__(
        self,
        http: GuardedHttp,
        metadata_url: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self._metadata_url, self._monotonic = http, metadata_url, monotonic
        self._keys: Mapping[str, BotKey] = {}
        self._read_at: float | None = None
        self._failed_at: float | None = None

    def find(self, kid: str) -> BotKey | None:
        """Raises KeysAway."""
        now = self._monotonic()
        good_for = KEPT_SECONDS if kid in self._keys else UNKNOWN_SECONDS
        if self._read_at is None or now - self._read_at > good_for:
            self._read(now)
        return self._keys.get(kid)

    def _read(self, now: float) -> None:
        if self._failed_at is not None and now - self._failed_at < TROUBLE_SECONDS:
            raise KeysAway("the last look failed some seconds ago")
        try:
            metadata = self._document(self._metadata_url)
            if metadata.get("issuer") != ISSUER:
                raise KeysAway("its metadata has another issuer")
            self._keys = _keys_in(self._document(str(metadata.get("jwks_uri"))))
        except KeysAway:
            self._failed_at = now
            raise
        self._read_at = now

    def _document(self, url: str) -> Mapping[str, Any]:
        try:
            answer = self._http.send("GET", url, {"Accept": "application/json"})
        except CallFailed as failed:
            raise KeysAway(str(failed)) from None
        if answer.status != OK:
            raise KeysAway(f"it answered {answer.status}")
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise KeysAway("it answered no JSON object")
        return found


def _keys_in(document: Mapping[str, Any]) -> Mapping[str, BotKey]:
    listed = document.get("keys")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_KEYS:
        raise KeysAway("it lists no keys, or too many")
    return {each["kid"]: _key(each) for each in listed if _is_usable(each)}


def _is_usable(each: object) -> bool:
    return (
        isinstance(each, dict)
        and isinstance(each.get("kid"), str)
        and each.get("kty") == "RSA"
        and each.get("use", "sig") == "sig"
    )


def _key(each: Mapping[str, Any]) -> BotKey:
    endorsed = each.get("endorsements")
    names = endorsed if isinstance(endorsed, list) else []
    public = {name: each[name] for name in ("kty", "n", "e") if name in each}
    return BotKey(public, frozenset(name for name in names if isinstance(name, str)))
