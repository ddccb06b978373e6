"""An answer of the agent reaches its owner while it is written, piece by piece. It reaches nobody
else, whatever they subscribe to."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contracts.websocket.server_messages import Answer, Snapshot
from tests.stack.live_people import WHO, Audience, audience_of
from tests.stack.running import Running
from tests.stack.watching import Watcher

TALKS = "/api/agent/conversations"
QUESTION = "Which buckets may I send from?"


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


@pytest.fixture
def watchers(running: Running, audience: Audience) -> Iterator[dict[str, Watcher]]:
    with ExitStack() as open_ones:
        yield {
            who: open_ones.enter_context(Watcher(running, token))
            for who, token in audience.tokens.items()
        }


def pieces(watcher: Watcher) -> list[Answer]:
    found = [each for each in watcher.messages if isinstance(each, Answer)]
    return sorted(found, key=lambda each: each.number)


def is_whole(told: list[Answer]) -> bool:
    """Nothing keeps pieces in order on their way: the end may come before what it ends."""
    numbers = [each.number for each in told]
    return bool(told) and told[-1].ended and numbers == list(range(len(told)))


def watch(watcher: Watcher, talk: str) -> None:
    watcher.send({"action": "subscribe", "request_id": "talk", "conversation": talk})
    [watched] = watcher.until(lambda: watcher.answer_to("talk"), "the conversation is watched")
    assert isinstance(watched, Snapshot)
    assert watched.transfers == ()


def test_an_answer_is_told_to_its_owner_and_to_nobody_else(
    audience: Audience, watchers: dict[str, Watcher]
) -> None:
    talk = audience.call("owner", "POST", TALKS, {})["id"]
    for who in WHO:
        watch(watchers[who], talk)
    answer = audience.call("owner", "POST", f"{TALKS}/{talk}/messages", {"text": QUESTION})
    owner = watchers["owner"]
    owner.until(lambda: is_whole(pieces(owner)), "the whole answer")
    told = pieces(owner)
    assert {each.conversation_id for each in told} == {talk}
    assert "".join(each.text for each in told).split() == answer["message"]["text"].split()
    assert [each.tool for each in told if each.tool] == answer["message"]["looked_at"]
    for who in ("other", "operator", "auditor"):
        watchers[who].hear_all()
        assert pieces(watchers[who]) == []
