"""python -m services.transfer.worker takes turns of lanes that last longer than a function lives.

A container runs it. It does for the queue of long lanes what Lambda and handlers/lane_worker.py do
for the other one: the same use case, the same leases, one message at a time. SIGTERM ends it: a
lane hands over in time, and a file that goes through one handle is told to be lost so far.
"""

import signal
from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from runtime.events import message_of
from runtime.telemetry import correlate, flush_metrics, logger
from services.transfer import wiring
from services.transfer.adapters.ecs_task_protection import EcsTaskProtection
from services.transfer.adapters.thread_heart import pause
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain_services.worker import VISIBILITY_SLACK_SECONDS, Worker
from services.transfer.settings import TransferSettings
from services.transfer.use_cases.run_lane import run_lane

# The answer of a long poll comes after its wait, so the client has to wait for longer. Both tries
# are over before ECS ends a task that was told to stop.
POLLING = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=5, read_timeout=40
)
BETWEEN_FAILURES_SECONDS = 5.0  # of SQS, which is then left alone for a moment
UNPROTECTED_SECONDS = 300.0  # ECS may refuse for hours


class NoLongTurns(Exception):
    """The settings have no time for what this process is there for."""


class LongLaneWorker:
    """`sleep` is for a second at most, so that a signal ends a pause soon."""

    def __init__(
        self,
        wires: wiring.Wiring,
        sqs: Any,  # noqa: ANN401
        protection: EcsTaskProtection,
        sleep: Callable[[float], None] = pause,
    ) -> None:
        self._wires, self._settings = wires, wires.settings
        self._sqs, self._protection = sqs, protection
        self._queue_url = wires.settings.long_lane_queue_url
        self._sleep = sleep
        self._stopped_at: float | None = None

    def stop(self, *_signal: object) -> None:
        """What is under way has the time of a hand-over from now on. A signal comes between any two
        lines of the same thread, so a lock here could be one that is held already."""
        if self._stopped_at is None:
            self._stopped_at = monotonic()

    def stopped(self) -> bool:
        return self._stopped_at is not None

    def run(self) -> None:
        """Until it is stopped. Each receive of a message counts, and after some it is a dead
        letter. So a task looks first, and receives only while ECS protects it. One that waits is
        not protected, so that ECS can end it."""
        while not self.stopped():
            if not self._lanes_wait():
                self._pause(self._settings.long_poll_seconds)
                continue
            with self._protection.during(self._settings.long_turn_seconds) as allowed:
                if allowed:
                    self._take_one()
            if not allowed:
                self._pause(UNPROTECTED_SECONDS)

    def _lanes_wait(self) -> bool:
        waiting = "ApproximateNumberOfMessages"
        asked = {"QueueUrl": self._queue_url, "AttributeNames": [waiting]}
        answer = self._asked(lambda: self._sqs.get_queue_attributes(**asked))
        return int(answer.get("Attributes", {}).get(waiting, 0)) > 0

    def _take_one(self) -> None:
        """It is hidden for no longer than a lease. From then on the lane's beats keep it hidden."""
        asked = {
            "QueueUrl": self._queue_url,
            "MaxNumberOfMessages": 1,
            "WaitTimeSeconds": self._settings.long_poll_seconds,
            "VisibilityTimeout": ceil(self._settings.lease_seconds) + VISIBILITY_SLACK_SECONDS,
        }
        answer = self._asked(lambda: self._sqs.receive_message(**asked))
        for message in answer.get("Messages", ()):
            if self.stopped():
                self._lease(message).extend(0)  # another one takes it at once
            else:
                self._take(message)

    def _asked(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The queue's answer. An empty one where it could not be asked, which is tried again."""
        try:
            return call()
        except (BotoCoreError, ClientError):
            logger().exception("queue of long lanes not read")
            self._pause(BETWEEN_FAILURES_SECONDS)
            return {}

    def _pause(self, seconds: float) -> None:
        for _ in range(ceil(seconds)):
            if not self.stopped():
                self._sleep(1.0)

    def _take(self, message: dict[str, Any]) -> None:
        """A message that fails stays in the queue, and is delivered again after its lease."""
        record = SQSRecord({"body": message["Body"], "messageId": message["MessageId"]})
        worker = Worker(
            name=f"container/{message['MessageId']}/{self._wires.ports.new_id()}",
            message=self._lease(message),
            remaining_seconds=self._countdown(),
            correlate=correlate,
            stopping=self.stopped,
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
        finally:
            flush_metrics()

    def _countdown(self) -> Callable[[], float]:
        end, hand_over = monotonic() + self._settings.long_turn_seconds, self._settings

        def remaining() -> float:
            left = end - monotonic()
            if self._stopped_at is None:
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
