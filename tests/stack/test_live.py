"""Whoever may see a transfer is told of it from its request to its receipt. Nobody else is."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contracts.websocket.server_messages import Delta, Snapshot
from tests.stack.live_people import Audience, audience_of
from tests.stack.running import Running
from tests.stack.watching import Watcher, agrees, goes_forwards

CHUNKS = 30
AT_ONCE = 10  # half as often as a connection may subscribe within some seconds
UNKNOWN = "0123456789abcdef0123"


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


@pytest.fixture
def watchers(running: Running, audience: Audience) -> Iterator[dict[str, Watcher]]:
    """A connection for everybody."""
    with ExitStack() as open_ones:
        yield {
            who: open_ones.enter_context(Watcher(running, token))
            for who, token in audience.tokens.items()
        }


def test_those_who_may_see_a_transfer_see_all_of_its_way_and_nobody_else_anything(
    audience: Audience, watchers: dict[str, Watcher]
) -> None:
    """The owner watches a list and the transfer itself, an operator everything, an auditor the
    transfer, and another user a list and the transfer."""
    key = audience.put(CHUNKS)
    watchers["operator"].subscribe(scope="all")
    for who in ("owner", "other"):
        watchers[who].subscribe(scope="mine")
    moving = audience.send(key=key)
    watchers["auditor"].ask(moving)
    watchers["other"].subscribe(moving, UNKNOWN)
    for who in ("owner", "operator", "auditor"):
        watchers[who].sees(moving, "completed")
    view = audience.state(moving)
    for who in ("owner", "operator", "auditor"):
        told = watchers[who].told[moving]
        assert told[0].status in ("requested", "moving")
        assert goes_forwards(told)
        assert told[-1].owner == audience.people["owner"].name
        agrees(told[-1], view, listed=who != "auditor")
        assert (told[-1].chunk_runs is None) == (who != "auditor")
    told_of = watchers["other"].messages
    assert not any(each.transfers for each in told_of if isinstance(each, Snapshot))
    assert not any(each.changes for each in told_of if isinstance(each, Delta))


def test_another_users_transfer_and_none_at_all_are_answered_alike(
    audience: Audience, watchers: dict[str, Watcher]
) -> None:
    """The auditor shows that there is something to be told."""
    known = audience.send(CHUNKS)
    watchers["auditor"].ask(known)
    watchers["auditor"].until(lambda: known in watchers["auditor"].known, "a snapshot")
    answers = [watchers["other"].subscribe(each) for each in (known, UNKNOWN)]
    alike = [
        [each.model_dump(exclude={"sent_at", "request_id", "transfer_ids"}) for each in answer]
        for answer in answers
    ]
    assert alike[0] == alike[1]
    ((one, code, _), (none, same_code, _)) = watchers["other"].gone()
    assert (one, none) == (known, UNKNOWN)
    assert code == same_code == "transfer_not_found"
    watchers["auditor"].sees(known, "completed")
    watchers["other"].subscribe(UNKNOWN)  # whatever was sent before has arrived with its answer
    assert not watchers["other"].told


def test_only_who_sees_everything_may_watch_everything(watchers: dict[str, Watcher]) -> None:
    for who in ("owner", "other"):
        watchers[who].subscribe(scope="all")
        assert watchers[who].errors() == ["role_missing"]
        assert watchers[who].closed_with is None
    for who in ("operator", "auditor"):
        watchers[who].subscribe(scope="all")
        assert watchers[who].errors() == []


def test_who_subscribes_before_a_transfer_is_known_is_told_of_it_all_the_same(
    audience: Audience, watchers: dict[str, Watcher]
) -> None:
    """The subscription overtakes the event, or meets it on its way."""
    key, owner = audience.put(0), watchers["owner"]
    sent = []
    for _ in range(AT_ONCE):
        sent.append(audience.send(key=key))
        owner.ask(sent[-1])
    for each in sent:
        owner.sees(each, "completed")
        assert goes_forwards(owner.told[each])
        agrees(owner.known[each], audience.state(each))
    assert owner.errors() == []
    assert owner.gone()  # at least one was too early to be known, else this shows nothing
