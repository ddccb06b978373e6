"""What API Gateway answers by itself, without a function: problems as everywhere else.

The template has the condition HasOrigins and the parameter CorsOrigins. The first origin is the
console's. Only its pages may read these answers; without origins no page of another origin may.
"""

from typing import Any, NamedTuple

from contracts.problem import Problem, title_of

Json = dict[str, Any]

SECOND = "1"  # after a second an API key's token bucket has room for a call again
DAY = "86400"
# No Content-Security-Policy: API Gateway does not accept single quotes inside a value.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/problem+json",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Vary": "Origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
EXPOSED = "Retry-After, WWW-Authenticate"  # what a page may read besides the body


class GatewayAnswer(NamedTuple):
    status: int
    code: str
    detail: str
    headers: tuple[tuple[str, str], ...] = ()


_LOG_IN = GatewayAnswer(
    401,
    "unauthorized",
    "Log in, and send the access token as 'Authorization: Bearer ...'.",
    (("WWW-Authenticate", "Bearer"),),
)
_NO_ROUTE = GatewayAnswer(404, "no_route", "There is nothing at this address.")
_FORBIDDEN = GatewayAnswer(403, "forbidden", "You may not call this.")
_INVALID = GatewayAnswer(
    400, "request_invalid", "The request cannot be read. Compare it with /api/docs."
)
_OUR_FAULT = GatewayAnswer(
    500, "internal_error", "Something went wrong on our side. Tell us the request id."
)
_TOO_SLOW = GatewayAnswer(
    504, "too_slow", "The answer took too long. Look whether it was done, or retry."
)

# All types have to be listed. A type that is left out keeps its own HTTP status, but its body would
# name the status of DEFAULT_4XX or DEFAULT_5XX.
ANSWERS: dict[str, GatewayAnswer] = {
    "ACCESS_DENIED": _FORBIDDEN,
    "API_CONFIGURATION_ERROR": _OUR_FAULT,
    "AUTHORIZER_CONFIGURATION_ERROR": _OUR_FAULT,
    "AUTHORIZER_FAILURE": _OUR_FAULT,
    "BAD_REQUEST_BODY": _INVALID,
    "BAD_REQUEST_PARAMETERS": _INVALID,
    "DEFAULT_4XX": _INVALID,
    "DEFAULT_5XX": _OUR_FAULT,
    "EXPIRED_TOKEN": _LOG_IN,
    "INTEGRATION_FAILURE": _TOO_SLOW,
    "INTEGRATION_TIMEOUT": _TOO_SLOW,
    "INVALID_API_KEY": GatewayAnswer(
        403, "no_api_key", "Your user has no valid API key. Ask an admin to look at it."
    ),
    "INVALID_SIGNATURE": _LOG_IN,
    "MISSING_AUTHENTICATION_TOKEN": _NO_ROUTE,  # API Gateway's name for an unknown address
    "QUOTA_EXCEEDED": GatewayAnswer(
        429, "quota_exceeded", "All calls of this period are used up.", (("Retry-After", DAY),)
    ),
    "REQUEST_TOO_LARGE": GatewayAnswer(413, "body_too_large", "Send less."),
    "RESOURCE_NOT_FOUND": _NO_ROUTE,
    "THROTTLED": GatewayAnswer(
        429,
        "too_many_requests",
        "Too many calls in a short time. Wait as long as Retry-After says.",
        (("Retry-After", SECOND),),
    ),
    "UNAUTHORIZED": _LOG_IN,
    "UNSUPPORTED_MEDIA_TYPE": GatewayAnswer(
        415, "not_json", "Send Content-Type: application/json."
    ),
    "WAF_FILTERED": _FORBIDDEN,
}


def gateway_responses() -> Json:
    """The value of `x-amazon-apigateway-gateway-responses`, by type."""
    return {name: _response(answer) for name, answer in ANSWERS.items()}


def _response(answer: GatewayAnswer) -> Json:
    problem = Problem(
        type=f"urn:fileferry:problem:{answer.code}",
        title=title_of(answer.status),
        status=answer.status,
        detail=answer.detail,
        # Not the path: nothing would escape characters in it that end a JSON string.
        instance="urn:fileferry:request:$context.requestId",
        code=answer.code,
        request_id="$context.requestId",
    )
    fixed = {**HEADERS, **dict(answer.headers)}
    headers: Json = {f"gatewayresponse.header.{name}": f"'{text}'" for name, text in fixed.items()}
    first = {"Origin": {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "CorsOrigins"}]}]}}
    for name, value in (
        ("Access-Control-Allow-Origin", {"Fn::Sub": ["'${Origin}'", first]}),
        ("Access-Control-Expose-Headers", f"'{EXPOSED}'"),
    ):
        chosen = {"Fn::If": ["HasOrigins", value, {"Ref": "AWS::NoValue"}]}
        headers[f"gatewayresponse.header.{name}"] = chosen
    return {
        "statusCode": str(answer.status),
        "responseParameters": headers,
        "responseTemplates": {"application/json": problem.model_dump_json(exclude={"errors"})},
    }
