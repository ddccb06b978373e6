"""Corrections of MiniStack's API Gateway. They correct for whose key a call counts, what is
answered, and which path is handed over.
"""

import inspect
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote

import ministack.app as app
import ministack.services.apigateway_v1 as gateway

from infra.local.anchors import expect

# Kept in the context that the authorizer answered, so that MiniStack caches both for a token.
KEY_IN_CONTEXT = "\0usageIdentifierKey"
OWN_ERROR = b'{"message"'  # MiniStack's own errors begin so, and no function's answer does
_sent: ContextVar[tuple[str, str | None]] = ContextVar("path as sent", default=("", None))
_api_key: ContextVar[str | None] = ContextVar("api key", default=None)


def uses(function: Any, name: str) -> bool:  # noqa: ANN401 - any function of MiniStack
    return name in inspect.getsource(function)


def count_for_the_authorizers_key() -> None:
    """An API whose key source is AUTHORIZER takes the key that its authorizer names, and none that
    the caller sends.
    """
    expect(uses(gateway._authorize_request_v1, "_invoke_authorizer_lambda"), "authorizers moved")
    expect(uses(gateway._execute_in_scope, "_authorize_request_v1"), "the authorization moved")
    expect(uses(gateway._execute_in_scope, "_api_key_from_request"), "the throttle's key moved")
    expect(uses(gateway._check_api_key, "_api_key_from_request"), "the key's check moved")
    ask, authorize = gateway._invoke_authorizer_lambda, gateway._authorize_request_v1
    from_header = gateway._api_key_from_request

    async def ask_and_keep(*given: Any) -> Any:  # noqa: ANN401
        result = await ask(*given)
        answer = (result or {}).get("body")
        if isinstance(answer, dict) and answer.get("usageIdentifierKey"):
            kept = {**(answer.get("context") or {}), KEY_IN_CONTEXT: answer["usageIdentifierKey"]}
            return {**result, "body": {**answer, "context": kept}}
        return result

    async def authorize_and_take(api_id: str, *given: Any) -> Any:  # noqa: ANN401
        error, context = await authorize(api_id, *given)
        source = (gateway._rest_apis.get(api_id) or {}).get("apiKeySource")
        key = (context or {}).get(KEY_IN_CONTEXT, "")
        _api_key.set(key if source == "AUTHORIZER" else None)
        if context and KEY_IN_CONTEXT in context:  # copied, because the cache has this very object
            context = {name: value for name, value in context.items() if name != KEY_IN_CONTEXT}
        return error, context

    def key_of_the_call(headers: Any) -> str:  # noqa: ANN401
        named = _api_key.get()
        return str(from_header(headers)) if named is None else named

    gateway._invoke_authorizer_lambda = ask_and_keep
    gateway._authorize_request_v1 = authorize_and_take
    gateway._api_key_from_request = key_of_the_call


def import_extensions() -> None:
    """Importing an OpenAPI document also sets its gateway responses and the source of its keys."""
    expect(callable(gateway._put_gateway_response), "gateway responses moved")
    import_api = gateway._import_rest_api

    def import_all(spec: Any, base_data: Any = None) -> str:  # noqa: ANN401
        data = dict(base_data or {})
        if source := spec.get("x-amazon-apigateway-api-key-source"):
            data["apiKeySource"] = source
        api_id: str = import_api(spec, data)
        for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            status, _, body = gateway._put_gateway_response(api_id, kind, response)
            if status >= 400:
                raise ValueError(f"gateway response {kind} refused: {body!r}")
        return api_id

    gateway._import_rest_api = import_all


def answer_for_functions() -> None:
    """When a function fails, a gateway response is the answer."""
    expect(uses(gateway._execute_in_scope, "_invoke_lambda_proxy_v1"), "the proxy moved")
    invoke = gateway._invoke_lambda_proxy_v1

    async def invoke_or_err(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        answer = await invoke(*given, **named)
        if isinstance(answer, tuple) and answer[0] == 502 and answer[2].startswith(OWN_ERROR):
            return gateway._gw_error("DEFAULT_5XX", "Internal server error")
        return answer

    gateway._invoke_lambda_proxy_v1 = invoke_or_err


def hand_paths_over_as_sent() -> None:
    """`path` and `pathParameters` are percent-encoded as the caller sent them, and a %2F divides no
    path. Stock MiniStack hands over what its server has decoded.
    """
    expect(uses(app._handle_execute_api_request, "apigw_v1.handle_execute"), "REST calls moved")
    expect(uses(gateway.handle_execute, "path, headers, body"), "the path of REST calls moved")
    dispatch, execute = app._handle_execute_api_request, gateway.handle_execute

    async def dispatch_and_keep(host: str, path: str, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        _sent.set((path, named.get("raw_path")))
        return await dispatch(host, path, *given, **named)

    async def execute_as_sent(api_id: str, stage: str, method: str, path: str, *given: Any) -> Any:  # noqa: ANN401
        return await execute(api_id, stage, method, path_as_sent(path, *_sent.get()), *given)

    app._handle_execute_api_request = dispatch_and_keep
    gateway.handle_execute = execute_as_sent


def path_as_sent(path: str, whole: str, raw: str | None) -> str:
    """`path` is the end of `whole`, and this returns the same end of `raw`. An API's id and a stage
    stand before it, and these are never encoded."""
    prefix = whole.removesuffix(path)
    if raw is None or not raw.startswith(prefix) or unquote(raw) != whole:
        return path
    return raw.removeprefix(prefix)


def correct_gateway() -> None:
    count_for_the_authorizers_key()
    import_extensions()
    answer_for_functions()
    hand_paths_over_as_sent()
