"""python -m services.transfer.worker takes turns of lanes that last longer than a function lives.

A container runs it. It does for the queue of long lanes what Lambda and handlers/lane_worker.py do
for the other one: the same use case, the same leases, one message at a time. SIGTERM ends it: a
lane hands over in time, and a file that goes through one handle is told to be lost so far.
"""

import signal
from collections.abc import Callable, Iterator
from math import ceil
from threading import Event
from time import monotonic
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runtime.events import message_of
from runtime.telemetry import correlate, logger
from services.transfer import wiring
from services.transfer.adapters.ecs_task_protection import EcsTaskProtection
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain_services.worker import VISIBILITY_SLACK_SECONDS, Worker
from services.transfer.settings import TransferSettings
from services.transfer.use_cases.run_lane import run_lane

# The answer of a long poll comes after its wait, so the client has to wait for longer.
POLLING = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=5, read_timeout=60
)
BETWEEN_FAILURES_SECONDS = 5.0  # of SQS, which is then left alone for a moment


class NoLongTurns(Exception):
    """The settings have no time for what this process is there for."""


class LongLaneWorker:
    def __init__(self, wires: wiring.Wiring, sqs: Any, protection: EcsTaskProtection) -> None:  # noqa: ANN401
        self._wires, self._settings = wires, wires.settings
        self._sqs, self._protection = sqs, protection
        self._queue_url = wires.settings.long_lane_queue_url
        self._stop, self._stopped_at = Event(), 0.0

    def stop(self, *_signal: object) -> None:
        """What is under way has the time of a hand-over from now on."""
        if not self._stop.is_set():
            self._stopped_at = monotonic()
            self._stop.set()

    def run(self) -> None:
        """Until it is stopped."""
        while not self._stop.is_set():
            for message in self._received():
                if self._stop.is_set():
                    self._lease(message).extend(0)  # another one takes it at once
                    continue
                with self._protection.during(self._settings.long_turn_seconds):
                    self._take(message)

    def _received(self) -> Iterator[dict[str, Any]]:
        """It is hidden for no longer than a lease. From then on the lane's beats keep it hidden."""
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._queue_url,
                MaxNumberOfMessages=1,
                WaitTimeSeconds=self._settings.long_poll_seconds,
                VisibilityTimeout=ceil(self._settings.lease_seconds) + VISIBILITY_SLACK_SECONDS,
            )
        except (BotoCoreError, ClientError):
            logger().exception("queue of long lanes not read")
            self._stop.wait(BETWEEN_FAILURES_SECONDS)
            return
        yield from answer.get("Messages", ())

    def _take(self, message: dict[str, Any]) -> None:
        """A message that fails stays in the queue, and is delivered again after its lease."""
        record = SQSRecord({"body": message["Body"], "messageId": message["MessageId"]})
        worker = Worker(
            name=f"container/{message['MessageId']}/{self._wires.ports.new_id()}",
            message=self._lease(message),
            remaining_seconds=self._countdown(),
            correlate=correlate,
            stopping=self._stop.is_set,
        )
        try:
            run_lane(message_of(record, LaneMessage), worker, ports=self._wires.ports)
            self._sqs.delete_message(
                QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"]
            )
        except Exception as error:
            logger().exception(
                "message failed, back to the queue",
                error=type(error).__name__,
                message_id=message["MessageId"],
            )

    def _countdown(self) -> Callable[[], float]:
        end, hand_over = monotonic() + self._settings.long_turn_seconds, self._settings

        def remaining() -> float:
            left = end - monotonic()
            if not self._stop.is_set():
                return left
            return min(left, self._stopped_at + hand_over.hand_over_seconds - monotonic())

        return remaining

    def _lease(self, message: dict[str, Any]) -> Any:  # noqa: ANN401
        return self._wires.message_lease(message["ReceiptHandle"], self._queue_url)


def build(settings: TransferSettings) -> LongLaneWorker:
    """Raises NoLongTurns."""
    if not settings.policy.long_handle_bytes:
        raise NoLongTurns(
            f"LONG_TURN_SECONDS is {settings.long_turn_seconds:g}, which leaves no time to move a"
            " byte after logging in and handing over. Set how long one turn may take."
        )
    wires = wiring.Wiring(settings)
    sqs = wires.ports.polling_sqs(POLLING)
    return LongLaneWorker(wires, sqs, EcsTaskProtection(settings.ecs_agent_uri))


def main() -> None:
    worker = build(TransferSettings.load())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    logger().info("worker of long lanes begins")
    worker.run()
    logger().info("worker of long lanes ends")


if __name__ == "__main__":
    main()
