"""The container worker takes no lane that ECS would end, and a signal may come at any moment."""

import json
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.transfer import wiring, worker
from services.transfer.adapters.ecs_task_protection import EcsTaskProtection
from services.transfer.settings import TransferSettings
from services.transfer.worker import LongLaneWorker
from tests.unit.transfer.test_settings import NEEDED

TASK = "arn:aws:ecs:eu-central-1:111122223333:task/worker/1"
REFUSED = {"failure": {"Arn": TASK, "Detail": None, "Reason": "DEPLOYMENT_BLOCKED"}}
UNANSWERED = {"error": {"Arn": TASK, "Code": "RequestCanceled", "Message": "Timed out"}}
PROTECTED = {"protection": {"ProtectionEnabled": True, "TaskArn": TASK}}
MESSAGE = {"MessageId": "1", "ReceiptHandle": "r", "Body": "none of ours"}
TRACED = (worker.__file__, str(Path(json.__file__).parent.parent / "threading.py"))


SETTINGS: dict[str, Any] = {name.lower(): value for name, value in NEEDED.items()}


class Agent:
    """ECS's agent beside the task."""

    def __init__(self) -> None:
        agent, self.answer, self.asked = self, dict[str, Any](), list[bool]()

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                agent.asked.append(json.loads(body)["ProtectionEnabled"])
                said = json.dumps(agent.answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.protection = EcsTaskProtection(f"http://127.0.0.1:{self.server.server_address[1]}")


@pytest.fixture
def agent() -> Iterator[Agent]:
    made = Agent()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


class Queue:
    """SQS fails, or has one message. The look after `looks` ends the worker."""

    def __init__(self, *, fails: bool = False, looks: int = 1, held: int = 1) -> None:
        self.fails, self.looks, self.calls, self.held = fails, looks, list[str](), held
        self.then: LongLaneWorker | None = None
        self.receiving: Callable[[], object] = lambda: None  # comes while a poll waits

    def get_queue_attributes(self, **_: object) -> dict[str, Any]:
        self.looks -= 1
        if self.looks < 0 and self.then is not None:
            self.then.stop()
            return {}
        if self.fails:
            raise ClientError({"Error": {"Code": "Down", "Message": ""}}, "GetQueueAttributes")
        return {"Attributes": {"ApproximateNumberOfMessages": str(self.held)}}

    def receive_message(self, **_: object) -> dict[str, Any]:
        self.calls.append("received")
        self.receiving()
        return {"Messages": [MESSAGE]} if self.held else {}

    def change_message_visibility(self, **wanted: object) -> None:
        self.calls.append(f"visible after {wanted['VisibilityTimeout']}")

    def delete_message(self, **_: object) -> None:
        self.calls.append("deleted")


class Wires(wiring.Wiring):
    queue: Queue

    @property
    def sqs(self) -> Any:  # noqa: ANN401
        return self.queue


def worker_of(queue: Queue, protection: EcsTaskProtection, slept: list[float]) -> LongLaneWorker:
    wires = Wires(TransferSettings(**SETTINGS))
    wires.queue = queue
    queue.then = LongLaneWorker(wires, queue, protection, slept.append)
    return queue.then


def test_a_task_that_ecs_does_not_protect_receives_nothing(agent: Agent) -> None:
    """Each receive counts, and many such tasks would make a dead letter of the message."""
    agent.answer, queue, slept = REFUSED, Queue(looks=3), list[float]()
    worker_of(queue, agent.protection, slept).run()
    assert queue.calls == []
    assert sum(slept) == 3 * worker.UNPROTECTED_SECONDS
    assert agent.asked == [True, True, True]


def test_a_task_that_waits_is_not_protected(agent: Agent) -> None:
    """So ECS can end it when there is less to do."""
    agent.answer, queue, slept = PROTECTED, Queue(looks=2, held=0), list[float]()
    worker_of(queue, agent.protection, slept).run()
    assert (queue.calls, agent.asked) == ([], [])
    assert sum(slept) == 2 * TransferSettings(**SETTINGS).long_poll_seconds


def test_a_message_that_comes_with_the_signal_goes_back_at_once(agent: Agent) -> None:
    agent.answer, queue = PROTECTED, Queue()
    told = worker_of(queue, agent.protection, [])
    queue.receiving = told.stop
    told.run()
    assert queue.calls == ["received", "visible after 0"]
    assert agent.asked == [True, False]


@pytest.mark.parametrize("answer", [PROTECTED, UNANSWERED], ids=lambda answer: next(iter(answer)))
def test_work_goes_on_when_ecs_protects_the_task_or_cannot_be_asked(
    agent: Agent, answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    agent.answer = answer
    with agent.protection.during(60) as allowed:
        assert allowed
    assert agent.asked == [True, False]
    assert ("task protection not set" in caplog.messages) is (answer is UNANSWERED)


def test_a_refusal_is_logged(agent: Agent, caplog: pytest.LogCaptureFixture) -> None:
    agent.answer = REFUSED
    with agent.protection.during(60) as allowed:
        assert not allowed
    [record] = caplog.records
    assert "DEPLOYMENT_BLOCKED" in vars(record)["said"]


def stopped_at_line(number: int) -> bool:
    """Whether a run of the worker had so many lines. A signal comes before that one."""
    told = worker_of(Queue(fails=True), EcsTaskProtection(None), [])
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401
        nonlocal lines
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            lines += 1
            if lines == number:
                told.stop()
        return trace

    def run() -> None:
        sys.settrace(trace)
        told.run()

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive(), f"a signal before line {number} is never answered"
    return lines >= number


def test_a_signal_between_any_two_lines_ends_the_worker() -> None:
    number = 1
    while stopped_at_line(number):
        number += 1
    assert number > 20
