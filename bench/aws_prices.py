"""What a transfer consumes of AWS, and its list price."""

from collections.abc import Mapping
from dataclasses import dataclass

MILLION = 1e6
# USD in eu-west-1 as of November 2026, on demand, without free tiers. docs/performance.md says
# where to compare them. Storage, logs, NAT, traffic and S3's GETs (0.0004 for 1,000) are not here.
WRITE_UNITS = 0.7068 / MILLION
READ_UNITS = 0.1415 / MILLION
SQS_REQUEST = 0.40 / MILLION
EVENT = 1.00 / MILLION
TRANSITION = 25.0 / MILLION
INVOCATION = 0.20 / MILLION
GB_SECOND = 0.0000166667


@dataclass(frozen=True)
class Consumed:
    """By one transfer. `dynamodb` counts calls by operation."""

    seconds: float
    dynamodb: Mapping[str, int]
    read_units: int
    write_units: int
    sqs: int
    events: int
    transitions: int
    invocations: int
    gb_seconds: float


def price_of(used: Consumed) -> Mapping[str, float]:
    """USD by service."""
    return {
        "DynamoDB": used.write_units * WRITE_UNITS + used.read_units * READ_UNITS,
        "SQS": used.sqs * SQS_REQUEST,
        "EventBridge": used.events * EVENT,
        "Step Functions": used.transitions * TRANSITION,
        "Lambda": used.invocations * INVOCATION + used.gb_seconds * GB_SECOND,
    }
