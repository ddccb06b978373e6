"""Records go from the tables of one region to those of another, and arrive as their stores know
them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.client import BaseClient
from moto import mock_aws

from runtime.dynamodb.carriage import MOST_RECORDS, Carriage
from runtime.dynamodb.items import to_item
from services.auth.adapters.dynamodb_carriage import user_carriage
from services.auth.adapters.dynamodb_user_store import DynamoDbUserStore
from services.auth.domain.user import ApiKey
from services.notify.adapters.dynamodb_carriage import channel_carriage
from services.notify.adapters.dynamodb_channels import DynamoDbChannels
from services.notify.domain.errors import TooManyChannels
from services.ticketing.adapters.dynamodb_carriage import ticket_carriage
from services.ticketing.adapters.dynamodb_tickets import DynamoDbTickets
from services.ticketing.domain.ports import Change
from services.ticketing.domain.ticket import Key, Kind, Record
from services.transfer.adapters.dynamodb_carriage import transfer_carriage
from services.transfer.adapters.dynamodb_destination_store import DynamoDbDestinationStore
from services.transfer.adapters.dynamodb_transfer_store import DynamoDbTransferStore
from services.transfer.domain.failure import Failure
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.conformance.auth_stores import a_user
from tests.conformance.channel_stores import a_channel
from tests.conformance.records import (
    NOON,
    a_destination,
    a_full_transfer,
    a_transfer,
)
from tests.conformance.stores import SESSION, create_table
from tests.conformance.test_tickets import a_case, a_ticket

HERE, THERE = "eu-central-1", "eu-west-1"
Pair = tuple[BaseClient, BaseClient]


@pytest.fixture
def clients() -> Iterator[Pair]:
    with mock_aws():
        made = []
        for region in (HERE, THERE):
            client = SESSION.client(
                "dynamodb", region_name=region, aws_access_key_id="t", aws_secret_access_key="t"
            )
            for service in ("auth", "transfer", "notify", "ticketing"):
                create_table(client, service, service)
            made.append(client)
        yield made[0], made[1]


def everything(carriage: Carriage) -> list[Any]:
    cursor, found = None, []
    while True:
        page = json.loads(json.dumps(carriage.page(cursor)))  # as Lambda hands it over
        found += page["records"]
        cursor = page["cursor"]
        if cursor is None:
            return found


def of_transfers(client: BaseClient) -> Carriage:
    return transfer_carriage(client, "transfer", lambda: "secret-of-there")


def carried(clients: Pair) -> dict[str, Any]:
    return of_transfers(clients[1]).take(everything(of_transfers(clients[0])))


def stored(client: BaseClient, *transfers: Transfer) -> None:
    for each in transfers:
        DynamoDbTransferStore(client, "transfer").create(each, (), None)


def there(clients: Pair, transfer_id: str) -> Transfer:
    return DynamoDbTransferStore(clients[1], "transfer").read(transfer_id)


def test_a_destination_arrives_as_it_left(clients: Pair) -> None:
    left = DynamoDbDestinationStore(clients[0], "transfer").create(a_destination(), None)
    assert carried(clients) == {"stored": 1, "known": 0, "kept": [], "refused": []}
    assert DynamoDbDestinationStore(clients[1], "transfer").read("partner") == left
    assert carried(clients) == {"stored": 0, "known": 1, "kept": [], "refused": []}


def test_of_a_transfer_that_completed_nothing_is_lost_but_what_is_secret(clients: Pair) -> None:
    done = replace(a_full_transfer(), status=Status.COMPLETED, failure=None, part=None)
    stored(clients[0], done)
    assert carried(clients)["stored"] == 1
    arrived = there(clients, done.id)
    secret = "secret-of-there"
    assert arrived == replace(done, sample_secret=secret, task_tokens=(), generation=1_000)
    assert carried(clients)["known"] == 1
    listed = DynamoDbTransferStore(clients[1], "transfer")
    assert [each.id for each in listed.open_transfers()] == [
        each.id for each in DynamoDbTransferStore(clients[0], "transfer").open_transfers()
    ]


def moving(**changes: Any) -> Transfer:  # noqa: ANN401
    part = PartFile("/in/.plan.t-1-1.part", "sftp.example.com:22/in", NOON, made=True)
    begun = {"status": Status.MOVING, "generation": 1, "part": part, "task_tokens": ("token",)}
    return a_transfer(**{**begun, **changes})


def test_a_transfer_under_way_goes_on_nowhere_without_its_ledger(clients: Pair) -> None:
    """Its part file is removed when the region works, and a retry begins with another name."""
    stored(clients[0], moving())
    carried(clients)
    arrived = there(clients, "t-1")
    assert (arrived.status, arrived.part, arrived.task_tokens) == (Status.MOVING, None, ())
    assert [each.path for each in arrived.leftovers] == ["/in/.plan.t-1-1.part"]
    assert carried(clients)["known"] == 1
    again = arrived.next_part("/in/plan", "sftp.example.com:22/in", NOON, direct=False)
    assert again.path not in {f"/in/.plan.t-1-{n}.part" for n in range(1_000)}


def test_what_may_be_delivered_is_not_taken_for_a_leftover(clients: Pair) -> None:
    """A direct delivery has the target's name. It may have been completed after the export."""
    direct = PartFile("/in/plan", "sftp.example.com:22/in", NOON, made=True, direct=True)
    aside = a_full_transfer().aside
    stored(clients[0], moving(part=direct, aside=aside, final_path="/in/plan"))
    carried(clients)
    arrived = there(clients, "t-1")
    assert (arrived.leftovers, arrived.aside, arrived.final_path) == ((), None, None)


