"""A step of the rotation of the signing key, as Secrets Manager calls it."""

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.auth import wiring
from services.auth.use_cases.rotate_signing_key import Step, rotate_signing_key


class RotationEvent(BaseModel):
    """Secrets Manager may send more than this."""

    Step: Step
    SecretId: str
    ClientRequestToken: str


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> None:
    asked = RotationEvent.model_validate(event)
    rotate_signing_key(
        asked.Step, asked.SecretId, asked.ClientRequestToken, rotation=wires.rotation
    )
    logger().info("rotation step done", step=asked.Step, version=asked.ClientRequestToken)
