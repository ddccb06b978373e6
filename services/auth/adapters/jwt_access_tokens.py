"""Access tokens: JSON Web Tokens signed with HMAC-SHA-256, in the profile of RFC 9068."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import jwt

from kernel.caller import Role
from services.auth.adapters.secretsmanager_signing_keys import KID, SigningKey
from services.auth.domain.errors import TokenRefused
from services.auth.domain.ports import Claims
from services.auth.domain.session import ID
from services.auth.domain.user import NAME

ALGORITHM = "HS256"
TYPE = "at+jwt"
MAX_TOKEN = 4_096  # characters; ours have some 500
LATEST = 2**32  # seconds, which is in the year 2106; Python cannot tell far later times
LEEWAY = timedelta(seconds=60)  # how far clocks may be apart
REQUIRED = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "sid"]
# The times are compared here, with the caller's clock rather than PyJWT's own.
OPTIONS: Any = {
    "require": REQUIRED,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "strict_aud": True,
}


class SigningKeys(Protocol):
    def current(self) -> SigningKey: ...
    def find(self, kid: str) -> SigningKey | None: ...


class JwtAccessTokens:
    """Implements AccessTokens. Issuer and audience name the stage, so its tokens are good for no
    other stage."""

    def __init__(self, keys: SigningKeys, stage: str) -> None:
        self._keys = keys
        self._issuer, self._audience = f"fileferry-{stage}", f"fileferry-{stage}-api"

    def issue(self, claims: Claims) -> str:
        key, issued_at = self._keys.current(), int(claims.issued_at.timestamp())
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": claims.user,
            "jti": claims.token_id,
            "sid": claims.session_id,
            "roles": [role.value for role in claims.roles],
            "iat": issued_at,
            "nbf": issued_at,
            "exp": int(claims.expires_at.timestamp()),
        }
        return jwt.encode(payload, key.key, ALGORITHM, headers={"typ": TYPE, "kid": key.kid})

    def read(self, token: str, now: datetime) -> Claims:
        if len(token) > MAX_TOKEN:
            raise TokenRefused("too long")
        key = self._key_of(token)
        try:
            payload = jwt.decode(
                token,
                key.key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options=OPTIONS,
            )
            return _claims_of(payload, now)
        except jwt.PyJWTError as error:
            raise TokenRefused(type(error).__name__) from None
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
            raise TokenRefused("claims of another kind than ours") from None

    def _key_of(self, token: str) -> SigningKey:
        """Raises TokenRefused for an unknown key. An error of the store of keys is not the token's
        fault, so it is raised as it is."""
        key = self._keys.find(_kid_of(token))
        if key is None:
            raise TokenRefused("unknown key")
        return key


def _kid_of(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise TokenRefused(type(error).__name__) from None
    except (TypeError, ValueError, RecursionError):  # JSON may be nested deeper than we can read
        raise TokenRefused("header of another kind than ours") from None
    kid = header.get("kid")
    # Only what `issue` writes is allowed, and no key, address of a key or extension of the sender.
    if header != {"alg": ALGORITHM, "typ": TYPE, "kid": kid}:
        raise TokenRefused("header of another kind than ours")
    if not isinstance(kid, str) or not KID.fullmatch(kid):
        raise TokenRefused("header of another kind than ours")
    return kid


def _claims_of(payload: dict[str, Any], now: datetime) -> Claims:
    times = [payload[name] for name in ("iat", "nbf", "exp")]
    if any(type(seconds) is not int or not 0 <= seconds <= LATEST for seconds in times):
        raise TokenRefused("times of another kind than ours")
    issued_at, not_before, expires_at = (datetime.fromtimestamp(each, UTC) for each in times)
    if max(issued_at, not_before) - LEEWAY > now:
        raise TokenRefused("not valid yet")
    if expires_at + LEEWAY <= now:
        raise TokenRefused("expired")
    # DynamoDB refuses texts that cannot be keys, and then we could not answer. So they end here.
    user, session_id, token_id = payload["sub"], payload["sid"], payload["jti"]
    if not (NAME.fullmatch(user) and ID.fullmatch(session_id) and ID.fullmatch(token_id)):
        raise TokenRefused("claims of another kind than ours")
    if not isinstance(payload["roles"], list):
        raise TokenRefused("claims of another kind than ours")
    roles = tuple(Role(role) for role in payload["roles"])
    return Claims(user, session_id, token_id, roles, issued_at, expires_at)
