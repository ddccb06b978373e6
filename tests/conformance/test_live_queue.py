"""Notices and Crew. What is put into the fan-out queue comes out, and threads do all of it once."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Event, Lock

import pytest
from pydantic import TypeAdapter

from runtime.thread_crew import ThreadCrew
from services.progress.adapters.sqs_notices import SqsNotices
from services.progress.domain.ports import Crew, Notices
from services.progress.domain.telling import CatchUp, FanOut, Notice, Page, Telling
from services.progress.domain_services.tell import send_pages
from tests.conformance.clouds import cloud, new_queue, received
from tests.fakes.live_outside import InMemoryNotices, OneAfterTheOther
from tests.fakes.live_world import LiveWorld
from tests.unit.progress.stories import NOON

MESSAGE: TypeAdapter[FanOut] = TypeAdapter(FanOut)
TELLING = Telling("t-1", "jane", False, "{}", '{"a": "ö"}', "{}", NOON, again=True)
SQS_BYTES = 262_144
MESSAGES = [
    Notice("t-1", again=True),
    Page("T#t-1", 3, (TELLING,), "c-1", "c-9"),
    CatchUp("ALL", 1, "c=1", 4),
]


@dataclass
class Queue:
    port: Notices
    take: Callable[[], list[FanOut]]


@pytest.fixture(params=["in_memory", "moto"])
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    if request.param == "in_memory":
        fake = InMemoryNotices(lambda: NOON)
        yield Queue(fake, lambda: [each.message for each in fake.take()])
        return
    with cloud("moto", request) as clients:
        sqs = clients("sqs")
        url = new_queue(sqs)
        yield Queue(
            SqsNotices(sqs, url), lambda: [MESSAGE.validate_json(m) for m in received(sqs, url)]
        )


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: each.kind)
def test_a_message_comes_out_as_it_was_put_in(queue: Queue, message: FanOut) -> None:
    queue.port.put(message)
    assert queue.take() == [message]


def test_a_notice_may_be_delayed(queue: Queue) -> None:
    queue.port.send("later", 300)
    queue.port.send("now")
    assert queue.take() == [Notice("now")]


@pytest.fixture(params=["one", "threads"])
def crew(request: pytest.FixtureRequest) -> Crew:
    return OneAfterTheOther(lambda: datetime.now(UTC)) if request.param == "one" else ThreadCrew(4)


def test_a_crew_does_each_thing_once(crew: Crew) -> None:
    done: list[int] = []
    for _ in range(2):
        assert not crew.each(done.append, range(50), 60)
    assert sorted(done) == sorted([*range(50), *range(50)])
    assert crew.each(done.append, [], 60) == []


def test_a_crew_without_time_begins_nothing(crew: Crew) -> None:
    done: list[int] = []
    assert list(crew.each(done.append, [1, 2], 0)) == [1, 2]
    assert done == []


def test_a_crew_does_the_others_before_it_raises(crew: Crew) -> None:
    done: list[int] = []

    def act(number: int) -> None:
        if number < 8:  # twice as many as there are threads
            raise KeyError(number)
        done.append(number)

    with pytest.raises(KeyError):
        crew.each(act, range(20), 60)
    assert sorted(done) == [*range(8, 20)]


def test_those_that_were_not_begun_are_the_last_ones() -> None:
    clock = [NOON]

    def act(_: int) -> None:
        clock[0] += timedelta(seconds=1)

    assert OneAfterTheOther(lambda: clock[0]).each(act, range(9), 3) == [3, 4, 5, 6, 7, 8]


def test_threads_wait_at_the_same_time() -> None:
    """Each waits until all four have begun. One after the other they would wait for ever."""
    begun, lock, all_here = [0], Lock(), Event()

    def act(_: int) -> None:
        with lock:
            begun[0] += 1
            if begun[0] == 4:
                all_here.set()
        assert all_here.wait(10)

    assert not ThreadCrew(4).each(act, range(4), 60)


def test_whatever_goes_to_the_same_watches_fits_into_messages(queue: Queue) -> None:
    """A quote takes four bytes, because the pieces of JSON are text in JSON."""
    piece = json.dumps({"key": '"' * 12_000})
    tellings = [replace(TELLING, fresh=piece, steady=piece, listed=piece)] * 5
    ports = replace(LiveWorld().ports, notices=queue.port)
    send_pages([Page("ALL", 1, (each,)) for each in tellings], ports=ports)
    taken = queue.take()
    sizes = [len(MESSAGE.dump_json(each)) for each in taken]
    assert max(sizes) <= SQS_BYTES
    assert sum(len(each.tellings) for each in taken if isinstance(each, Page)) == len(tellings)
