"""Who the user is, what they may do, and who can grant the rest; and what partners' servers are."""

from collections.abc import Mapping
from typing import Any

import pytest

from contracts.caller import Grants, SourceGrant
from contracts.contract import PageQuery
from contracts.destination_views import DestinationsPage
from contracts.session_api import SessionHolder, SessionsView, WaitingTransfer
from contracts.transfer_api import TransfersQuery
from contracts.transfer_views import TransfersPage
from services.agent.domain.errors import ApiRefused
from services.agent.domain.handles import HandleKind
from services.agent.domain_services.tools import access
from services.transfer.domain.access import SENDERS
from tests.unit.agent.scenes import NOON, Conversation
from tests.unit.cli.answers import destination, me, summary


@pytest.fixture
def talk() -> Conversation:
    found = Conversation()
    found.reader.answers["read_me"] = me()  # user; exports/reports/ and acme
    found.reader.answers["read_destination"] = destination()
    return found


def test_roles_that_may_send_are_those_of_the_transfer_service() -> None:
    assert access.SENDERS == SENDERS


def test_the_user_is_told_what_they_are(talk: Conversation) -> None:
    told = talk.ask("who_am_i")
    assert (told["user"], told["roles"], told["may_send"]) == ("jane", ["user"], True)
    assert told["grants"]["destinations"] == ["acme"]
    assert "id" not in told["session"]


@pytest.mark.parametrize(
    ("changes", "kind", "same", "missing"),
    [
        ({}, HandleKind.OBJECT, {"bucket": "exports", "key": "reports/a.csv"}, None),
        ({}, HandleKind.FOLDER, {"bucket": "exports", "prefix": "reports/x/"}, None),
        ({}, HandleKind.OBJECT, {"bucket": "exports", "key": "other.csv"}, "no grant for other"),
        ({}, HandleKind.BUCKET, {"bucket": "exports"}, "They may send what begins with: reports/"),
        ({}, HandleKind.OBJECT, {"bucket": "else", "key": "reports/a.csv"}, "no grant for"),
        ({}, HandleKind.DESTINATION, {"destination_id": "acme"}, None),
        ({}, HandleKind.DESTINATION, {"destination_id": "other"}, "no grant for the destination"),
        ({"roles": ("auditor",)}, HandleKind.DESTINATION, {"destination_id": "acme"}, "no role"),
        (
            {"grants": Grants(sources=(SourceGrant(bucket="*"),), destinations=("*",))},
            HandleKind.OBJECT,
            {"bucket": "any-1", "key": "k"},
            None,
        ),
    ],
)
def test_it_says_what_is_missing_and_who_can_grant_it(
    talk: Conversation,
    changes: dict[str, Any],
    kind: HandleKind,
    same: dict[str, str],
    missing: str | None,
) -> None:
    talk.reader.answers["read_me"] = me(**changes)
    field = {"obj": "object", "fold": "folder", "bkt": "bucket", "dest": "destination"}[kind]
    told = talk.ask("check_access", **{field: talk.knows(kind, **same)})
    assert told["may_send"] is (missing is None)
    assert (missing or "") in " ".join(told["missing"])
    assert ("who_can_grant_it" in told) is (missing is not None)


def test_it_says_what_hinders_whoever_sends(talk: Conversation) -> None:
    talk.reader.answers["read_destination"] = destination(has_password=False, host_keys=())
    handle = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    told = talk.ask("check_access", destination=handle)
    assert told["may_send"] is True
    assert len(told["hindrances"]) == 2


def test_a_destination_that_is_gone_is_told(talk: Conversation) -> None:
    talk.reader.answers["read_destination"] = ApiRefused("read_destination", 404, "x", "None.")
    handle = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    assert "removed" in talk.ask("check_access", destination=handle)["destination"]


