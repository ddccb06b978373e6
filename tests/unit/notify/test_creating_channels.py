"""A channel is made with its secrets in the vault, and only if it can tell something."""

from dataclasses import replace
from typing import Any

import pytest

from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.notify.domain.channel import CardShape, Kind, Rule, Secrets, Whose
from services.notify.domain.errors import (
    ChannelExists,
    ChannelNotFound,
    FieldInvalid,
    IdempotencyConflict,
    RoleMissing,
    TooManyChannels,
)
from services.notify.domain.places import Place
from services.notify.domain.stage import Stage
from services.notify.domain.user import User
from services.notify.domain_services.cautions import cautions_of
from services.notify.use_cases.create_channel import MOST_OWN, MOST_SHARED, Created
from services.notify.use_cases.hear_user import first_channel
from tests.unit.notify.channel_desk import (
    ADDRESS,
    ADMIN,
    ANN,
    AUDITOR,
    BOB,
    NOBODY,
    NOON,
    OPERATOR,
    Desk,
)

KEY = Idempotency("ann#ChannelRequest#k-1", "body")
TOKEN = "xoxb-s3cr3t"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_address_goes_to_the_vault_and_its_host_is_shown(desk: Desk) -> None:
    made = desk.create().channel
    assert (made.host, made.owner, made.whose) == ("hooks.example", "ann", Whose.MINE)
    assert desk.vault.held == {made.secret_id: Secrets(address=ADDRESS)}
    assert "s3cr3t" not in repr(desk.channels.rows) + repr(desk.vault.held) + repr(Place(ADDRESS))


def test_a_bot_of_slack_has_a_token_and_a_channel(desk: Desk) -> None:
    made = desk.create(kind=Kind.SLACK, place=Place(bot_token=TOKEN, slack_channel="C1")).channel
    assert (made.host, made.slack_channel) == ("slack.com", "C1")
    assert desk.secrets() == Secrets(bot_token=TOKEN)


def test_a_webhook_gets_a_signing_secret_that_others_do_not_have(desk: Desk) -> None:
    made = desk.create(kind=Kind.WEBHOOK)
    assert made.signing_secret
    assert desk.secrets() == Secrets(address=ADDRESS, signing_secret=made.signing_secret)
    assert desk.create("other").signing_secret is None


def test_a_repeated_request_gets_the_same_channel_and_the_same_signing_secret(desk: Desk) -> None:
    first = desk.create(kind=Kind.WEBHOOK, key=KEY)
    held = dict(desk.vault.held)
    assert desk.create(kind=Kind.WEBHOOK, key=KEY) == first
    assert desk.vault.held == held
    changed = desk.change(Place("https://hooks.example/new"))
    assert desk.create(kind=Kind.WEBHOOK, key=KEY) == replace(first, channel=changed)
    with pytest.raises(IdempotencyConflict):
        desk.create("other", key=replace(KEY, body_hash="another"))
    assert len(desk.vault.held) == 1


def test_a_repeated_request_never_shows_the_secret_of_a_later_channel(desk: Desk) -> None:
    desk.create(kind=Kind.WEBHOOK, key=KEY, caller=OPERATOR, shared=True)
    desk.remove(OPERATOR)
    desk.pass_time(seconds=1)
    desk.create(kind=Kind.WEBHOOK, caller=BOB)
    with pytest.raises(ChannelNotFound):
        desk.create(kind=Kind.WEBHOOK, key=KEY, caller=OPERATOR, shared=True)
    assert len(desk.vault.held) == 1


def test_of_two_equal_requests_at_once_both_get_the_one_channel(desk: Desk) -> None:
    inner: list[Created] = []
    desk.vault.before_next["store"] = lambda: inner.append(desk.create(kind=Kind.WEBHOOK, key=KEY))
    assert [desk.create(kind=Kind.WEBHOOK, key=KEY)] == inner
    assert list(desk.vault.held) == [desk.stored().secret_id]


def test_a_refused_request_leaves_no_secret_behind(desk: Desk) -> None:
    desk.create()
    held = dict(desk.vault.held)
    with pytest.raises(ChannelExists):
        desk.create(caller=BOB)
    assert desk.vault.held == held


@pytest.mark.parametrize(
    ("most", "shared", "caller"), [(MOST_OWN, False, ANN), (MOST_SHARED, True, OPERATOR)]
)
def test_there_are_limits(desk: Desk, most: int, shared: bool, caller: Caller) -> None:
    for number in range(most):
        desk.create(f"c-{number}", shared=shared, caller=caller)
    with pytest.raises(TooManyChannels, match=str(most)):
        desk.create("one-more", shared=shared, caller=caller)
    assert len(desk.vault.held) == most
    desk.create("others", caller=BOB)


def test_a_shared_channel_tells_of_everybodys(desk: Desk) -> None:
    made = desk.create(shared=True, caller=OPERATOR).channel
    assert (made.owner, made.whose) == (None, Whose.ALL)


@pytest.mark.parametrize(
    ("caller", "more"),
    [
        (NOBODY, {}),
        (ANN, {"shared": True}),
        (AUDITOR, {"shared": True}),
        (ANN, {"whose": Whose.ALL}),
    ],
)
def test_what_a_role_does_not_allow_is_refused(
    desk: Desk, caller: Caller, more: dict[str, Any]
) -> None:
    with pytest.raises(RoleMissing):
        desk.create(caller=caller, **more)
    assert (desk.channels.rows, desk.vault.held) == ({}, {})


