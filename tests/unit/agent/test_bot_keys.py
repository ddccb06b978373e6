"""The Bot Framework's keys: which documents are believed, and what a failed look changes."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.guarded_http import CallFailed, GuardedHttp, HttpAnswer
from services.agent.adapters.bot_keys import (
    ISSUER,
    KEPT_SECONDS,
    MOST_KEYS,
    TROUBLE_SECONDS,
    UNKNOWN_SECONDS,
    BotKeys,
)
from services.agent.domain.teams_errors import KeysAway

METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"


def a_key(kid: str = "good", **changes: object) -> dict[str, Any]:
    told = {"kty": "RSA", "use": "sig", "n": "AQAB", "e": "AQAB", "endorsements": ["msteams"]}
    return {"kid": kid, **told, **changes}


@dataclass
class Published(GuardedHttp):
    """What the Bot Framework answers. `reads` counts the looks at the keys."""

    issuer: str = ISSUER
    keys: Any = field(default_factory=lambda: [a_key()])
    away: bool = False
    reads: int = 0
    now: float = 0.0

    def send(self, method: str, url: str, *_: Any, **__: Any) -> HttpAnswer:  # noqa: ANN401
        if self.away:
            raise CallFailed("login.botframework.com", "timed out")
        if url == METADATA:
            told = {"issuer": self.issuer, "jwks_uri": "https://login.botframework.com/keys"}
            return HttpAnswer(200, {}, json.dumps(told).encode())
        self.reads += 1
        return HttpAnswer(200, {}, json.dumps({"keys": self.keys}).encode())

    def read_by(self) -> BotKeys:
        return BotKeys(self, METADATA, lambda: self.now)


def test_a_known_key_is_good_for_a_day_and_an_unknown_one_is_looked_for_once_an_hour() -> None:
    published = Published()
    keys = published.read_by()
    reads = []
    for kid, wait in (
        ("good", 0.0),
        ("good", KEPT_SECONDS - 1),
        ("good", 2.0),
        ("made-up", UNKNOWN_SECONDS - 1),
        ("made-up", 2.0),
    ):
        published.now += wait
        assert (keys.find(kid) is None) is (kid == "made-up")
        reads.append(published.reads)
    assert reads == [1, 1, 2, 2, 3]


def test_what_was_known_stays_known_while_the_keys_cannot_be_read() -> None:
    published = Published()
    keys = published.read_by()
    keys.find("good")
    published.now += UNKNOWN_SECONDS + 1
    for broken in ({"away": True}, {"away": False, "keys": []}):
        for name, value in broken.items():
            setattr(published, name, value)
        with pytest.raises(KeysAway):
            keys.find("made-up")
        assert keys.find("good") is not None
        published.now += TROUBLE_SECONDS + 1


def test_the_metadata_of_another_issuer_is_not_believed() -> None:
    published = Published(issuer="https://sts.windows.net/somebody/")
    with pytest.raises(KeysAway, match="another issuer"):
        published.read_by().find("good")
    assert published.reads == 0


@pytest.mark.parametrize(
    "keys", [None, {}, [], [a_key(f"k-{number}") for number in range(MOST_KEYS + 1)]]
)
def test_no_keys_and_too_many_are_none(keys: object) -> None:
    with pytest.raises(KeysAway):
        Published(keys=keys).read_by().find("k-1")


@pytest.mark.parametrize(
    "odd",
    [
        a_key("odd", kty="oct"),
        a_key("odd", use="enc"),
        "odd",
        {"kid": "odd"},
        {**a_key(), "kid": 1},
    ],
)
def test_what_is_no_key_for_signatures_is_passed_over(odd: object) -> None:
    keys = Published(keys=[odd, a_key()]).read_by()
    assert keys.find("odd") is None
    assert keys.find("good") is not None


def test_nothing_private_and_no_odd_endorsement_is_kept() -> None:
    odd = a_key(d="private", endorsements=["msteams", 7, None])
    found = Published(keys=[odd]).read_by().find("good")
    assert found is not None
    assert set(found.jwk) == {"kty", "n", "e"}
    assert found.endorsements == {"msteams"}
    none = Published(keys=[a_key(endorsements="msteams")]).read_by().find("good")
    assert none is not None
    assert none.endorsements == frozenset()