def test_a_role_that_is_new_gives_nothing(talk: Conversation) -> None:
    """The API may be newer than this function."""
    newer = me().model_dump(mode="json") | {"roles": ["owner-of-all"]}
    talk.reader.read = lambda *_: newer  # type: ignore[method-assign]
    assert talk.ask("check_access")["may_send"] is False


def pages(*ids: str, size: int) -> Any:  # noqa: ANN401 - an answer
    def page(path: Mapping[str, str], query: PageQuery) -> DestinationsPage:
        begin = int(query.cursor or 0)
        end = begin + size
        found = tuple(destination(id=each, name=each.upper()) for each in ids[begin:end])
        return DestinationsPage(destinations=found, cursor=str(end) if end < len(ids) else None)

    return page


def test_destinations_are_found_by_a_part_of_their_name(talk: Conversation) -> None:
    ids = [f"partner-{n}" for n in range(9)] + ["bank"]
    talk.reader.answers["list_destinations"] = pages(*ids, size=3)
    told = talk.ask("list_destinations", named="BaN")
    assert [each["id"] for each in told["destinations"]] == ["bank"]
    assert talk.handles.of_kind(HandleKind.DESTINATION, told["destinations"][0]["handle"]) == {
        "destination_id": "bank",
        "name": "BANK",
    }
    assert "An admin can register one" in talk.ask("list_destinations", named="nobody")["note"]


def test_after_so_many_pages_it_asks_whether_to_go_on(talk: Conversation) -> None:
    talk.reader.answers["list_destinations"] = pages(*(f"p-{n}" for n in range(9)), "z", size=1)
    told = talk.ask("list_destinations", named="z")
    assert (told["destinations"], told["more"]) == ([], True)
    while told["more"]:
        told = talk.ask("list_destinations", page=told["page"])
    assert [each["id"] for each in told["destinations"]] == ["z"]


def test_details_have_what_the_test_found_and_how_files_were_moved(talk: Conversation) -> None:
    how = "One lane, because the server takes writes in order only."

    def transfers(path: Mapping[str, str], query: TransfersQuery) -> TransfersPage:
        assert query.destination == "acme"
        found = summary(strategy=how), summary("t-2", strategy=how, size_bytes=9), summary("t-3")
        return TransfersPage(transfers=found, cursor=None)

    talk.reader.answers["list_transfers"] = transfers
    handle = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    told = talk.ask("destination_details", destination=handle)
    assert told["host_key_fingerprints"] == ["SHA256:abcdef"]
    assert told["found_by_its_test"]["software"] == "OpenSSH"
    assert told["how_files_were_moved_there"] == [{"size_bytes": 1_234, "strategy": how}]
    talk.reader.answers["read_destination"] = destination(profile=None)
    talk.reader.answers["list_transfers"] = ApiRefused("list_transfers", 429, "x", "Slow down.")
    told = talk.ask("destination_details", destination=handle)
    assert "never tested" in told["found_by_its_test"]
    assert told["how_files_were_moved_there"]["problem"] == "Slow down."


def test_the_line_tells_own_transfers_and_only_the_place_of_others(talk: Conversation) -> None:
    talk.reader.answers["read_sessions"] = SessionsView(
        max_sessions=2,
        in_use=2,
        holders=(
            SessionHolder(kind="lane", transfer_id="t-1", lane=1, since=NOON),
            SessionHolder(kind="other", transfer_id=None, lane=None, since=None),
        ),
        waiting=1,
        whole=True,
        line=(
            WaitingTransfer(
                position=1, kind="lane", transfer_id="t-2", since=NOON, has_session=False
            ),
        ),
    )
    handle = talk.knows(HandleKind.DESTINATION, destination_id="acme")
    told = talk.ask("waiting_for", destination=handle)
    assert [each["transfer"] for each in told["have_a_session"]] == ["tra_1", "somebody else's"]
    assert told["wait_in_line"][0]["position"] == 1
    assert talk.handles.of_kind(HandleKind.TRANSFER, "tra_2") == {"transfer_id": "t-2"}
