"""Keeps what senders report free of the secrets that they send with."""

from dataclasses import replace

from services.notify.domain.channel import Secrets
from services.notify.domain.discretion import without_secrets
from services.notify.domain.errors import SendError
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.ports import Sender


class DiscreetSender:
    """Implements Sender, by another one."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        try:
            sent = self._sender.send(target, message, earlier)
        except SendError as error:
            raise _discreet(error, target.secrets) from None
        return replace(sent, said=without_secrets(sent.said, target.secrets))


def _discreet(error: SendError, secrets: Secrets) -> SendError:
    told = {
        name: without_secrets(value, secrets)
        if isinstance(value, str) and name != "host"
        else value
        for name, value in vars(error).items()
    }
    return type(error)(**told)
