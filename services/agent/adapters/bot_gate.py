"""Checks that the Bot Framework sent an activity to our bot, by the token that came with it."""

from typing import Any

import jwt
from jwt.types import Options
from pydantic import SecretStr

from services.agent.adapters.bot_keys import ISSUER, BotKeys
from services.agent.adapters.teams_places import TeamsPlaces
from services.agent.domain.teams_errors import ActivityRefused

ALGORITHM = "RS256"
CHANNEL = "msteams"
LEEWAY_SECONDS = 300
MOST_TOKEN = 8_192  # characters; a token has some 1,000
ODD = (TypeError, ValueError, ArithmeticError, RecursionError, LookupError)
CHECKED: Options = {
    "require": ["iss", "aud", "exp"],
    "verify_iss": True,
    "verify_aud": True,
    "strict_aud": True,
    "verify_exp": True,
    "verify_nbf": True,
    "enforce_minimum_key_length": True,
}


class BotGate:
    def __init__(self, app_id: str, keys: BotKeys, places: TeamsPlaces) -> None:
        self._app_id, self._keys, self._places = app_id, keys, places

    def check(self, token: SecretStr | None, channel: str | None, service_url: str) -> None:
        """The keys are asked for only if everything that anybody can write is right."""
        if token is None or len(token.get_secret_value()) > MOST_TOKEN:
            raise ActivityRefused("there is none, or it is too long")
        if channel != CHANNEL:
            raise ActivityRefused("it is for another channel than msteams")
        if wrong := self._places.wrong_with(service_url):
            raise ActivityRefused(f"serviceUrl: {wrong}")
        text = token.get_secret_value()
        kid = self._kid(text, service_url)
        key = self._keys.find(kid)
        if key is None:
            raise ActivityRefused("its key is not one that the Bot Framework publishes")
        if CHANNEL not in key.endorsements:
            raise ActivityRefused("its key is not endorsed for msteams")
        try:
            signed = jwt.PyJWK.from_dict(dict(key.jwk), ALGORITHM)
            claims = self._decoded(text, signed, verify=True)
        except (jwt.PyJWTError, *ODD) as error:
            raise ActivityRefused(type(error).__name__) from None
        _compare(claims, service_url)

    def _kid(self, text: str, service_url: str) -> str:
        """Of a token whose claims are right, whoever signed them."""
        try:
            header = jwt.get_unverified_header(text)
            claims = self._decoded(text, None, verify=False)
        except (jwt.PyJWTError, *ODD) as error:
            raise ActivityRefused(type(error).__name__) from None
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise ActivityRefused(f"it is not signed with {ALGORITHM} and a key that has an id")
        _compare(claims, service_url)
        return kid

    def _decoded(self, text: str, key: jwt.PyJWK | None, *, verify: bool) -> dict[str, Any]:
        return jwt.decode(
            text,
            key or "",
            algorithms=[ALGORITHM],
            options={**CHECKED, "verify_signature": verify},
            audience=self._app_id,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
        )


def _compare(claims: dict[str, Any], service_url: str) -> None:
    if claims.get("serviceurl") != service_url:
        raise ActivityRefused("its serviceurl is not that of the activity")
