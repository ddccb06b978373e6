"""What becomes of a signed event that is sent to the double of a receiver."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notify.adapters.webhook_sender import WebhookSender
from services.notify.domain.channel import Kind, Secrets
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)
from services.notify.domain.message import Message, Target
from tests.doubles.http_program import Program, started
from tests.doubles.webhook import SECRET
from tests.integration.notify.sending import MESSAGE, http, now, target
from tests.unit.notify.messages import OF_A_DEAD_CHANNEL, STAGES, TEST, digest, of

SENDER = WebhookSender(http(), now)


@pytest.fixture(scope="module")
def running() -> Iterator[Program]:
    with started("tests.doubles.webhook") as program:
        yield program


@pytest.fixture
def receiver(running: Program) -> Iterator[Program]:
    yield running
    running.clear_faults()
    running.control("DELETE", "messages")


def hook(receiver: Program, secret: str | None = SECRET) -> Target:
    secrets = Secrets(f"{receiver.url}/hook?key=s3cret", None, secret)
    return replace(target(Kind.WEBHOOK), secrets=secrets)


def arrived(receiver: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = receiver.control("GET", "messages")["messages"]
    return found


def failed(receiver: Program, sender: WebhookSender = SENDER, **changes: Any) -> SendError:  # noqa: ANN401
    with pytest.raises(SendError) as caught:
        sender.send(replace(hook(receiver), **changes), replace(MESSAGE, id="msg_failed"))
    assert "s3cret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        *((of(fact), f"com.fileferry.transfer.{fact.stage}") for fact in STAGES),
        (digest(40, 2), "com.fileferry.transfers.digest"),
        (TEST, "com.fileferry.channel.test"),
        (OF_A_DEAD_CHANNEL, "com.fileferry.channel.note"),
    ],
)
def test_a_receiver_believes_each_message(receiver: Program, message: Message, kind: str) -> None:
    sent = SENDER.send(hook(receiver), replace(message, id=f"msg_{kind}"))
    assert sent.http_status == 200
    (got,) = arrived(receiver)
    assert (got["verified"], got["valid"], got["problems"]) == (True, True, [])
    assert got["event"]["type"] == kind


def test_what_is_sent_again_has_the_same_id_and_body(receiver: Program) -> None:
    for _ in range(2):
        SENDER.send(hook(receiver), replace(MESSAGE, id="msg_again"))
    first, second = arrived(receiver)
    assert second["duplicate"]
    assert second["same_body"]
    assert first["id"] == second["id"]


def test_a_signature_is_of_now(receiver: Program) -> None:
    """Whoever records a call cannot send it again after the window of the receiver."""
    late = WebhookSender(http(), lambda: now() - timedelta(minutes=10))
    assert isinstance(failed(receiver, late), ChannelDead)


def test_a_digest_of_any_size_is_bounded(receiver: Program) -> None:
    name = "\U0001f600" * 250 + "{}"
    SENDER.send(hook(receiver), digest(50, 0, name))
    (got,) = arrived(receiver)
    assert len(got["text"]) <= 256_000
    told = got["event"]["data"]
    assert len(told["transfers"]) + told["left_out"] == 50


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 429, "retry_after": 5}, NotYet),
        ({"kind": "status", "status": 500}, NotYet),
        ({"kind": "status", "status": 503}, NotYet),
        ({"kind": "status", "status": 504}, OutcomeUnclear),
        ({"kind": "status", "status": 400}, MessageRefused),
        ({"kind": "status", "status": 413}, MessageRefused),
        ({"kind": "status", "status": 422}, MessageRefused),
        ({"kind": "status", "status": 401}, ChannelDead),
        ({"kind": "status", "status": 403}, ChannelDead),
        ({"kind": "status", "status": 404}, ChannelDead),
        ({"kind": "status", "status": 405}, ChannelDead),
        ({"kind": "status", "status": 410}, ChannelDead),
        ({"kind": "redirect"}, ChannelDead),
        ({"kind": "reset_after"}, OutcomeUnclear),
        ({"kind": "cut"}, OutcomeUnclear),
        ({"kind": "huge"}, OutcomeUnclear),
    ],
)
def test_what_an_answer_means(receiver: Program, fault: dict[str, object], kind: type) -> None:
    receiver.order(fault)
    assert type(failed(receiver)) is kind


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(receiver: Program, status: int) -> None:
    receiver.order({"kind": "status", "status": status, "body": ""})
    assert SENDER.send(hook(receiver), MESSAGE).http_status == status


def test_a_receiver_with_another_secret_is_dead(receiver: Program) -> None:
    other = hook(receiver, "whsec_" + "QUJD" * 8).secrets
    assert isinstance(failed(receiver, secrets=other), ChannelDead)


def test_without_a_signing_secret_nothing_is_sent(receiver: Program) -> None:
    assert isinstance(failed(receiver, secrets=hook(receiver, None).secrets), ChannelDead)
    assert arrived(receiver) == []
