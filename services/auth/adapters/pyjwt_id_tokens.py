"""Checks the identity provider's ID tokens with its published keys."""

import json
import time
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any

import jwt
from jwt.types import Options

from services.auth.adapters.jwt_access_tokens import LATEST
from services.auth.domain.errors import ProviderError, SsoRefused

# Only signatures by a private key of the provider count. Whoever knows the client secret could make
# an HS* signature. If the public key were taken for the secret, anybody could.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "ES256", "ES384"})
LEEWAY_SECONDS = 60
KEYS_SECONDS = 3_600  # a key that the provider withdrew stays good for an hour at most
REREAD_SECONDS = 10  # so that unknown key ids cannot make us ask the provider all the time
MAX_TOKEN = 65_536  # characters; group lists make them long
MAX_SUBJECT = 255  # OpenID Connect Core, 2
ODD = (TypeError, ValueError, ArithmeticError, RecursionError)  # what malformed claims raise
REQUIRED = ("iss", "sub", "aud", "exp", "iat")

Keys = list[Mapping[str, Any]]


class PyJwtIdTokens:
    """`fetch` reads the provider's JWKS. It raises ProviderError."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        fetch: Callable[[], Mapping[str, Any]],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer, self._client_id = issuer, client_id
        self._fetch, self._monotonic = fetch, monotonic
        self._keys: Keys = []
        self._read_at: float | None = None

    def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Raises SsoRefused, ProviderError."""
        if len(token) > MAX_TOKEN:
            raise SsoRefused("the ID token is too long")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, *ODD) as error:
            raise _not_good(error) from None
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise SsoRefused("the ID token is not signed in a way that counts here")
        claims = self._decoded(token, self._key(header.get("kid"), algorithm), algorithm)
        self._check(claims, nonce)
        return claims

    def _decoded(self, token: str, key: jwt.PyJWK, algorithm: str) -> dict[str, Any]:
        options: Options = {"require": list(REQUIRED), "enforce_minimum_key_length": True}
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                options=options,
                audience=self._client_id,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
            )
            json.dumps(claims, ensure_ascii=False).encode()  # raises for halves of characters
        except (jwt.PyJWTError, *ODD) as error:
            raise _not_good(error) from None
        return claims

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """What OpenID Connect Core, 3.1.3.7 asks for beyond a good JWT."""
        times = [claims[name] for name in ("exp", "iat", "nbf") if name in claims]
        if any(type(each) not in (int, float) or not 0 <= each <= LATEST for each in times):
            raise SsoRefused("the ID token's times are none")
        audience, party = claims["aud"], claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (several or party is not None) and party != self._client_id:
            raise SsoRefused("the ID token was made for another application")
        found = claims.get("nonce")
        if not isinstance(found, str) or not compare_digest(found.encode(), nonce.encode()):
            raise SsoRefused("the ID token belongs to another login")
        if not 0 < len(claims["sub"]) <= MAX_SUBJECT:
            raise SsoRefused("the ID token names nobody")

    def _key(self, kid: object, algorithm: str) -> jwt.PyJWK:
        now = self._monotonic()
        if self._read_at is None or now - self._read_at > KEYS_SECONDS:
            self._read(now)
        found = self._matching(kid, algorithm)
        if not found and self._read_at is not None and now - self._read_at > REREAD_SECONDS:
            self._read(now)
            found = self._matching(kid, algorithm)
        if len(found) != 1:
            raise SsoRefused("the ID token is signed with a key that the provider does not show")
        try:
            return jwt.PyJWK.from_dict(dict(found[0]), algorithm)
        except (jwt.PyJWTError, LookupError, *ODD) as error:
            raise _not_good(error) from None

    def _read(self, now: float) -> None:
        keys = self._fetch().get("keys")
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise ProviderError("its JWKS holds no list of keys")
        self._keys, self._read_at = keys, now

    def _matching(self, kid: object, algorithm: str) -> Keys:
        """A token without a key id is good only where there is no choice (Core, 10.1)."""
        kind = "EC" if algorithm.startswith("ES") else "RSA"
        fitting = [
            key
            for key in self._keys
            if key.get("kty") == kind
            and key.get("use", "sig") == "sig"
            and key.get("alg", algorithm) == algorithm
        ]
        return fitting if kid is None else [key for key in fitting if key.get("kid") == kid]


def _not_good(error: Exception) -> SsoRefused:
    return SsoRefused(f"the ID token is not good ({type(error).__name__})")