def test_what_is_newer_replaces_and_what_is_older_does_not(clients: Pair) -> None:
    store = DynamoDbTransferStore(clients[0], "transfer")
    stored(clients[0], moving())
    carried(clients)
    done = replace(moving(), status=Status.COMPLETED, part=None, finished_at=NOON)
    store.save(done)
    assert carried(clients)["stored"] == 1
    assert there(clients, "t-1").status is Status.COMPLETED
    away = DynamoDbTransferStore(clients[1], "transfer")
    away.save(replace(there(clients, "t-1"), label="changed there"))
    assert carried(clients)["kept"] == ["T#t-1 TRANSFER"]
    assert there(clients, "t-1").label == "changed there"


def test_what_is_under_way_there_is_left_alone(clients: Pair) -> None:
    stored(clients[0], replace(moving(), version=5))
    stored(clients[1], moving())
    assert carried(clients)["kept"] == ["T#t-1 TRANSFER"]
    assert there(clients, "t-1").part is not None


def test_what_was_overtaken_gives_way_to_the_region_that_overtook_it(clients: Pair) -> None:
    why = Failure("region_overtaken", "It stopped.", True)
    stored(clients[1], replace(moving(), status=Status.FAILING, failure=why, version=9))
    stored(clients[0], replace(moving(), status=Status.COMPLETED, part=None, run=2, version=4))
    assert carried(clients)["stored"] == 1
    assert there(clients, "t-1").status is Status.COMPLETED
    assert there(clients, "t-1").version == 10


def test_a_record_that_is_none_is_refused_by_name_and_stops_nothing(clients: Pair) -> None:
    good = {"kind": "destination", "item": to_item(a_destination())}
    half = {"kind": "destination", "item": {"id": {"S": "half"}}}
    odd = {"kind": "transfer", "item": to_item(a_transfer("t 1\n"))}
    status = to_item(a_transfer()) | {"status": {"S": "flying"}}
    wrong = [half, odd, {"kind": "transfer", "item": status}, {"kind": "user"}, {}, "x", None]
    told = of_transfers(clients[1]).take([*wrong, good])
    assert told["stored"] == 1
    assert len(told["refused"]) == len(wrong)
    assert told["refused"][0].startswith('\'destination\' [{"S": "half"}]: TypeError')
    assert "'flying' is not a valid Status" in told["refused"][2]
    with pytest.raises(ValueError, match="101 records at once; 100 are the most"):
        of_transfers(clients[1]).take([good] * (MOST_RECORDS + 1))


def test_an_export_reads_a_table_of_many_pages(clients: Pair) -> None:
    stored(clients[0], *(a_transfer(f"t-{number}") for number in range(7)))
    clients[0].meta.events.register(
        "provide-client-params.dynamodb.Scan", lambda params, **_: params | {"Limit": 2}
    )
    assert len(everything(of_transfers(clients[0]))) == 7


def test_a_user_arrives_without_password_and_with_a_key_of_the_region(clients: Pair) -> None:
    here, away = (DynamoDbUserStore(client, "auth") for client in clients)
    left = here.create(
        replace(a_user(), password_hash="$argon2id$hash", api_key=ApiKey("k-here", "value")), None
    )
    keys: list[str] = []

    def make(name: str) -> ApiKey:
        keys.append(name)
        return ApiKey(f"k-{len(keys)}", "value-there")

    records = everything(user_carriage(clients[0], "auth", make))
    assert "argon2id" not in json.dumps(records)
    assert "k-here" not in json.dumps(records)
    carriage = user_carriage(clients[1], "auth", make)
    assert carriage.take(records)["stored"] == 1
    arrived = away.read("ann")
    assert arrived == replace(left, password_hash=None, api_key=ApiKey("k-1", "value-there"))
    assert carriage.take(records)["known"] == 1
    away.save(replace(arrived, password_hash="$argon2id$there"))
    here.save(here.save(here.save(replace(left, full_name="Ann B."))))
    again = everything(user_carriage(clients[0], "auth", make))
    assert carriage.take(again)["stored"] == 1
    kept = away.read("ann")
    assert (kept.full_name, kept.password_hash) == ("Ann B.", "$argon2id$there")
    assert keys == ["ann"]


def test_a_channel_arrives_and_counts(clients: Pair) -> None:
    here, away = (DynamoDbChannels(client, "notify") for client in clients)
    here.create(a_channel(), 20)
    records = everything(channel_carriage(clients[0], "notify"))
    carriage = channel_carriage(clients[1], "notify")
    assert carriage.take(records)["stored"] == 1
    assert carriage.take(records)["known"] == 1
    assert away.read("team") == here.read("team")
    with pytest.raises(TooManyChannels):
        away.create(a_channel("second"), 1)


def test_tickets_are_found_there_and_nothing_of_them_is_due(clients: Pair) -> None:
    here, away = (DynamoDbTickets(client, "ticketing", lambda: NOON) for client in clients)
    known = Record("incident", "0" * 32, "INC0042")
    ticket = replace(a_ticket(), record=known, transfer_id="t-1")
    request = replace(a_ticket(Key("R#r-1", Kind.REQUEST)), transfer_id="t-1")
    here.store([Change(ticket)], (a_case(), None))
    here.request(request, None, NOON)
    records = everything(ticket_carriage(clients[0], "ticketing", lambda: NOON))
    carriage = ticket_carriage(clients[1], "ticketing", lambda: NOON)
    assert carriage.take(records)["stored"] == 3
    assert carriage.take(records)["known"] == 3
    assert away.case("t-1") == here.case("t-1")
    found = away.by_number("INC0042")
    assert found is not None
    assert found.record == known
    assert [each.key.subject for each in away.requests("t-1")] == ["R#r-1"]
    for rank in (ticket.rank, request.rank):
        assert here.due(rank, NOON, 10)
        assert not away.due(rank, NOON, 10)
