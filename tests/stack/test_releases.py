"""Deployments and a rollback in mid-transfer lose nothing: no byte, no event, ticket or message."""

import io
import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from contracts.catalogue import parse
from contracts.sequences import check_sequence
from infra.local.doubles import WEBHOOKS
from infra.local.ferry import Ferry
from infra.releases.history import History, read_now
from infra.releases.pointers import pointers_of
from infra.releases.rollback import RollbackRefused, rollback
from infra.stacks import find_stack
from tests.servers.waiting import wait_for
from tests.stack.listening import listening
from tests.stack.people import EVERYTHING
from tests.stack.running import BUCKET, CHUNK_BYTES, PARAMETERS, Running
from tests.stack.test_desk import sweeping, wait_resolved

SECONDS = 180.0
CHUNKS, MOVED = 60, 3  # of each large file, and how many are done when a deployment begins
# What each deployment changes, so that each is another release. The definition of the workflow has
# RetryCapSeconds in it, so that it gets another version, too.
ROUNDS = (
    {"transfer": {"RetryCapSeconds": "2"}, "ticketing": {"NoteMinutes": "16"}},
    {"transfer": {"RetryCapSeconds": "3"}, "notify": {"MessageConcurrency": "5"}},
    {"transfer": {"RetryCapSeconds": "4"}, "progress": {"FanOutConcurrency": "9"}},
)
TRANSFER = find_stack("transfer")
NAME = TRANSFER.deployed_name("local")


@pytest.fixture(scope="module")
def owner(running: Running) -> Iterator[Ferry]:
    """Somebody who is told by webhook of each transfer that completed."""
    person = running.people.create("released", grants=EVERYTHING, email="released@desk.example")
    ferry = Ferry(running.stack.api_url, person.name, person.password, every=0.2)
    address = running.desk.receivers.hooks[WEBHOOKS]
    channel = {"id": "released-hook", "kind": "webhook", "name": "hook", "address": address}
    rules = [{"stages": ["completed"]}]
    made = ferry.call("POST", "/api/notify/channels", channel | {"rules": rules})
    secret = {"secret": made["signing_secret"]}
    running.desk.double(WEBHOOKS).control("POST", "receiver", secret)
    with sweeping(running):
        yield ferry
    ferry.close()


def done(running: Running, transfer_id: str) -> int:
    return int(running.ferry.state(transfer_id)["chunks"]["done"])


def dead_letters(running: Running) -> dict[str, int]:
    sqs = running.stack.client("sqs")
    urls = [url for url in sqs.list_queues()["QueueUrls"] if url.endswith("-dlq")]
    assert urls
    name = "ApproximateNumberOfMessages"
    told = {
        url.rpartition("/")[2]: int(
            sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        )
        for url in urls
    }
    return {queue: count for queue, count in told.items() if count}


def test_three_deployments_and_a_rollback_amid_transfers_lose_nothing(
    running: Running, owner: Ferry
) -> None:
    clients = cache(running.stack.client)
    before, content = dead_letters(running), os.urandom(CHUNKS * CHUNK_BYTES)
    ids: dict[str, str] = {}

    def begin(number: int) -> None:
        """A small file, and a large one that is half way when this returns."""
        for name, body in ((f"released-small-{number}", b""), (f"released-{number}", content)):
            running.put(name, body + name.encode())
            ids[name] = send(owner, name)
        moving = ids[f"released-{number}"]
        wait_for(lambda: done(running, moving) >= MOVED, "a few chunks", SECONDS)
        assert running.ferry.state(moving)["finished_at"] is None, "nothing is in mid-work"

    with listening(running, "transfer") as heard:
        for number, changes in enumerate(ROUNDS):
            begin(number)
            for stack, parameters in changes.items():
                assert running.stack.deploy(stack, parameters)
        latest = read_now(pointers_of(NAME, clients))
        begin(len(ROUNDS))
        rollback(TRANSFER, "local", clients)
        back = read_now(pointers_of(NAME, clients))
        assert not latest.items() & back.items(), "each pointer moved, that of the workflow, too"
        ended = {name: running.ferry.wait(each, SECONDS) for name, each in ids.items()}
        assert {each["status"] for each in ended.values()} == {"completed"}, ended
        for name in ids:
            body = b"" if "small" in name else content
            assert running.arrived(name) == body + name.encode(), name
        published(heard, set(ids.values()))
    assert running.part_files() == []
    wait_resolved(running, list(ids.values()))
    wait_for(lambda: told(running, list(ids)) == [1] * len(ids), "one message each", SECONDS)
    assert dead_letters(running) == before
    require_next_release_is_live(running, back)


