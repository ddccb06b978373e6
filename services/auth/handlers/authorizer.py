"""Tells API Gateway who calls. It lets the caller pass, or answers 'Unauthorized'."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.caller import Caller
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.auth import wiring
from services.auth.domain.errors import NotLoggedIn, TokenRefused
from services.auth.handlers.grants_view import grants_view
from services.auth.use_cases.authorize import Authorized, authorize


def handler(event: LambdaEvent, context: LambdaContext) -> dict[str, Any]:
    """A refusal is raised outside of the entrypoint, because it is no failure of the function."""
    answer = decide(event, context)
    if answer is None:
        raise Exception("Unauthorized")  # API Gateway turns only this message into 401
    return answer


@entrypoint(wiring.build)
def decide(
    event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring
) -> dict[str, Any] | None:
    """None when the token stands for nobody."""
    try:
        found = authorize(_token(event), ports=wires.ports)
    except NotLoggedIn as refusal:
        reason = str(getattr(refusal, "reason", refusal.code))
        logger().info("caller refused", code=refusal.code, reason=reason)
        return None
    return _answer(found, event["methodArn"])


def _token(event: Mapping[str, Any]) -> str:
    """Browsers cannot set headers of a WebSocket, so they name the token as a second protocol.
    Raises TokenRefused."""
    offers = _headers(event, "authorization")
    if len(offers) == 1:
        scheme, _, token = offers[0].partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
    protocols = [] if "httpMethod" in event else _headers(event, "sec-websocket-protocol")
    if not offers and len(protocols) == 1:
        name, _, token = protocols[0].partition(",")
        if name.strip().lower() == "bearer" and token.strip():
            return token.strip()
    raise TokenRefused("no token" if not offers else "not one bearer token")


def _headers(event: Mapping[str, Any], name: str) -> list[str]:
    """Every value that was sent. `headers` holds only one value of a repeated header."""
    several = event.get("multiValueHeaders") or {}
    found = [each for key, values in several.items() if key.lower() == name for each in values]
    single = event.get("headers") or {}
    return found or [value for key, value in single.items() if key.lower() == name]


def _answer(found: Authorized, method_arn: str) -> dict[str, Any]:
    """The answer is for the whole stage, because API Gateway caches it and uses it for every route
    that the token is sent to."""
    user = found.user
    caller = Caller(
        user=user.name,
        session_id=found.session.id,
        roles=tuple(role.value for role in user.roles),
        grants=grants_view(user.grants),
    )
    api, stage = method_arn.split("/")[:2]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": f"{api}/{stage}/*",
    }
    answer: dict[str, Any] = {
        "principalId": user.name,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"caller": caller.model_dump_json()},
    }
    if user.api_key is not None:
        answer["usageIdentifierKey"] = user.api_key.value
    return answer
