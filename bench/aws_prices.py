"""What a transfer consumes of AWS, and its list price."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.cost.prices import read_prices


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
    """USD by service. Storage, logs, NAT, traffic and S3's GETs are not here: docs/cost.md."""
    usd = read_prices().usd
    return {
        "DynamoDB": usd("dynamodb_write_unit", used.write_units)
        + usd("dynamodb_read_unit", used.read_units),
        "SQS": usd("sqs_request", used.sqs),
        "EventBridge": usd("event", used.events),
        "Step Functions": usd("transition", used.transitions),
        "Lambda": usd("lambda_request", used.invocations)
        + usd("lambda_arm_gb_second", used.gb_seconds),
    }
