"""Whatever a server sends: the reason is the partner's, and nothing of it stays in the process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
MOST_BYTES = 200 << 20
MOST_SECONDS = 25  # of one visit, with timeouts of 4 s and 12 s for the whole
ALL_SECONDS = 100

VIOLATION = {"protocol_violation"}
SILENCE = {"connection_timed_out"}
SLOWNESS = SILENCE | {"too_slow"}
FLOOD = VIOLATION | SLOWNESS  # whichever bound a slow machine meets first
ENDS: dict[str, set[str]] = {
    "endless_line": VIOLATION,
    "endless_lines": {"connection_lost"},
    "long_version": VIOLATION,
    "version_by_the_byte": SILENCE,
    "packet_of_4_gb": VIOLATION,
    "kexinit_of_200_kb": VIOLATION,
    "ignore_flood_before_keys": FLOOD,
    "questions_without_number": VIOLATION,
    "extensions_without_number": VIOLATION,
    "banner_flood": FLOOD,
    "ignore_by_the_second": SILENCE,
    "packet_of_4_gb_at_login": VIOLATION,
    "stderr_flood": FLOOD,
    "data_beyond_the_window": FLOOD,
    "global_request_flood": FLOOD,
    "channel_open_flood": FLOOD,
    "debug_flood": FLOOD,
    "ignore_flood": FLOOD,
    "window_adjust_flood": FLOOD,
    "login_after_login": VIOLATION,
    "text_that_is_none": VIOLATION,
    "packet_of_4_gb_after_login": VIOLATION,
    "shell_prints": {"server_prints_text"},
    "says_nothing": SILENCE,
    "packet_of_2_gb_in_sftp": VIOLATION,
    "extensions_by_the_thousand": VIOLATION,
    "version_of_1_mb": VIOLATION,
    "long_handle": VIOLATION,
    "unasked_replies": VIOLATION,
    "status_of_1_mb": VIOLATION,
    "hostile_status": {"write_refused"},
    "more_data_than_asked": VIOLATION,
    "ends_read_with_nothing": {"size_mismatch"},
    "never_acknowledges": SLOWNESS,
    "acknowledges_others": SLOWNESS,
    "reply_by_the_byte": SILENCE,
    "version_of_sftp_by_the_byte": SILENCE,
    "slow_with_everything": {"too_slow"},
    "window_by_the_byte": {"too_slow"},
    "keys_without_end": SILENCE,
    "refuses_the_channel": {"session_refused"},
}
USELESS_CHECKSUMS = {
    "checksum_that_is_wrong",
    "checksum_nobody_asked_for",
    "checksum_of_30_kb",
    "checksum_of_1_mb",
    "checksum_that_never_comes",
}
GO_WELL = {
    *USELESS_CHECKSUMS,
    "good",
    "hostile_version",
    "unknown_message",
    "statvfs_of_2_64",
    "limits_of_1",
    "limits_of_2_64",
    "size_of_2_64",
}
Told = dict[str, Any]


def program(name: str, *arguments: str) -> "subprocess.Popen[str]":
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=nothing, text=True
    )


@pytest.fixture(scope="module")
def visits() -> Iterator[Told]:
    """How one process fared that visited every attacking server."""
    with program("tests.doubles.attacking_sftp") as servers, program("tests.sftp.attacked") as we:
        try:
            assert servers.stdout is not None
            told, _ = we.communicate(servers.stdout.readline(), timeout=ALL_SECONDS)
            yield json.loads(told)
        finally:
            we.kill()
            servers.kill()


def test_every_attack_is_visited(visits: Told) -> None:
    assert set(visits["visits"]) == set(ENDS) | GO_WELL


@pytest.mark.parametrize("attack", ENDS)
def test_the_reason_is_the_partners(visits: Told, attack: str) -> None:
    answer = visits["visits"][attack]
    assert answer["code"] in ENDS[attack], answer
    assert answer["message"].isprintable()
    assert answer["seconds"] < MOST_SECONDS


def test_why_a_channel_is_refused_is_told_in_the_servers_words(visits: Told) -> None:
    assert "f\ufffdr?dich" in visits["visits"]["refuses_the_channel"]["message"]


@pytest.mark.parametrize("oddity", sorted(GO_WELL))
def test_what_is_only_odd_is_survived(visits: Told, oddity: str) -> None:
    profile = visits["visits"][oddity].get("profile")
    assert profile, visits["visits"][oddity]
    assert profile["software"].isprintable()
    assert 32_768 <= profile["max_write_bytes"] <= 1 << 20
    assert profile["free_bytes"] < 1 << 63


def test_a_checksum_that_is_not_right_counts_as_none(visits: Told) -> None:
    profiles = {name: visits["visits"][name]["profile"] for name in USELESS_CHECKSUMS | {"good"}}
    found = {name: profile["checksums"] for name, profile in profiles.items()}
    assert found == {"good": ["crc32", "sha256"], **{each: [] for each in USELESS_CHECKSUMS}}


def test_memory_threads_and_sockets_are_as_before(visits: Told) -> None:
    assert visits["peak_bytes"] < MOST_BYTES
    assert visits["threads"] == []
    assert visits["sockets"] == 0
