"""Tells of all users again. `make announce-users` calls it page by page."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from contracts.contract import Cursor
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.auth import wiring
from services.auth.use_cases.announce_users import announce_users


class AnnounceEvent(BaseModel):
    """`cursor` is that of the answer before, and null at the beginning."""

    cursor: Cursor | None = None


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    """The answer is {"users", "cursor"}: how many were told, and where to go on, or null."""
    asked = AnnounceEvent.model_validate(event)
    announced = announce_users(asked.cursor, ports=wires.ports)
    logger().info("users announced", users=announced.users, last=announced.cursor is None)
    return asdict(announced)
