"""What becomes of a card that is sent to the double of Teams."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.notify.adapters.teams_sender import CODES, TeamsSender
from services.notify.domain.channel import CardShape, Kind
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)
from services.notify.domain.message import Sent, Target
from tests.doubles.http_program import Program, started
from tests.doubles.teams import DELIVERY_FAILED, address_of
from tests.integration.notify.sending import MESSAGE, NOBODY, http, now, target
from tests.unit.notify.messages import digest

SENDER = TeamsSender(http(), now)
IMPATIENT = TeamsSender(http(total_seconds=0.5), now)


@pytest.fixture(scope="module")
def running() -> Iterator[Program]:
    with started("tests.doubles.teams") as program:
        yield program


@pytest.fixture
def teams(running: Program) -> Iterator[Program]:
    yield running
    running.clear_faults()
    running.control("POST", "flows/message", {"state": "Enabled"})
    running.control("DELETE", "messages")


def flow(teams: Program, name: str = "message") -> Target:
    shape = CardShape.CARD if name == "card" else CardShape.MESSAGE
    return replace(target(Kind.TEAMS, teams.url + address_of(name)), card_shape=shape)


def failed(teams: Program, sender: TeamsSender = SENDER) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(flow(teams), MESSAGE)
    assert "sig=" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ["message", "card", "either"])
def test_each_flow_posts_the_body_of_its_shape(teams: Program, name: str) -> None:
    assert SENDER.send(flow(teams, name), MESSAGE) == Sent(http_status=202)
    (posted,) = teams.control("GET", "messages")["messages"]
    assert (posted["posted"], posted["valid"], posted["problems"]) == (True, True, [])
    assert "Delivered to ACME Corp" in posted["text"]
    assert "INC0010023" in posted["text"]


def test_a_large_digest_is_posted(teams: Program) -> None:
    SENDER.send(flow(teams), digest(400, 100, "\U0001f600" * 200 + "{}.csv"))
    (posted,) = teams.control("GET", "messages")["messages"]
    assert posted["posted"]


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (7, 7.0),
        ("1.5", 1.5),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("", None),
        (10**11, 6 * 3_600.0),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 6 * 3_600.0),
        ("Fri, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_429_waits_as_the_header_says(teams: Program, header: object, wait: float | None) -> None:
    teams.order({"kind": "status", "status": 429, "retry_after": header})
    error = failed(teams)
    assert isinstance(error, NotYet)
    assert error.wait_seconds == wait


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 500}, NotYet),
        ({"kind": "status", "status": 502}, NotYet),
        ({"kind": "status", "status": 503, "retry_after": 3}, NotYet),
        ({"kind": "status", "status": 408}, NotYet),
        ({"kind": "status", "status": 504}, OutcomeUnclear),
        ({"kind": "status", "status": 400}, MessageRefused),
        ({"kind": "status", "status": 413}, MessageRefused),
        ({"kind": "status", "status": 401}, ChannelDead),
        ({"kind": "status", "status": 403}, ChannelDead),
        ({"kind": "status", "status": 404}, ChannelDead),
        ({"kind": "status", "status": 410}, ChannelDead),
        ({"kind": "redirect"}, ChannelDead),
        ({"kind": "status", "status": 200, "body": DELIVERY_FAILED}, NotYet),
        ({"kind": "status", "status": 200, "body": '{"error": {"code": "X"}}'}, MessageRefused),
        ({"kind": "reset_before"}, OutcomeUnclear),
        ({"kind": "reset_after"}, OutcomeUnclear),
        ({"kind": "cut", "status": 202}, Sent),
    ],
)
def test_what_an_answer_means(teams: Program, fault: dict[str, object], kind: type) -> None:
    teams.order(fault)
    if kind is Sent:  # 202 has no body that could be cut
        assert SENDER.send(flow(teams), MESSAGE).http_status == 202
    else:
        assert type(failed(teams)) is kind


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "slow_headers"])
def test_no_answer_in_time_leaves_it_open(teams: Program, fault: str) -> None:
    teams.order({"kind": fault})
    assert isinstance(failed(teams, IMPATIENT), OutcomeUnclear)


def test_a_flow_that_is_off_says_how_it_is_switched_on(teams: Program) -> None:
    teams.control("POST", "flows/message", {"state": "Disabled"})
    error = failed(teams)
    assert isinstance(error, ChannelDead)
    assert error.advice == CODES["WorkflowTriggerIsNotEnabled"]


def test_no_connection_is_surely_not_sent() -> None:
    with pytest.raises(NotYet) as caught:
        SENDER.send(target(Kind.TEAMS, NOBODY), MESSAGE)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://10.1.2.3/s3cret-path", "https://169.254.169.254/s3cret", None]
)
def test_addresses_that_we_do_not_call(url: str | None) -> None:
    with pytest.raises(ChannelDead) as caught:
        SENDER.send(target(Kind.TEAMS, url), MESSAGE)
    assert "s3cret" not in str(caught.value)


def test_an_answer_that_repeats_the_address_is_not_told(teams: Program) -> None:
    address = address_of("message")
    body = f"<b>no</b> {teams.url}{address} {address} {address.partition('sig=')[2]} a@b.example"
    teams.order({"kind": "status", "status": 400, "body": body + "\x1b[31m"})
    error = failed(teams)
    assert isinstance(error, MessageRefused)
    assert address.partition("sig=")[2] not in error.said
    assert "a@b.example" not in error.said
    assert "\x1b" not in error.said
    assert len(error.said) <= 200
