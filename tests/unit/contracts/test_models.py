"""Published models are strict where we write them, and speak the wire's formats."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.catalogue import encode
from contracts.envelope import Event, Meta
from contracts.receipt import Receipt
from contracts.transfer_events import Partner, S3Object, TransferPausedV1
from contracts.transfer_views import TransferView

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PARTNER = Partner(id="demo", name="Demo", host="sftp.example", protocol="sftp")


def meta(occurred_at: datetime = NOON) -> Meta:
    return Meta(event_id="e-1", occurred_at=occurred_at, correlation_id="c-1")


def paused(**changes: Any) -> TransferPausedV1:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "transfer_id": "t-1",
        "owner": "jane",
        "run": 1,
        "sequence": 3,
        "source": S3Object(bucket="acme-exports", key="a"),
        "destination": PARTNER,
        "target_path": "a",
        "requested_at": NOON,
        "bytes_done": 0,
        "paused_at": NOON,
    }
    return TransferPausedV1(**{**fields, **changes})


def test_times_are_written_in_utc_with_a_z() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    event = Event(meta=meta(NOON.astimezone(there)), data=paused())
    detail_type, detail = encode(event)
    assert detail_type == "TransferPaused.v1"
    assert json.loads(detail)["meta"]["occurred_at"] == "2026-11-22T12:00:00Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        meta(NOON.replace(tzinfo=None))


def test_a_producer_cannot_write_an_unknown_field() -> None:
    with pytest.raises(ValidationError, match="not permitted"):
        paused(reason="lunch")


@pytest.mark.parametrize(
    ("field", "value"),
    [("bytes_done", "7"), ("bytes_done", -1), ("run", 0), ("sequence", 1.5), ("transfer_id", "")],
)
def test_a_producer_cannot_write_a_wrong_value(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        paused(**{field: value})


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        paused().bytes_done = 7  # type: ignore[misc]


def test_an_error_about_a_model_does_not_hold_its_values() -> None:
    with pytest.raises(ValidationError) as caught:
        paused(owner=["hunter2"])
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("crc", ["00A1B2C3D4E5F607", "123", "00a1b2c3d4e5f6070", "g" * 16])
def test_a_checksum_has_16_lower_case_hexadecimal_digits(crc: str) -> None:
    with pytest.raises(ValidationError, match="crc64nvme"):
        Receipt.model_validate({"crc64nvme": crc})


def test_a_receipt_of_before_says_nothing_it_did_not_know() -> None:
    receipt = Receipt(
        target_path="/in/a",
        bytes_sent=0,
        crc64nvme="0" * 16,
        verified="size",
        source_checksum="absent",
        host_key_fingerprint="SHA256:abc",
        chunks=0,
        attempts=0,
        started_at=NOON,
        finished_at=NOON,
    )
    assert (receipt.proven, receipt.source_algorithm, receipt.left_behind) == (None, None, ())


@pytest.mark.parametrize(
    ("field", "value"),
    [("proven", "seen"), ("source_algorithm", "sha512"), ("verified", "twice")],
)
def test_a_receipt_has_no_words_of_its_own(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Receipt.model_validate({field: value})


@pytest.mark.parametrize("known", [None, "none", "crc64nvme", "crc32c", "sha256", "md5"])
def test_a_transfer_says_what_s3_has_to_compare_with(known: str | None) -> None:
    field = TransferView.model_fields["source_checksum"]
    assert TypeAdapter(field.annotation).validate_python(known) == known


def test_the_full_state_of_a_transfer_says_null_rather_than_leaving_out() -> None:
    required = set(TransferView.model_json_schema()["required"])
    assert required == set(TransferView.model_fields)
