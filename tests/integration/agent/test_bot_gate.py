"""Who is let in as the Bot Framework: forged tokens of every kind, and what floods of them do."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from services.agent.adapters.bot_gate import BotGate
from services.agent.adapters.bot_keys import KEPT_SECONDS, TROUBLE_SECONDS, UNKNOWN_SECONDS
from services.agent.domain.teams_errors import ActivityRefused, KeysAway
from tests.doubles.bot_framework import APP, claims_for, key, signed
from tests.integration.agent.bot import AtBotFramework, at_bot_framework


def in_seconds(seconds: int) -> int:
    """A time as a token has it. Asked for when a test runs: that may be long after it was
    collected."""
    return int(time.time()) + seconds


@pytest.fixture
def bot() -> Iterator[AtBotFramework]:
    with at_bot_framework() as found:
        yield found


def public_text() -> str:
    spelled = (
        key("good")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return spelled.decode()


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(each).encode()) for each in (header, claims))
    return ".".join([*(each.decode().rstrip("=") for each in parts), signature])


def refused(gate: BotGate, token: SecretStr | None, url: str) -> bool:
    try:
        gate.check(token, "msteams", url)
    except ActivityRefused:
        return True
    return False


def test_what_the_bot_framework_sends_is_let_in(bot: AtBotFramework) -> None:
    gate = bot.gate()
    for _ in range(3):
        token = signed(claims_for(bot.service_url))
        gate.check(SecretStr(token), "msteams", bot.service_url)
    assert len(bot.calls("/keys")) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://api.botframework.com.evil.example"}, "InvalidIssuer"),
        ({"iss": "https://sts.windows.net/tenant/"}, "InvalidIssuer"),
        ({"iss": None}, "MissingRequiredClaim"),
        ({"aud": "99999999-1111-4222-8333-444455556666"}, "InvalidAudience"),
        ({"aud": [APP, "another"]}, "InvalidAudience"),
        ({"aud": None}, "MissingRequiredClaim"),
        ({"exp": timedelta(seconds=-301)}, "ExpiredSignature"),
        ({"exp": None}, "MissingRequiredClaim"),
        ({"exp": "tomorrow"}, "DecodeError"),
        ({"nbf": timedelta(seconds=400)}, "ImmatureSignature"),
        ({"serviceurl": "https://smba.trafficmanager.net/emea/"}, "serviceurl"),
        ({"serviceurl": None}, "serviceurl"),
        ({"serviceurl": ["a"]}, "serviceurl"),
    ],
)
def test_a_signed_token_with_another_claim_is_refused(
    bot: AtBotFramework, changes: dict[str, Any], why: str
) -> None:
    wanted = {**claims_for(bot.service_url), **changes}
    for name, value in wanted.items():
        if isinstance(value, timedelta):
            wanted[name] = in_seconds(int(value.total_seconds()))
    token = signed({name: value for name, value in wanted.items() if value is not None})
    with pytest.raises(ActivityRefused, match=why):
        bot.gate().check(SecretStr(token), "msteams", bot.service_url)
    assert not bot.calls("/keys")  # nobody was asked for keys


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -200), ("nbf", 200)])
def test_clocks_may_differ_by_five_minutes(bot: AtBotFramework, claim: str, seconds: int) -> None:
    token = signed(claims_for(bot.service_url, **{claim: in_seconds(seconds)}))
    bot.gate().check(SecretStr(token), "msteams", bot.service_url)


def test_what_somebody_else_signed_is_refused(bot: AtBotFramework) -> None:
    claims, gate = claims_for(bot.service_url), bot.gate()
    forged = {
        "another key under a known id": signed(claims, "unpublished", "key-good"),
        "an unknown id": signed(claims, "unpublished"),
        "a key for other channels": signed(claims, "unendorsed"),
        "no signature": by_hand({"alg": "none", "kid": "key-good"}, claims),
        "no signature, and says RS256": by_hand({"alg": "RS256", "kid": "key-good"}, claims),
        "the public key as a secret": by_hand(
            {"alg": "HS256", "kid": "key-good"}, claims, "c2lnbmVk"
        ),
        "another algorithm": jwt.encode(
            claims, key("good"), algorithm="PS256", headers={"kid": "key-good"}
        ),
        "no id of a key": jwt.encode(claims, key("good"), algorithm="RS256"),
        "changed behind the signature": _changed(
            signed(claims), {**claims, "exp": in_seconds(9_999)}
        ),
        "no token": "x",
        "empty": "",
        "three dots": "...",
        "long": "a" * 9_000,
    }
    for name, token in forged.items():
        assert refused(gate, SecretStr(token), bot.service_url), name
    assert refused(gate, None, bot.service_url)


def test_a_secret_made_of_the_public_key_signs_nothing(bot: AtBotFramework) -> None:
    """PyJWT refuses to sign so; whoever attacks does not ask it."""
    claims = claims_for(bot.service_url)
    unsigned = by_hand({"alg": "HS256", "kid": "key-good"}, claims).rstrip(".")
    mac = hmac.new(public_text().encode(), unsigned.encode(), hashlib.sha256).digest()
    token = f"{unsigned}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    with pytest.raises(ActivityRefused):
        bot.gate().check(SecretStr(token), "msteams", bot.service_url)


@pytest.mark.parametrize("channel", ["webchat", "emulator", "", None])
def test_other_channels_are_refused(bot: AtBotFramework, channel: str | None) -> None:
    token = signed(claims_for(bot.service_url))
    with pytest.raises(ActivityRefused, match="channel"):
        bot.gate().check(SecretStr(token), channel, bot.service_url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:8443/emea/",
        "https://smba.trafficmanager.net/emea/?to=evil",
        "https://169.254.169.254/latest/",
        "smba.trafficmanager.net",
    ],
)
def test_a_service_of_others_is_refused_although_the_token_names_it(
    bot: AtBotFramework, url: str
) -> None:
    token = signed(claims_for(url))
    with pytest.raises(ActivityRefused, match="serviceUrl"):
        bot.gate().check(SecretStr(token), "msteams", url)


def test_a_flood_of_unknown_keys_asks_once_an_hour_and_changes_nothing(bot: AtBotFramework) -> None:
    gate, good = bot.gate(), signed(claims_for(bot.service_url))

    def flood() -> None:
        for number in range(30):
            bot.time.now += 1
            token = signed(claims_for(bot.service_url), "unpublished", f"made-up-{number}")
            with pytest.raises(ActivityRefused):
                gate.check(SecretStr(token), "msteams", bot.service_url)
            gate.check(SecretStr(good), "msteams", bot.service_url)

    flood()
    assert len(bot.calls("/keys")) == 1
    bot.time.now += UNKNOWN_SECONDS + 1
    flood()
    assert len(bot.calls("/keys")) == 2


def test_keys_are_read_again_once_a_day(bot: AtBotFramework) -> None:
    gate, good = bot.gate(), SecretStr(signed(claims_for(bot.service_url)))
    for wait in (0, KEPT_SECONDS - 1, 2):
        bot.time.now += wait
        gate.check(good, "msteams", bot.service_url)
    assert len(bot.calls("/keys")) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503, "path": "*/keys"},
        {"kind": "html", "path": "*/keys"},
        {"kind": "huge", "path": "*/keys"},
        {"kind": "reset_before", "path": "*/openidconfiguration"},
        {"kind": "malformed_json", "path": "*/openidconfiguration"},
        {"kind": "redirect", "status": 302, "path": "*/openidconfiguration"},
    ],
)
def test_keys_that_cannot_be_read_are_asked_for_now_and_then(
    bot: AtBotFramework, fault: dict[str, Any]
) -> None:
    """Not with each call, so that nobody waits for a server that hangs."""
    gate, good = bot.gate(), SecretStr(signed(claims_for(bot.service_url)))
    bot.order({**fault, "count": 1})
    for _ in range(5):
        with pytest.raises(KeysAway) as away:
            gate.check(good, "msteams", bot.service_url)
        assert away.value.retryable
    assert len(bot.calls("/openidconfiguration")) == 1
    bot.time.now += TROUBLE_SECONDS + 1
    gate.check(good, "msteams", bot.service_url)


def _changed(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{body}.{signature}"
