"""The Bot Framework, as a bot in Teams meets it: its keys, its login and its connector.

    python -m tests.doubles.bot_framework --port 0 --ready-file F

What all doubles take (faults, requests, page) is told in http_double.py.

    GET  /v1/.well-known/openidconfiguration   issuer and jwks_uri
    GET  /v1/.well-known/keys                  its keys, each with its endorsements
    POST /{tenant}/oauth2/v2.0/token           client_credentials of APP and SECRET for SCOPE ->
         {"token_type", "expires_in", "access_token"}; 400 invalid_request, 401 invalid_client
    POST /{region}/v3/conversations/{id}/activities[/{activity}]   an activity -> 201 {"id"}
         401 without a token of the login; 413 MessageSizeTooBig; 400 BadSyntax for what is no
         message, for an Adaptive Card that Teams does not show, and for an id that is not that of
         the conversation

    POST /_double/tokens    {"serviceurl", ...claims} -> {"token"}: what it sends to a bot.
         "_key": one of KEYS; "_kid": another id in the header
    GET  /_double/told      {"told": [activity + {"_conversation", "_replied_to"}]}
    GET  /_double/summary   {"told"}
"""

import argparse
import base64
import json
import re
import threading
from datetime import UTC, datetime
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.doubles.html_page import page
from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.http_double import Double, run
from tests.doubles.teams_cards import problems_of

APP, SECRET = "0a1b2c3d-1111-4222-8333-444455556666", "bot's secret"
ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
KEYS = {"good": ["msteams", "webchat"], "unendorsed": ["webchat"], "unpublished": ["msteams"]}
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MOST_BYTES = 28_672  # Teams takes about 28 KB of a card
LOGIN = re.compile(r"/[^/]+/oauth2/v2\.0/token")
ACTIVITIES = re.compile(r"/[^/]+/v3/conversations/([^/]+)/activities(?:/([^/]+))?")
TOKEN_SECONDS = 3_600


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def claims_for(service_url: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Of a good token. A claim that is changed to None is left out."""
    now = int(datetime.now(UTC).timestamp())
    good = {"iss": ISSUER, "aud": APP, "nbf": now, "exp": now + 3_600, "serviceurl": service_url}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(claims: dict[str, Any], name: str = "good", kid: str | None = None) -> str:
    return jwt.encode(claims, key(name), algorithm="RS256", headers={"kid": kid or f"key-{name}"})


class BotFramework(Double):
    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.issued: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, call: Call) -> Answer:
        if call.path == "/v1/.well-known/openidconfiguration":
            return json_answer(200, self._metadata(call.headers.get("host", "")))
        if call.path == "/v1/.well-known/keys":
            published = [name for name in KEYS if name != "unpublished"]
            return json_answer(200, {"keys": [_jwk(name) for name in published]})
        if call.method == "POST" and LOGIN.fullmatch(call.path):
            return self._login(call)
        found = ACTIVITIES.fullmatch(call.path)
        if call.method == "POST" and found:
            return self._post(call, found[1], found[2])
        return _error(404, "ServiceError", "There is nothing at this address.")

    def _metadata(self, host: str) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"http://{host}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def _login(self, call: Call) -> Answer:
        form = {name: values[-1] for name, values in parse_qs(call.text).items()}
        if form.get("grant_type") != "client_credentials" or form.get("scope") != SCOPE:
            return json_answer(400, {"error": "invalid_request"})
        if (form.get("client_id"), form.get("client_secret")) != (APP, SECRET):
            return json_answer(401, {"error": "invalid_client"})
        with self._lock:
            token = f"connector-{len(self.issued) + 1}"
            self.issued.add(token)
        told = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": token}
        return json_answer(200, told)

    def _post(self, call: Call, conversation: str, activity: str | None) -> Answer:
        if call.headers.get("authorization", "").removeprefix("Bearer ") not in self.issued:
            return _error(401, "Unauthorized", "Authorization has been denied for this request.")
        if len(call.body) > MOST_BYTES:
            return _error(413, "MessageSizeTooBig", "Message size too large.")
        try:
            told = call.json()
        except ValueError:
            return _error(400, "BadSyntax", "The body is no JSON.")
        if problem := _wrong_with(told, conversation):
            return _error(400, "BadSyntax", problem)
        with self._lock:
            self.told.append(told | {"_conversation": conversation, "_replied_to": activity})
            return json_answer(201, {"id": f"told-{len(self.told)}"})

    def refusal(self, status: int) -> Answer:
        return _error(status, "ServiceError", "As ordered.")

    def control(self, call: Call) -> Answer | None:
        if call.path == "/_double/told":
            return json_answer(200, {"told": self.told})
        if call.path == "/_double/tokens" and call.method == "POST":
            asked = call.json()
            name, kid = asked.pop("_key", "good"), asked.pop("_kid", None)
            return json_answer(201, {"token": signed(claims_for(**_named(asked)), name, kid)})
        return None

    def summary(self) -> dict[str, Any]:
        return {"told": len(self.told)}

    def page(self) -> Answer:
        shown = "".join(
            f'<div class="card"><pre class="text">{escape(json.dumps(each, indent=2))}</pre></div>'
            for each in reversed(self.told[-50:])
        )
        explanation = "What the bot said. Nobody reads it."
        empty = '<p class="soft">Nothing yet.</p>'
        return page("Bot Framework (double)", explanation, shown or empty, "")


def _named(asked: dict[str, Any]) -> dict[str, Any]:
    return {"service_url": asked.pop("serviceurl"), **asked}


def _wrong_with(told: object, conversation: str) -> str | None:
    if not isinstance(told, dict) or told.get("type") != "message":
        return "type: message is expected"
    if told.get("conversation", {}).get("id") != conversation:
        return "the activity is of another conversation"
    if not isinstance(told.get("from", {}).get("id"), str):
        return "from is missing"
    if not told.get("text") and not told.get("attachments"):
        return "Activity must include non empty 'text' or attachments"
    if told.get("textFormat") not in ("plain", "markdown", "xml"):
        return "textFormat is unknown"
    for each in told.get("attachments", []):
        problems = problems_of(each.get("content")) if each.get("contentType") == CARD_TYPE else []
        if problems:
            return f"the card: {problems[0]}"
    return None


def _error(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"error": {"code": code, "message": message}})


def _jwk(name: str) -> dict[str, Any]:
    numbers = key(name).public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": f"key-{name}",
        "x5t": f"key-{name}",
        "n": _base64(numbers.n),
        "e": _base64(numbers.e),
        "x5c": ["not read"],
        "endorsements": KEYS[name],
    }


def _base64(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


if __name__ == "__main__":
    run(argparse.ArgumentParser(description=__doc__), lambda _: BotFramework())
