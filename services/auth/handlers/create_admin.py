"""Makes the first admin of an installation. Whoever may invoke it can make users with any roles."""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from contracts.auth_api import NewPassword, UserRequest
from contracts.problem import field_errors
from runtime.callers import grants_of
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.auth import wiring
from services.auth.domain.errors import UserInvalid
from services.auth.domain_services.add_user import NewUser, add_user, new_user
from services.auth.handlers.api_users import roles_of


class FirstUserRequest(UserRequest):
    password: NewPassword


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    """The event is {"user", "password", "name"?, "email"?, "roles"?, "grants"?}. Raises UserExists,
    UserInvalid, WeakPassword."""
    asked = {"name": event.get("user"), "roles": ["admin"], **event}
    try:
        request = FirstUserRequest.model_validate_json(json.dumps(asked))
    except ValidationError as error:
        wrong = "; ".join(map(str, field_errors(error, FirstUserRequest)))
        raise UserInvalid(wrong) from None
    wish = NewUser(
        name=request.user,
        password=request.password.get_secret_value(),
        full_name=request.name,
        roles=roles_of(request.roles),
        grants=grants_of(request.grants),
        email=request.email,
    )
    user = add_user(new_user(wish, ports=wires.ports), None, ports=wires.ports)
    logger().info("user created", user=user.name, roles=list(user.roles))
    return {"user": user.name, "roles": list(user.roles)}
