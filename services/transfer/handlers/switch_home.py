"""Says which region of the stage works, and changes it. `make home`, `make activate` and `make
standby` call it."""

from datetime import datetime
from typing import Any, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.transfer import wiring
from services.transfer.domain.errors import OneRegion
from services.transfer.use_cases import switch_home


class SwitchEvent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: Literal["active", "standby"] | None = None  # None: only look
    alone: bool = False  # the other region is down


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    """Raises OneRegion, PeerUnreachable, StaleHome."""
    asked, ports = SwitchEvent.model_validate(event), wires.ports
    store = ports.home
    if store is None:
        raise OneRegion(wires.settings.region)
    if asked.to == "active":
        home = switch_home.activate(store, alone=asked.alone, ports=ports)
    elif asked.to == "standby":
        home = switch_home.stand_by(store, ports=ports)
    else:
        home = store.mine()
    if asked.to is not None:
        logger().info("region switched", to=asked.to, alone=asked.alone)
    now, patience = ports.now(), store.patience
    return {
        "region": home.region,
        "works": home.may_work(now, patience),
        "wants_to_work": home.works,
        "works_from": _text(home.works_from) if home.works else None,
        "seen_at": _text(home.seen_at),
        "alone": home.alone,
        "overtaken": home.overtaken,
        "peer_region": store.peer_region,
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
