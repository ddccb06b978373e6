"""Tells API Gateway who calls. It lets the caller pass, or answers 'Unauthorized'.

It serves the REST API, and `$connect` of the WebSocket API. Its event is never logged, because it
has tokens and tickets in it.
"""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.caller import Caller
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.auth import wiring
from services.auth.domain.errors import AddressRefused, NotLoggedIn, TokenRefused
from services.auth.domain.ports import Ports
from services.auth.domain_services.check_session import Authorized
from services.auth.handlers.grants_view import grants_view
from services.auth.use_cases.admit_connection import admit_connection
from services.auth.use_cases.authorize import authorize

CONNECT = "CONNECT"  # the eventType of a WebSocket's $connect; a REST call has none


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
    """None when the token or ticket stands for nobody."""
    try:
        found = _authorized(event, ports=wires.ports)
    except AddressRefused as refusal:
        logger().info("caller refused", code=refusal.code, source_ip=refusal.source_ip)
        return _policy("nobody", "Deny", event["methodArn"])  # API Gateway answers 403
    except NotLoggedIn as refusal:
        reason = str(getattr(refusal, "reason", refusal.code))
        logger().info("caller refused", code=refusal.code, reason=reason)
        return None
    return _answer(found, event["methodArn"])


def _authorized(event: Mapping[str, Any], *, ports: Ports) -> Authorized:
    """A REST call's query is not looked at, so a ticket opens a WebSocket and nothing else."""
    token = _one(_sent(event, "Headers", "authorization"))
    bearer = _bearer(token) if token is not None else None
    context = event.get("requestContext") or {}
    if context.get("eventType") == CONNECT:
        ticket = _one(_sent(event, "QueryStringParameters", "ticket"))
        source_ip = (context.get("identity") or {}).get("sourceIp")
        return admit_connection(bearer, ticket, source_ip, ports=ports)
    if bearer is None:
        raise TokenRefused("no token")
    return authorize(bearer, ports=ports)


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefused("not one bearer token")
    return token.strip()


def _one(values: list[str]) -> str | None:
    if len(values) > 1:
        raise TokenRefused("sent more than once")
    return values[0] if values else None


def _sent(event: Mapping[str, Any], part: str, name: str) -> list[str]:
    """Every value that was sent. The single-valued form holds only one of a repeated name."""
    several = event.get(f"multiValue{part}") or {}
    found = [each for key, values in several.items() if key.lower() == name for each in values]
    single = event.get(f"{part[0].lower()}{part[1:]}") or {}
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
    answer = _policy(user.name, "Allow", method_arn)
    answer["context"] = {"caller": caller.model_dump_json()}
    if user.api_key is not None:
        answer["usageIdentifierKey"] = user.api_key.value
    return answer


def _policy(principal: str, effect: str, method_arn: str) -> dict[str, Any]:
    api, stage = method_arn.split("/")[:2]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": f"{api}/{stage}/*",
    }
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
