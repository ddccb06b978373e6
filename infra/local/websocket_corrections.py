"""Corrections of MiniStack's WebSocket APIs. They correct how functions are called, what a refused
client is told, and what is posted to connections.
"""

import asyncio
import json
import time
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import ministack.services.apigateway as gateway
import ministack.services.lambda_svc as functions

from infra.local.anchors import expect
from infra.local.gateway_corrections import uses

Value = Any  # whatever MiniStack hands over
MESSAGES_AT_ONCE = 64  # of all connections; each has a thread while its function runs
MOST_POSTED = 128 * 1024
FLUSH_SECONDS = 5.0  # how long a deleted connection may take what was posted before
POLL_SECONDS = 0.005
REFUSED, FAILED, UNAUTHORIZED = 400, 502, 401
SERVER_ERROR = "Internal server error"
CALL = (
    *("api_id", "account_id", "region", "route", "stage", "connection_id", "event_type"),
    *("message_id", "body", "source_ip", "headers"),
)
# What a connection's own task knows; tasks that it starts know it, too.
_connected_at: ContextVar[int] = ContextVar("connected at")
_refused: ContextVar[tuple[int, str, str] | None] = ContextVar("status, connection and request")
_delivering: set[asyncio.Task[None]] = set()


class Unauthorized(Exception):
    """The authorizer raised exactly this word."""


def call_like_other_functions() -> None:
    """Functions of routes are called as all others are: their logs are kept, an exception is an
    error, and they share few processes. A connection's messages are handed over at once, so they
    may overtake each other. What a function answers to a message is not sent, because no route has
    a route response. When it fails, API Gateway tells the client itself.
    """
    turns = asyncio.Semaphore(MESSAGES_AT_ONCE)

    async def call(*given: Value, query_params: Value = None, **more: Value) -> Value:
        known = dict(zip(CALL, given, strict=True))
        event = _event(known, query_params, more)
        if known["event_type"] != "MESSAGE":
            answer = await _answer(known, event) or {"statusCode": FAILED}
            if known["event_type"] == "CONNECT" and int(answer["statusCode"]) >= REFUSED:
                refuse(known, int(answer["statusCode"]))
            return answer
        task = asyncio.create_task(deliver(known, event))
        _delivering.add(task)
        task.add_done_callback(_delivering.discard)
        return None

    async def deliver(known: dict[str, Any], event: dict[str, Any]) -> None:
        async with turns:
            answer = await _answer(known, event)
        if answer is None:
            await tell(known, SERVER_ERROR)

    gateway._invoke_ws_lambda = call


def refuse(known: dict[str, Any], status: int) -> None:
    """What the client of this connect will be told."""
    _refused.set((status, known["connection_id"], known["message_id"]))


async def tell(known: dict[str, Any], text: str) -> None:
    """Sends API Gateway's own answer to a message."""
    ids = {"connectionId": known["connection_id"], "requestId": known["message_id"]}
    if connection := gateway._ws_connections.get(known["connection_id"]):
        await connection["outbox"].put(json.dumps({"message": text, **ids}))


def _event(known: dict[str, Any], query_params: Value, more: dict[str, Any]) -> dict[str, Any]:
    kind, named = known["event_type"], ("stage", "connection_id", "event_type", "message_id")
    route_key = known["route"].get("routeKey", "$default")
    context = gateway._ws_request_context(
        known["api_id"],
        route_key,
        *(known[name] for name in (*named, "source_ip", "headers")),
    )
    context |= {"connectedAt": _connected_at.get(), "messageDirection": "IN"}
    if more.get("authorizer") is not None:
        context["authorizer"] = more["authorizer"]
    if kind == "DISCONNECT":
        context["disconnectStatusCode"] = int(more.get("disconnect_code", 1005))
        context["disconnectReason"] = more.get("disconnect_reason", "")
    if kind == "MESSAGE":
        context["messageId"] = known["message_id"]
    handshake = {}
    if kind == "CONNECT":
        handshake = gateway._ws_connect_fields(known["headers"], query_params)
    return {
        **handshake,
        "requestContext": context,
        "body": known["body"],
        "isBase64Encoded": False,
    }


async def _answer(known: dict[str, Any], event: dict[str, Any]) -> dict[str, Any] | None:
    """None when the function is not there, raises, or answers nothing that API Gateway knows."""
    target = known["route"].get("target", "").removeprefix("integrations/")
    integration = gateway._integrations.get(known["api_id"], {}).get(target, {})
    result = await _execute(integration.get("integrationUri", ""), known, event)
    answer = (result or {}).get("body")
    if result is None or result.get("error") or not isinstance(answer, dict):
        return None
    return answer if "statusCode" in answer else None


