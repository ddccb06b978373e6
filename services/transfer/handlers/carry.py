"""Gives this service's records to another region, or takes them from one."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.carry import CarryEvent
from runtime.entrypoint import LambdaEvent, entrypoint
from services.transfer import wiring
from services.transfer.domain.errors import RegionWorks
from services.transfer.domain_services.stay_home import may_work


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    """Takes nothing while this region works, because it changes these records itself. Raises
    RegionWorks."""
    asked = CarryEvent.model_validate(event)
    if asked.act == "take" and wires.ports.home is not None and may_work(ports=wires.ports):
        raise RegionWorks(wires.settings.region)
    return asked.by(wires.carriage)
