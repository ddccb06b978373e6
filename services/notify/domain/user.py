"""What this service knows of a user: its own copy, from events."""

from dataclasses import dataclass

from kernel.caller import ALL, SEE_ALL_TRANSFERS, Role


@dataclass(frozen=True)
class User:
    """`destinations` is None where no event said it yet. `had_channel`: a channel was made for them
    by itself once, so that none is made again when they remove it."""

    name: str
    display_name: str | None = None
    email: str | None = None
    destinations: tuple[str, ...] | None = None
    roles: tuple[Role, ...] = ()
    locked: bool = False
    removed: bool = False
    sequence: int = -1
    had_channel: bool = False
    version: int = 0

    @property
    def is_silent(self) -> bool:
        """Whether nothing is told to them now."""
        return self.locked or self.removed

    @property
    def sees_all(self) -> bool:
        return not SEE_ALL_TRANSFERS.isdisjoint(self.roles)

    def may_send_to(self, destination_id: str) -> bool:
        return self.destinations is None or not {ALL, destination_id}.isdisjoint(self.destinations)
