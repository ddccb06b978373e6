"""Writes a message as a CloudEvent 1.0 and signs it as Standard Webhooks says.

Names stand in it exactly as they are: programs compare them. Its JSON is ASCII, so no name can be
anything but text in it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.notify.domain.message import Fact, Message
from services.notify.domain.view import View

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
SOURCE = "/fileferry/notify"
TYPE = "com.fileferry.transfer."
DIGEST, TEST, NOTE = (
    "com.fileferry.transfers.digest",
    "com.fileferry.channel.test",
    "com.fileferry.channel.note",
)
SECRET_PREFIX = "whsec_"  # noqa: S105 - the form of secrets, not one
MOST_BYTES = 256_000  # receivers often take no more


def body_of(message: Message, view: View) -> bytes:
    """At most MOST_BYTES: a digest tells of fewer transfers then, and counts the others."""
    body, told = _body(message, view, len(message.facts)), len(message.facts)
    while len(body) > MOST_BYTES and told > 1:
        told //= 2
        body = _body(message, view, told)
    return body


def _body(message: Message, view: View, most: int) -> bytes:
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": message.id,
        "source": SOURCE,
        "type": _type(message),
        "datacontenttype": "application/json",
        "data": {"summary": view.subject, **_data(message, most)},
    }
    if message.facts:
        event["time"] = _time(message.facts[-1].at)
    if len(message.facts) == 1 and not message.left_out:
        event["subject"] = message.facts[0].transfer_id
    return json.dumps(_whole(event), separators=(",", ":")).encode("ascii")


def signature_headers(secret: str, message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """A receiver refuses old timestamps and ids that it has seen (Standard Webhooks)."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _type(message: Message) -> str:
    if message.test:
        return TEST
    if len(message.facts) == 1 and not message.left_out:
        return TYPE + message.facts[0].stage
    return DIGEST if message.facts or message.counts else NOTE


def _data(message: Message, most: int) -> Mapping[str, object]:
    note = {"note": message.note} if message.note else {}
    if len(message.facts) == 1 and not message.left_out:
        return {**_transfer(message.facts[0]), **note}
    if not message.facts and not message.counts:
        return note
    told = message.facts[:most]
    return {
        "counts": [
            {"stage": stage, "destination": destination, "transfers": number}
            for stage, destination, number in message.counts
        ],
        "transfers": [_transfer(fact) for fact in told],
        "left_out": message.left_out + len(message.facts) - len(told),
        **note,
    }


def _transfer(fact: Fact) -> Mapping[str, object]:
    trouble = fact.trouble
    return {
        "transfer_id": fact.transfer_id,
        "stage": fact.stage,
        "at": _time(fact.at),
        "owner": fact.owner,
        "label": fact.label,
        "run": fact.run,
        "source": {"bucket": fact.bucket, "key": fact.key, "version_id": fact.version_id},
        "destination": {"id": fact.destination_id, "name": fact.destination_name},
        "target_path": fact.target_path,
        "size_bytes": fact.size_bytes,
        "bytes_done": fact.bytes_done,
        "duration_seconds": fact.duration_seconds,
        "rate_bytes_per_second": fact.rate_bytes_per_second,
        "proven": fact.proven,
        "crc64nvme": fact.crc64nvme,
        "failure": trouble
        and {"code": trouble.code, "message": trouble.message, "retryable": trouble.retryable},
        "tickets": [{"kind": each.kind, "number": each.number} for each in fact.tickets],
        "link": fact.link,
    }


def _time(at: datetime) -> str:
    return at.isoformat()


def _whole(value: Any) -> Any:
    """Half a surrogate pair is no text: many readers of JSON refuse the whole body for it."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case Mapping():
            return {key: _whole(each) for key, each in value.items()}
        case list():
            return [_whole(each) for each in value]
    return value
