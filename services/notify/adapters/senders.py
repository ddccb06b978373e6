"""Sends each message by the sender for its kind of channel."""

from collections.abc import Callable, Mapping

from services.notify.domain.channel import Kind
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.ports import Sender


class Senders:
    """Each is made when a message of its kind is sent for the first time."""

    def __init__(self, makers: Mapping[Kind, Callable[[], Sender]]) -> None:
        self._makers = makers
        self._made: dict[Kind, Sender] = {}

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        if target.kind not in self._made:
            self._made[target.kind] = self._makers[target.kind]()
        return self._made[target.kind].send(target, message, earlier)
