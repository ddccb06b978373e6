"""SesSender. Both clouds take what it sends, as a mail with two parts, and only from a sender that
is verified."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from services.notify.adapters.ses_sender import SesSender
from services.notify.domain.channel import Kind, Secrets
from services.notify.domain.message import Target
from tests.conformance.clouds import CLOUDS, cloud
from tests.unit.notify.messages import COMPLETED, named, of

FERRY = "ferry@files.example"
ANNA = Target(Kind.EMAIL, "ops room", Secrets(), mails=("anna@corp.example", "ben@corp.example"))
HOSTILE = "<b>Überweisung</b>\r\nBcc: evil@evil.example"


@dataclass
class Cloud:
    client: Any
    kind: str


@pytest.fixture(params=CLOUDS)
def ses(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with cloud(request.param, request) as clients:
        client = clients("sesv2")
        client.create_email_identity(EmailIdentity=FERRY)
        yield Cloud(client, request.param)


def test_a_mail_is_taken(ses: Cloud) -> None:
    sent = SesSender(ses.client, FERRY).send(ANNA, of(COMPLETED))
    assert (sent.http_status, sent.said) == (200, "accepted by SES")


def test_the_emulator_shows_both_parts(request: pytest.FixtureRequest) -> None:
    emulator = request.getfixturevalue("ministack")
    client = emulator.client("sesv2")
    SesSender(client, FERRY).send(ANNA, of(replace(COMPLETED, transfer_id="t1")))
    SesSender(client, FERRY).send(ANNA, of(named(COMPLETED, HOSTILE)))
    url = f"{client.meta.endpoint_url}/_ministack/ses/messages"
    accounts = httpx.get(url, trust_env=False).json()["messages"]
    peaceful, hostile = [mail for mails in accounts.values() for mail in mails][-2:]
    assert peaceful["Source"] == FERRY
    assert peaceful["To"] == list(ANNA.mails)
    assert peaceful["Subject"] == "Delivered to ACME Corp: ledger-2026-09.parquet"
    assert "Proof: every byte was read back" in peaceful["BodyText"]
    assert "<table" in peaceful["BodyHtml"]
    assert hostile["BCC"] == []
    assert "<b>" not in hostile["BodyHtml"]
