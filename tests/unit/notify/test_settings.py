"""A setting that would let every mail fail in silence stops the function."""

import pytest
from pydantic import ValidationError

from services.notify.settings import NotifySettings

NEEDED = {
    "stage": "test",
    "event_bus_name": "bus",
    "notify_table": "notify",
    "messages_queue_url": "https://queue.example",
    "secret_prefix": "x/",
}


def settings(mail_from: str = "f@files.example", operator_address: str = "") -> NotifySettings:
    given = NEEDED | {"mail_from": mail_from, "operator_address": operator_address}
    return NotifySettings.model_validate(given)


@pytest.mark.parametrize("address", ["", "FileFerry <f@files.example>", "f", "f@files"])
def test_the_sender_is_a_bare_address(address: str) -> None:
    with pytest.raises(ValidationError):
        settings(address)
    assert settings().mail_from == "f@files.example"


def test_operators_have_a_bare_address_or_none() -> None:
    assert settings().policy.operator_address is None
    with pytest.raises(ValidationError):
        settings(operator_address="Ops <o@files.example>")
