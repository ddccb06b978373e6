"""What becomes of a mail for which SES answers an error, or nothing."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config

from services.notify.adapters.ses_sender import (
    MAILS,
    OURS,
    PAUSED,
    QUOTA_WAIT_SECONDS,
    SANDBOX,
    SENDER,
    SesSender,
)
from services.notify.domain.channel import Kind
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)
from tests.doubles.http_program import Program, started
from tests.integration.notify.sending import MESSAGE, target

FERRY, ANNA = "ferry@files.example", "anna@corp.example"
TO = replace(target(Kind.EMAIL), mails=(ANNA,))
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region EU-WEST-1: "
)


@pytest.fixture(scope="module")
def running() -> Iterator[Program]:
    """Any HTTP server that takes orders of faults can be an SES that fails."""
    with started("tests.doubles.webhook") as program:
        yield program


@pytest.fixture
def ses(running: Program) -> Iterator[Program]:
    yield running
    running.clear_faults()


def failed(url: str) -> SendError:
    client = boto3.client(
        "sesv2",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=MAILS.merge(Config(read_timeout=1)),
    )
    with pytest.raises(SendError) as caught:
        SesSender(client, FERRY).send(TO, MESSAGE)
    assert ANNA not in str(caught.value)
    return caught.value


def refused(ses: Program, code: str, text: str = "no", status: int = 400) -> SendError:
    body = f'{{"message": "{text}"}}'
    headers = {"x-amzn-ErrorType": code}
    ses.order({"kind": "status", "status": status, "body": body, "headers": headers})
    return failed(ses.url)


@pytest.mark.parametrize(
    ("code", "text", "status", "wait"),
    [
        ("TooManyRequestsException", "Maximum sending rate exceeded.", 429, None),
        ("ThrottlingException", "Rate exceeded", 400, None),
        ("LimitExceededException", "limit", 400, QUOTA_WAIT_SECONDS),
        ("TooManyRequestsException", "Daily message quota exceeded.", 429, QUOTA_WAIT_SECONDS),
        ("InternalFailure", "oops", 500, None),
        ("ServiceUnavailable", "oops", 503, None),
    ],
)
def test_later(ses: Program, code: str, text: str, status: int, wait: float | None) -> None:
    error = refused(ses, code, text, status)
    assert isinstance(error, NotYet)
    assert error.wait_seconds == wait


@pytest.mark.parametrize(
    ("code", "text", "advice"),
    [
        ("MessageRejected", UNVERIFIED + FERRY, SENDER),
        ("MessageRejected", f"{UNVERIFIED}{ANNA}, {FERRY}.", SENDER),
        ("MailFromDomainNotVerifiedException", "no", SENDER),
        ("AccountSuspendedException", "no", PAUSED),
        ("SendingPausedException", "no", PAUSED),
        ("AccessDeniedException", "no", OURS["AccessDeniedException"]),
    ],
)
def test_what_an_operator_mends_kills_no_channel(
    ses: Program, code: str, text: str, advice: str
) -> None:
    error = refused(ses, code, text)
    assert isinstance(error, NotYet)
    assert error.reason.endswith(advice)


def test_a_recipient_that_the_sandbox_refuses_is_dead(ses: Program) -> None:
    error = refused(ses, "MessageRejected", UNVERIFIED + ANNA)
    assert isinstance(error, ChannelDead)
    assert error.advice == SANDBOX


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_refused(ses: Program, code: str) -> None:
    error = refused(ses, code, f"bad content for {ANNA}")
    assert isinstance(error, MessageRefused)
    assert "(address)" in error.said


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "reset_after"])
def test_a_lost_answer_is_not_tried_again(ses: Program, fault: str) -> None:
    before = len(ses.requests())
    ses.order({"kind": fault})
    assert isinstance(failed(ses.url), OutcomeUnclear)
    assert len(ses.requests()) == before + 1


def test_no_connection_is_surely_not_sent() -> None:
    assert isinstance(failed("http://127.0.0.1:1"), NotYet)


def test_nobody_to_send_to() -> None:
    with pytest.raises(ChannelDead):
        SesSender(None, FERRY).send(replace(TO, mails=()), MESSAGE)
