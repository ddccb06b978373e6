"""What the values of a stage have to be before anything is deployed with them."""

import json
from collections.abc import Mapping

from services.ticketing.domain.form import forms_of


class BoundaryMissing(Exception):
    """A deploy role may make no role without it."""


class MappingWrong(Exception):
    """The environment of the stage has a mapping of tickets that says what cannot be done."""


class NobodyHears(Exception):
    """The stage has no address that alarms go to."""


def require_boundary(stage: str, values: Mapping[str, str]) -> None:
    """A deployment of packages is one of the pipeline. Raises BoundaryMissing."""
    if values.get("PermissionsBoundary") == "":
        raise BoundaryMissing(
            f"PermissionsBoundary of infra/environments/{stage}.toml is empty, and the deploy role"
            " may make no role without it. Write the name that docs/releasing.md says."
        )


def require_alarm_address(values: Mapping[str, str], stage: str) -> None:
    """Alarms that go nowhere are worse than none. Raises NobodyHears."""
    if values.get("AlarmAddress") == "" and stage != "local":
        raise NobodyHears(
            f"AlarmAddress is empty, so nobody would hear the alarms of {stage}. Put an e-mail"
            f" address into [parameters.bus] of infra/environments/{stage}.toml."
        )


def require_mapping(values: Mapping[str, str]) -> None:
    """With a wrong one no function of ticketing starts. Raises MappingWrong."""
    try:
        forms_of(json.loads(values.get("TicketMapping", "{}")))
    except ValueError as wrong:
        raise MappingWrong(f"TicketMapping {wrong}") from wrong
