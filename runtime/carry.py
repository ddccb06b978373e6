"""What a function `carry` does: gives records out, or takes them in. `make export` and `make
import` call it page by page."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from runtime.dynamodb.carriage import MOST_RECORDS, Carriage
from runtime.telemetry import logger


class CarryEvent(BaseModel):
    """Either a cursor (null at the beginning), or records."""

    model_config = ConfigDict(extra="forbid")

    act: Literal["give", "take"]
    cursor: str | None = None
    records: list[Any] = []

    def by(self, carriage: Carriage) -> dict[str, Any]:
        if self.act == "give":
            return carriage.page(self.cursor)
        told = carriage.take(self.records)
        kept, refused = len(told["kept"]), len(told["refused"])
        logger().info("records taken", stored=told["stored"], kept=kept, refused=refused)
        return told


__all__ = ["MOST_RECORDS", "CarryEvent"]