@pytest.mark.parametrize("caller", [AUDITOR, OPERATOR, ADMIN])
def test_who_may_see_all_transfers_may_be_told_of_all(desk: Desk, caller: Caller) -> None:
    assert desk.create(caller=caller, whose=Whose.ALL).channel.whose is Whose.ALL


BAD_PLACES = [
    (Kind.TEAMS, Place(), "address"),
    (Kind.WEBHOOK, Place(), "address"),
    (Kind.SLACK, Place(), "address"),
    (Kind.TEAMS, Place(ADDRESS, mails=("a@b.example",)), "mails"),
    (Kind.WEBHOOK, Place(ADDRESS, bot_token=TOKEN), "bot_token"),
    (Kind.SLACK, Place(ADDRESS, bot_token=TOKEN, slack_channel="C1"), "address"),
    (Kind.SLACK, Place(ADDRESS, slack_channel="C1"), "address"),
    (Kind.SLACK, Place(slack_channel="C1"), "bot_token"),
    (Kind.SLACK, Place(bot_token=TOKEN), "slack_channel"),
    (Kind.SLACK, Place(bot_token="xoxb-s3cr3t\r\nX: y", slack_channel="C1"), "bot_token"),
    (Kind.EMAIL, Place(ADDRESS), "address"),
    (Kind.EMAIL, Place(mails=("a@b.example",)), "mails"),
    (Kind.TEAMS, Place("https://x.webhook.office.com/s3cr3t"), "address"),
    (Kind.TEAMS, Place("https://u:s3cr3t@hooks.example/s3cr3t"), "address"),
    (Kind.TEAMS, Place("https://hooks.example/s3cr3t\r\nX: y"), "address"),
    (Kind.TEAMS, Place("ftp://hooks.example/s3cr3t"), "address"),
    (Kind.TEAMS, Place("https:///s3cr3t"), "address"),
    (Kind.TEAMS, Place("https://hooks.example:99999/s3cr3t"), "address"),
    (Kind.TEAMS, Place("https://closed.example/s3cr3t"), "address"),
]


@pytest.mark.parametrize(("kind", "place", "named"), BAD_PLACES)
def test_a_place_that_does_not_fit_is_refused_by_its_field_and_never_shown(
    desk: Desk, kind: Kind, place: Place, named: str
) -> None:
    desk.closed.add("https://closed.example/s3cr3t")
    with pytest.raises(FieldInvalid) as caught:
        desk.create(kind=kind, place=place)
    assert caught.value.field == named
    assert "s3cr3t" not in str(caught.value)
    assert (desk.channels.rows, desk.vault.held) == ({}, {})


def test_ones_own_mail_goes_to_ones_own_address_which_has_to_be_known(desk: Desk) -> None:
    made = desk.create(kind=Kind.EMAIL, place=Place()).channel
    assert (made.mails, made.secret_id, made.host) == ((), None, None)
    with pytest.raises(FieldInvalid, match="Ask an admin"):
        desk.create("bobs", kind=Kind.EMAIL, place=Place(), caller=BOB)


def test_a_shared_mail_needs_addresses(desk: Desk) -> None:
    with pytest.raises(FieldInvalid, match="mails"):
        desk.create(kind=Kind.EMAIL, place=Place(), shared=True, caller=ADMIN)
    place = Place(mails=("a@b.example",))
    made = desk.create(kind=Kind.EMAIL, place=place, shared=True, caller=ADMIN).channel
    assert made.mails == ("a@b.example",)


def test_only_teams_has_a_card_shape(desk: Desk) -> None:
    assert desk.create(card_shape=CardShape.CARD).channel.card_shape is CardShape.CARD
    with pytest.raises(FieldInvalid, match="card_shape"):
        desk.create("other", kind=Kind.WEBHOOK, card_shape=CardShape.CARD)


def test_destinations_that_nobody_sent_to_have_a_caution_where_no_grant_tells_of_them(
    desk: Desk,
) -> None:
    desk.destinations.see("acme")
    rules = (Rule((Stage.FAILED,), ("acme", "acne")), Rule((Stage.STARTED,)))
    shared = desk.create("shared", shared=True, caller=OPERATOR, rules=rules).channel
    own = desk.create("own", rules=(Rule((Stage.FAILED,), ("acme",)),)).channel
    found = cautions_of([shared, own], ports=desk.ports)
    assert found["own"] == ()
    assert [each.split(" was seen")[0] for each in found["shared"]] == ["No transfer to acne"]


def test_nobody_takes_the_id_of_the_channel_that_another_user_gets(desk: Desk) -> None:
    theirs = first_channel(User("bob", email="bob@example.com"), NOON)
    with pytest.raises(FieldInvalid, match="id: 'mail-bob-"):
        desk.create(theirs.id)


def test_a_rule_that_can_never_match_is_refused(desk: Desk) -> None:
    with pytest.raises(FieldInvalid, match=r"rules\.0"):
        desk.create(rules=(Rule((Stage.FAILED,), ("elsewhere",)),))
    assert desk.create(rules=(Rule((Stage.FAILED,), ("acme",)),)).channel.rules


def test_an_address_that_is_probably_wrong_has_a_caution(desk: Desk) -> None:
    old = Place("https://prod-1.westeurope.logic.azure.com/workflows/s3cr3t")
    made = desk.create(place=old).channel
    assert "logic.azure.com" in " ".join(made.cautions)
    assert desk.change(Place(ADDRESS)).cautions == ()
