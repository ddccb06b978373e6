"""Corrections of MiniStack's SQS. Dead letters go back to their queue, as in a redrive on AWS."""

import time
from collections.abc import Mapping
from typing import Any

import ministack.services.sqs as sqs
from ministack.core.concurrency import esm_wake
from ministack.core.responses import new_uuid

from infra.local.anchors import expect

SOURCE = "DeadLetterQueueSourceArn"


def redrive_dead_letters() -> None:
    """Stock MiniStack knows neither StartMessageMoveTask nor ListDeadLetterSourceQueues."""
    for action in ("StartMessageMoveTask", "ListDeadLetterSourceQueues"):
        expect(action not in sqs._HANDLERS, f"SQS knows {action} now")
    expect(callable(sqs._queue_by_arn) and callable(sqs._get_q), "SQS' queues moved")
    sqs._HANDLERS["StartMessageMoveTask"] = start_move
    sqs._HANDLERS["ListDeadLetterSourceQueues"] = list_sources


def list_sources(wish: Mapping[str, Any], url: str) -> dict[str, Any]:
    arn = sqs._get_q(wish.get("QueueUrl", url))["attributes"]["QueueArn"]
    return {"queueUrls": [url for url, queue in sqs._queues.items() if _fills(queue, arn)]}


def start_move(wish: Mapping[str, Any], _: str) -> dict[str, Any]:
    """Moves all messages at once. A message that no queue has sent stays, unless DestinationArn
    says where it goes."""
    dead = sqs._queue_by_arn(wish.get("SourceArn", ""))
    arn = wish.get("SourceArn")
    if dead is None or not any(_fills(queue, arn) for queue in sqs._queues.values()):
        text = "Source queue must be configured as a Dead Letter Queue."
        raise sqs._Err("InvalidParameterValue", text)
    with sqs._queues_lock:
        kept = []
        for message in dead["messages"]:
            target = wish.get("DestinationArn") or message.get("sys", {}).get(SOURCE)
            queue = sqs._queue_by_arn(target) if target else None
            if queue is None:
                kept.append(message)
            else:
                queue["messages"].append(_as_new(message))
        dead["messages"] = kept
    esm_wake.set()
    return {"TaskHandle": new_uuid()}


def _fills(queue: Mapping[str, Any], dead_letters: object) -> bool:
    return f'"{dead_letters}"' in queue["attributes"].get("RedrivePolicy", "")


def _as_new(message: Mapping[str, Any]) -> dict[str, Any]:
    """AWS sends it as a new message, with another id and no receives."""
    now = time.time()
    system = {name: value for name, value in message.get("sys", {}).items() if name != SOURCE}
    fresh = {"id": new_uuid(), "receipt_handle": None, "receive_count": 0, "first_receive_at": None}
    return {**message, **fresh, "sent_at": now, "visible_at": now, "sys": system}