async def _execute(uri: str, known: dict[str, Any], event: dict[str, Any]) -> Value:
    """The result of the function, or None when there is no such function."""
    found, config, _ = functions._get_func_record_for_ref_in_scope(
        gateway._extract_lambda_ref_from_integration_uri(uri),
        account_id=known["account_id"],
        region=known["region"],
    )
    if found is None or config is None:
        return None
    record = functions._execution_record_for_config(found, config)
    return await gateway.run_reentrant(
        functions._execute_function_with_config_scope, record, event, thread_name="websocket"
    )


def take_any_json() -> None:
    """JSON that is too deep to be read goes to the default route. In stock MiniStack it ends the
    connection."""
    select = gateway._evaluate_route_selection

    def selected(expression: str, text: str) -> str:
        try:
            return str(select(expression, text))
        except RecursionError:
            return "$default"

    gateway._evaluate_route_selection = selected


def refuse_as_told() -> None:
    """A client that is refused learns the status: 401 when the authorizer raises `Unauthorized`,
    otherwise that of the function behind $connect. Stock MiniStack says 500 and 403.
    """
    authorize, handle = gateway._authorize_ws_connect, gateway.handle_websocket

    async def ask(authorizer: Value, event: Value, account_id: str, region: str) -> Value:
        known = {"account_id": account_id, "region": region}
        result = await _execute(authorizer.get("authorizerUri", ""), known, event) or {}
        body = result.get("body")
        if not result.get("error"):
            return body if isinstance(body, dict) else None
        if isinstance(body, dict) and body.get("errorMessage") == "Unauthorized":
            raise Unauthorized
        return None

    async def authorize_or_401(*given: Value) -> Value:
        try:
            return await authorize(*given)
        except Unauthorized:
            return (UNAUTHORIZED, "Unauthorized"), None

    async def handle_and_tell(
        scope: Value, receive: Value, send: Value, *given: Value, **more: Value
    ) -> None:
        _connected_at.set(int(time.time() * 1000))
        _refused.set(None)

        async def send_status(message: Value) -> None:
            refused = _refused.get()
            if refused is None or message["type"] != "websocket.close":
                await send(message)
                return
            status, *ids = refused
            told = SERVER_ERROR if status >= FAILED else HTTPStatus(status).phrase
            await gateway._refuse_ws_handshake(scope, send, status, told, *ids)

        await handle(scope, receive, send_status, *given, **more)

    gateway._invoke_request_authorizer_lambda = ask
    gateway._authorize_ws_connect = authorize_or_401
    gateway.handle_websocket = handle_and_tell


def name_headers_as_sent() -> None:
    """Names of headers begin with capitals, as clients send them and API Gateway hands them over.
    Stock MiniStack has them in lower case, and would hide code that knows only these."""
    fields = gateway._ws_connect_fields

    def named(headers: Value, query_params: Value) -> Value:
        return fields({name.title(): value for name, value in headers.items()}, query_params)

    gateway._ws_connect_fields = named


def deliver_before_closing() -> None:
    """What was posted before a connection is deleted still reaches it. A post of more than 128 KB
    is refused."""
    manage = gateway.handle_connections_api

    async def manage_in_order(
        method: str,
        api_id: str,
        stage: str,
        connection_id: str,
        body: bytes,
        headers: Value,
    ) -> Value:
        connection = gateway._ws_connections.get(connection_id)
        if method == "POST" and len(body) > MOST_POSTED:
            kind = {"x-amzn-ErrorType": "PayloadTooLargeException"}
            return 413, kind, b'{"message": "Message too long"}'
        if method == "DELETE" and connection:
            deadline = time.monotonic() + FLUSH_SECONDS
            while not connection["outbox"].empty() and time.monotonic() < deadline:
                await asyncio.sleep(POLL_SECONDS)
        return await manage(method, api_id, stage, connection_id, body, headers)

    gateway.handle_connections_api = manage_in_order


def expect_known_websockets() -> None:
    handle, authorize = gateway.handle_websocket, gateway._authorize_ws_connect
    expect(uses(handle, "_invoke_ws_lambda"), "the calls of routes moved")
    expect(uses(gateway._invoke_ws_lambda, "body_text: str, source_ip: str"), "their form moved")
    expect(uses(handle, "_ws_connections[connection_id] = conn_record"), "connections moved")
    expect(uses(handle, '== "websocket.disconnect"'), "messages moved")
    expect(uses(handle, "_evaluate_route_selection"), "the choice of routes moved")
    expect(uses(handle, "_authorize_ws_connect"), "the authorization moved")
    expect(uses(authorize, "_invoke_request_authorizer_lambda"), "the authorizer moved")
    expect(uses(authorize, "_ws_connect_fields"), "the handshake's form moved")
    expect(uses(gateway.handle_connections_api, 'conn["outbox"].put'), "the outbox moved")


def correct_websockets() -> None:
    expect_known_websockets()
    call_like_other_functions()
    take_any_json()
    refuse_as_told()
    name_headers_as_sent()
    deliver_before_closing()
