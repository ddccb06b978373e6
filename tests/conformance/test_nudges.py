"""Nudges of ticketing and notify. What is put into the queue comes out, and a lost one is no error
to whoever sends it: the sweep finds what is due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from botocore.exceptions import EndpointConnectionError
from pydantic import TypeAdapter

from services.notify.adapters.sqs_nudges import SqsNudges as NotifyNudges
from services.notify.domain.nudge import Nudge, Send, Spread
from services.notify.domain.ports import Nudges
from services.notify.domain.stage import Stage
from services.ticketing.adapters.sqs_nudges import SqsNudges as TicketingNudges
from services.ticketing.domain.ports import Nudges as TicketingPort
from tests.conformance.clouds import cloud, new_queue, received
from tests.fakes.notify_outside import InMemoryNudges
from tests.fakes.ticketing_world import InMemoryNudges as InMemorySubjects
from tests.unit.progress.stories import NOON

MESSAGE: TypeAdapter[Nudge] = TypeAdapter(Nudge)
NUDGES: list[Nudge] = [Spread("t-1", 2, Stage.FAILED), *(Send(f"n-{n}") for n in range(12))]


@dataclass
class Queues:
    ticketing: TicketingPort
    notify: Nudges
    subjects: Callable[[], list[str]]
    nudges: Callable[[], list[Nudge]]


@pytest.fixture(params=["in_memory", "moto"])
def queues(request: pytest.FixtureRequest) -> Iterator[Queues]:
    if request.param == "in_memory":
        subjects = InMemorySubjects()
        nudges = InMemoryNudges(lambda: NOON)
        taken = lambda: [nudge for due, nudge in nudges.queued if due <= NOON]  # noqa: E731
        yield Queues(subjects, nudges, lambda: subjects.queued, taken)
        return
    with cloud("moto", request) as clients:
        sqs = clients("sqs")
        first, second = new_queue(sqs), new_queue(sqs)
        yield Queues(
            TicketingNudges(sqs, first),
            NotifyNudges(sqs, second),
            lambda: received(sqs, first),
            lambda: [MESSAGE.validate_json(each) for each in received(sqs, second)],
        )


def test_a_subject_comes_out_as_it_was_put_in(queues: Queues) -> None:
    queues.ticketing.send("T#t-1")
    queues.ticketing.send("R#ö")
    assert sorted(queues.subjects()) == ["R#ö", "T#t-1"]


def test_more_nudges_than_one_call_takes_all_come_out(queues: Queues) -> None:
    queues.notify.send(NUDGES)
    queues.notify.send([Send("later")], 60)
    assert sorted(map(str, queues.nudges())) == sorted(map(str, NUDGES))


class Broken:
    def send_message(self, **request: object) -> object:
        raise EndpointConnectionError(endpoint_url="https://sqs.example")


def test_a_queue_that_cannot_be_reached_fails_no_event() -> None:
    TicketingNudges(Broken(), "https://sqs.example/q").send("T#t-1")
