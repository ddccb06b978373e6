"""Settings that contradict each other are refused at the start, with what to change."""

import pytest

from runtime.settings import SettingsInvalid
from services.transfer.domain.ports import Policy
from services.transfer.settings import MAX_QUEUE_DELAY_SECONDS, TransferSettings

NEEDED = {
    "STAGE": "dev",
    "EVENT_BUS_NAME": "bus",
    "TRANSFERS_TABLE": "table",
    "LANE_QUEUE_URL": "https://queue",
    "LONG_LANE_QUEUE_URL": "https://long",
    "STATE_MACHINE_ARN": "arn",
    "READER_ROLE_ARN": "arn",
    "SECRET_PREFIX": "prefix",
}


def load(monkeypatch: pytest.MonkeyPatch, **changes: float | str) -> TransferSettings:
    for name, value in (NEEDED | changes).items():
        monkeypatch.setenv(name, str(value))
    return TransferSettings.load()


def test_without_any_wish_they_make_a_policy_that_agrees_with_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load(monkeypatch)
    policy: Policy = settings.policy
    assert policy.lease_seconds < policy.lane_due_seconds < settings.lane_turn_seconds
    assert policy.retry.cap_seconds <= MAX_QUEUE_DELAY_SECONDS


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LANE_TURN_SECONDS", 480, "LANE_TURN_SECONDS"),  # 2 x 60 + 6 x 60 is all of it
        ("HAND_OVER_SECONDS", 270, "HAND_OVER_SECONDS"),
        ("PARTNER_TIMEOUT_SECONDS", 130, "PARTNER_TIMEOUT_SECONDS"),
        ("BACKOFF_BASE_SECONDS", 121, "BACKOFF_BASE_SECONDS"),
        ("BACKOFF_CAP_SECONDS", MAX_QUEUE_DELAY_SECONDS + 1, "BACKOFF_CAP_SECONDS"),
        ("BACKOFF_CAP_SECONDS", 1, "BACKOFF_CAP_SECONDS"),
        ("LEASE_SECONDS", 1, "LEASE_SECONDS"),
        ("LANES_PER_TRANSFER", 0, "LANES_PER_TRANSFER"),
        ("LANES_PER_TRANSFER", 17, "LANES_PER_TRANSFER"),
        ("LANE_CONCURRENCY", 1, "LANE_CONCURRENCY"),  # half of one is none
        ("CHUNK_BYTES", 0, "CHUNK_BYTES"),
        ("MAX_FAILURES", 0, "MAX_FAILURES"),
        ("CHECKPOINT_SECONDS", 0, "CHECKPOINT_SECONDS"),
        ("ALLOWED_NETWORKS", "10.0.0.0/8,nowhere", "ALLOWED_NETWORKS"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float | str, told: str
) -> None:
    with pytest.raises(SettingsInvalid, match=told):
        load(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANE_TURN_SECONDS", 481),
        ("HAND_OVER_SECONDS", 269),
        ("PARTNER_TIMEOUT_SECONDS", 129),
        ("BACKOFF_BASE_SECONDS", 120),
        ("BACKOFF_CAP_SECONDS", MAX_QUEUE_DELAY_SECONDS),
    ],
)
def test_what_just_leaves_room_is_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    assert getattr(load(monkeypatch, **{name: value}), name.lower()) == value
