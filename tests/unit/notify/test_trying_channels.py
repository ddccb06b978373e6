"""A test message is sent once, and what it finds counts."""

import pytest

from services.notify.domain.channel import Dead, Kind, Secrets
from services.notify.domain.errors import (
    ChannelDead,
    ChannelNotFound,
    MessageRefused,
    NotYet,
    NotYours,
    OutcomeUnclear,
    RoleMissing,
    SendError,
    TooManyTests,
)
from services.notify.domain.message import Sent
from services.notify.domain.places import Place
from services.notify.use_cases.send_test_message import MOST_TESTS, Outcome, send_test_message
from tests.unit.notify.channel_desk import ADDRESS, ANN, BOB, NOON, OPERATOR, Desk

DEAD = Dead("channel_dead", "refused", NOON)
GONE = ChannelDead("hooks.example", 410, "gone", "Make a new webhook.")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.create()
    return desk


def tried(desk: Desk, channel_id: str = "team") -> Outcome:
    return send_test_message(channel_id, ANN, ports=desk.ports)


def test_a_test_goes_out_once_and_says_what_came_back(desk: Desk) -> None:
    desk.answer = Sent(http_status=202, said="ok")
    assert tried(desk) == Outcome(sent=desk.answer)
    [(target, message)] = desk.sent
    assert (target.secrets, message.test, message.facts) == (Secrets(address=ADDRESS), True, ())
    assert desk.stored().last_sent_at == NOON


@pytest.mark.parametrize(
    "error", [NotYet("h", "busy", 9.0), MessageRefused("h", 400, "no"), OutcomeUnclear("h", "late")]
)
def test_a_test_that_fails_is_not_tried_again(desk: Desk, error: SendError) -> None:
    desk.answer = error
    assert tried(desk) == Outcome(error=error)
    assert len(desk.sent) == 1
    assert (desk.stored().dead, desk.stored().last_sent_at) == (None, None)


def test_a_dead_channel_that_takes_the_test_is_used_again(desk: Desk) -> None:
    desk.alter(dead=DEAD)
    tried(desk)
    assert desk.stored().dead is None
    desk.answer = GONE
    tried(desk)
    assert desk.stored().dead == Dead("channel_dead", str(GONE), NOON)


def test_what_a_test_found_says_nothing_about_an_address_given_meanwhile(desk: Desk) -> None:
    desk.answer, desk.during_send = GONE, lambda: desk.change(Place("https://new.example/x"))
    assert tried(desk).error is GONE
    assert desk.stored().dead is None


def test_an_address_that_is_replaced_meanwhile_is_read_again(desk: Desk) -> None:
    new = Place("https://new.example/x")
    desk.vault.before_next["read"] = lambda: desk.change(new)
    tried(desk)
    assert desk.sent[0][0].secrets == Secrets(address="https://new.example/x")


def test_ones_own_mail_goes_to_the_address_as_it_is_now(desk: Desk) -> None:
    desk.create("mail", kind=Kind.EMAIL, place=Place())
    desk.mails["ann"] = "new@example.com"
    tried(desk, "mail")
    assert desk.sent[0][0].mails == ("new@example.com",)
    del desk.mails["ann"]
    error = tried(desk, "mail").error
    assert error is not None
    assert "an admin can enter it" in str(error)


def test_only_so_many_tests_a_minute_whichever_channel(desk: Desk) -> None:
    desk.create("other")
    for number in range(MOST_TESTS):
        tried(desk, ("team", "other")[number % 2])
    with pytest.raises(TooManyTests) as caught:
        tried(desk)
    assert (caught.value.retry_after_seconds, len(desk.sent)) == (60, MOST_TESTS)
    desk.pass_time(seconds=60)
    tried(desk)


def test_others_test_nothing(desk: Desk) -> None:
    desk.create("all", shared=True, caller=OPERATOR)
    for name, caller, refusal in (
        ("team", BOB, ChannelNotFound),
        ("team", OPERATOR, NotYours),
        ("all", BOB, RoleMissing),
    ):
        with pytest.raises(refusal):
            send_test_message(name, caller, ports=desk.ports)
    assert desk.sent == []