def send(ferry: Ferry, name: str) -> str:
    return ferry.send(BUCKET, name, "partner", label=f"{name}.")


def told(running: Running, names: list[str]) -> list[int]:
    return [len(running.desk.told_of(f"{name}.", WEBHOOKS)) for name in names]


def published(heard: Any, ids: set[str]) -> None:  # noqa: ANN401
    """Each fact once, and in a sequence of the contract."""

    def ends() -> bool:
        kinds = Counter(
            each["detail-type"]
            for each in heard.so_far()
            if each["detail"]["data"]["transfer_id"] in ids
        )
        return kinds["TransferCompleted.v1"] >= len(ids)

    wait_for(ends, "all ends on the bus", SECONDS)
    events = [parse(each["detail-type"], each["detail"]) for each in heard.so_far()]
    mine = [each for each in events if each.data.transfer_id in ids]
    assert len({each.meta.event_id for each in mine}) == len(mine)
    check_sequence(mine)


def require_next_release_is_live(running: Running, back: dict[str, str]) -> None:
    """What was rolled back is deployed again, unchanged: it is no 'nothing changed'."""
    clients = cache(running.stack.client)
    assert running.stack.deploy("transfer")
    again = read_now(pointers_of(NAME, clients))
    assert not again.items() & back.items()
    history = History(TRANSFER, "local", clients("ssm"))
    assert history.begun() is None
    assert history.all()[-1].is_live(again)
    running.stack.deploy("transfer", {"RetryCapSeconds": PARAMETERS["RetryCapSeconds"]})


def test_each_new_version_passes_its_smoke_test(running: Running) -> None:
    for service in ("auth", "transfer", "progress", "notify", "ticketing"):
        answer = running.stack.client("lambda").invoke(
            FunctionName=f"fileferry-local-{service}-smoke-test:live", Payload=b"{}"
        )
        assert json.loads(answer["Payload"].read()) == {"status": "Succeeded", "problems": []}


def test_a_version_that_does_not_start_fails_its_smoke_test(running: Running) -> None:
    """The variable with the table's name is missing in a version that nobody calls."""
    functions, name = running.stack.client("lambda"), "fileferry-local-transfer-smoke-test"
    api = "fileferry-local-transfer-sweep-stalled"
    usual = functions.get_function_configuration(FunctionName=api)["Environment"]
    broken = {k: v for k, v in usual["Variables"].items() if k != "TRANSFERS_TABLE"}
    functions.update_function_configuration(FunctionName=api, Environment={"Variables": broken})
    version = functions.publish_version(FunctionName=api)["FunctionArn"]
    functions.update_function_configuration(FunctionName=api, Environment=usual)
    hook = functions.get_function_configuration(FunctionName=name)["Environment"]
    targets = json.dumps([{"function": version, "kind": "schedule", "asked": {}}])
    asking = {"Variables": {**hook["Variables"], "SMOKE_TARGETS": targets}}
    functions.update_function_configuration(FunctionName=name, Environment=asking)
    try:
        answer = functions.invoke(FunctionName=name, Payload=b"{}")
        told_of = json.load(io.BytesIO(answer["Payload"].read()))
    finally:
        functions.update_function_configuration(FunctionName=name, Environment=hook)
    assert told_of["status"] == "Failed"
    [problem] = told_of["problems"]
    assert "SettingsInvalid" in problem
    assert "TRANSFERS_TABLE" in problem


def test_the_local_api_says_how_it_goes_back(running: Running) -> None:
    with pytest.raises(RollbackRefused, match="make deploy-api STAGE=local"):
        rollback(find_stack("api"), "local", running.stack.client)
