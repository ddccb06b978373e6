"""Alarms by the log and metrics of the process."""

from aws_lambda_powertools.metrics import MetricUnit

from runtime.telemetry import count_one, logger, metrics

TO_LOOK_AT = "TicketsToLookAt"  # an alarm is on it


class TelemetryAlarms:
    def tell(self, code: str, **facts: object) -> None:
        count_one(TO_LOOK_AT)
        logger().error("a person has to look at tickets", extra={"code": code, **facts})

    def measure(self, name: str, value: float) -> None:
        metrics().add_metric(name, MetricUnit.Seconds, value)
