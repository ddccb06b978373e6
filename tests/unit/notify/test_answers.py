"""What of a receiver's answer is told: little, soon, and no part of its address."""

import pytest

from runtime.guarded_http import HttpAnswer
from services.notify.adapters.answers import said
from services.notify.domain.channel import Secrets

SECRETS = Secrets("https://flows.example/triggers/9f8e7d6c?sig=abc%2BDEF1234", "xoxb-12345")


def told(body: bytes) -> str:
    return said(HttpAnswer(400, {}, body), SECRETS)


@pytest.mark.parametrize("piece", [b"a", b"<", b"a@", b"<a", b"http://", b"\xcc\x81", b"9f8e7d6"])
def test_an_answer_of_any_size_is_shortened_at_once(piece: bytes) -> None:
    """A search that begins again at each character would take minutes."""
    assert len(told(piece * (262_144 // len(piece)))) < 300


@pytest.mark.parametrize("secret", ["abc%2BDEF1234", "abc%2bDEF1234", "abc+DEF1234", "xoxb-12345"])
def test_no_part_of_an_address_is_repeated_however_it_is_written(secret: str) -> None:
    assert told(f"no {secret} here".encode()) == "no *** here"


def test_a_secret_far_behind_is_not_cut_apart() -> None:
    assert "9f8e" not in told(b"<b>" * 10_000 + b"x" * 795 + b" 9f8e7d6c")
