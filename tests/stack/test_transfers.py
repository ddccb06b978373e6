"""Files on their real way: REST API, bus, workflow, queue, workers, SFTP, and back."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.ferry import Refused
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, CHUNK_BYTES, Running, as_destination

SECONDS = 60.0


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES + 3])
def test_every_size_arrives_with_a_receipt(running: Running, size: int) -> None:
    name = f"size-{size}.bin"
    body = running.put(name, os.urandom(size))
    ended = running.ferry.wait(running.ferry.send(BUCKET, name, "partner"), SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    assert running.arrived(name) == body
    assert ended["receipt"]["bytes_sent"] == size
    assert ended["receipt"]["source_checksum"] == "matched"
    assert ended["percent"] == 100.0
    assert running.part_files() == []


@pytest.mark.parametrize(
    "key",
    [
        "with space and 'quotes'.txt",
        "größe-文件-🛳.txt",
        "deep/" * 160 + "name-" + "x" * 190,  # 1,000 characters
    ],
)
def test_odd_names_arrive_under_their_own_name(running: Running, key: str) -> None:
    body = running.put(key, key.encode())
    ended = running.ferry.wait(running.ferry.send(BUCKET, key, "partner"), SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    assert running.arrived(key.rsplit("/", 1)[-1]) == body


def test_policies_for_an_existing_target_and_that_their_ends_are_counted(running: Running) -> None:
    running.put("policy.txt", b"new")
    target = running.partner.root / "policy.txt"
    target.write_bytes(b"old")
    outcomes: dict[str, Any] = {}
    for policy in ("fail", "keep_both", "replace"):
        transfer_id = running.ferry.send(BUCKET, "policy.txt", "partner", if_exists=policy)
        outcomes[policy] = running.ferry.wait(transfer_id, SECONDS)
        if policy != "replace":
            assert target.read_bytes() == b"old"
    assert outcomes["fail"]["failure"]["code"] == "target_exists"
    assert outcomes["keep_both"]["receipt"]["target_path"] == "/policy (1).txt"
    assert outcomes["replace"]["status"] == "completed"
    assert target.read_bytes() == b"new"
    wait_for(lambda: _is_counted(running), "the figures of what ended")


def _is_counted(running: Running) -> bool:
    """The figures of these days have one that failed for its name, and one that completed."""
    today = datetime.now(UTC).date()
    path = f"/api/statistics?from={today - timedelta(days=1)}&until={today}&destination=partner"
    rows = running.ferry.call("GET", path)["rows"]
    codes = {reason["code"] for row in rows for reason in row["reasons"]}
    moved = any(row["completed"] and row["bytes"] and row["seconds"] for row in rows)
    return "target_exists" in codes and moved


def test_read_back_compares_what_the_partner_holds(running: Running, body: bytes) -> None:
    running.put("readback.bin", body)
    transfer_id = running.ferry.send(BUCKET, "readback.bin", "partner", verify="readback")
    ended = running.ferry.wait(transfer_id, SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    assert ended["receipt"]["verified"] == "readback"
    assert running.arrived("readback.bin") == body


def test_an_idempotency_key_returns_the_first_answer_and_refuses_another_body(
    running: Running,
) -> None:
    running.put("once.txt", b"once")
    wish = {"source": {"bucket": BUCKET, "key": "once.txt"}, "destination_id": "partner"}
    first = running.ferry.call("POST", "/api/transfer", wish, Idempotency_Key="k-1")
    again = running.ferry.call("POST", "/api/transfer", wish, Idempotency_Key="k-1")
    assert first["id"] == again["id"]
    other = wish | {"if_exists": "replace"}
    with pytest.raises(Refused) as refused:
        running.ferry.call("POST", "/api/transfer", other, Idempotency_Key="k-1")
    assert refused.value.status == 409
    assert refused.value.problem["code"] == "idempotency_conflict"
    running.ferry.wait(first["id"], SECONDS)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"target_path": "../up.txt"}, "path_outside_base", "../up.txt"),
        ({"target_path": "a\nb"}, "name_invalid", "U+000A"),
        ({"if_exists": "overwrite"}, "request_invalid", "if_exists"),
        ({"surprise": 1}, "request_invalid", "surprise"),
        ({"source": {"bucket": "X", "key": "k"}}, "request_invalid", "source.bucket"),
        ({"destination_id": "nobody"}, "destination_not_found", "nobody"),
        ({"destination_id": 7}, "request_invalid", "destination_id"),
    ],
)
def test_bad_requests_are_answered_with_field_and_value(
    running: Running, change: dict[str, Any], code: str, words: str
) -> None:
    wish = {"source": {"bucket": BUCKET, "key": "k"}, "destination_id": "partner"}
    with pytest.raises(Refused) as refused:
        running.ferry.call("POST", "/api/transfer", wish | change)
    assert refused.value.problem["code"] == code
    assert words in refused.value.problem["detail"]


def test_history_buckets_and_files_are_listed_page_by_page(running: Running) -> None:
    for number in range(3):
        running.put(f"listing/sub/{number}.txt", b"x")
    assert BUCKET in [b["name"] for b in running.ferry.call("GET", "/api/buckets")["buckets"]]
    path = f"/api/buckets/{BUCKET}/files?prefix=listing/"
    assert running.ferry.call("GET", path)["folders"] == ["listing/sub/"]
    first = running.ferry.call("GET", path + "sub/&limit=2")
    rest = running.ferry.call("GET", path + f"sub/&limit=2&cursor={first['cursor']}")
    keys = [file["key"] for file in first["files"] + rest["files"]]
    assert keys == [f"listing/sub/{number}.txt" for number in range(3)]
    newest = running.ferry.call("GET", "/api/history?limit=1")
    older = running.ferry.call("GET", f"/api/history?limit=1&cursor={newest['cursor']}")
    assert newest["transfers"][0]["requested_at"] > older["transfers"][0]["requested_at"]


def test_a_destination_in_use_cannot_be_deleted_and_an_unused_one_can(running: Running) -> None:
    gone = as_destination("short-lived", running.partner)
    running.ferry.call("POST", "/api/destinations", gone)
    running.ferry.call("DELETE", "/api/destinations/short-lived")
    with pytest.raises(Refused) as refused:
        running.ferry.call("GET", "/api/destinations/short-lived")
    assert refused.value.status == 404


def test_what_cannot_be_an_id_is_not_found_and_no_number_is_no_error_of_ours(
    running: Running,
) -> None:
    with pytest.raises(Refused) as refused:
        running.ferry.state("a" * 5_000)
    assert refused.value.status == 404
    signed = {"Authorization": f"Bearer {running.people.admin_token}"}
    answer = running.door.http.post(
        "/api/transfer",
        content='{"source": NaN}',
        headers={"Content-Type": "application/json", **signed},
    )
    assert answer.status_code == 400, answer.text
