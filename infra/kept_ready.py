"""How many environments may be kept ready: not more than a function may use at once."""

from collections.abc import Iterator, Mapping

from infra.complete.settings import KEPT_READY


class TooManyKeptReady(Exception):
    """Lambda would refuse the alias, and the stack would be rolled back after minutes."""


def beyond_reserved(values: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each pair of parameters that does not fit. 0 reserved is no limit."""
    for name in KEPT_READY.values():
        ready, reserved = (
            values.get(f"{name}{kind}", "0") for kind in ("Provisioned", "Concurrency")
        )
        if not (ready.isdecimal() and reserved.isdecimal()):
            continue  # the parameter's type refuses it
        if 0 < int(reserved) < int(ready):
            yield (
                f"{name}Provisioned is {ready}, and {name}Concurrency reserves {reserved}: Lambda"
                f" keeps no more ready than are reserved. Lower the first or raise the second."
            )


def require_room(values: Mapping[str, str]) -> None:
    """Raises TooManyKeptReady."""
    if wrong := list(beyond_reserved(values)):
        raise TooManyKeptReady(" ".join(wrong))
