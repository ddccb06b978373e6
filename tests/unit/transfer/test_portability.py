"""What only some servers take is sent as it is, and its sender is warned."""

import pytest

from services.transfer.domain.names import resolve_target
from services.transfer.domain.portability import MAX_WARNINGS, warnings_of


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (" a.csv", ["' a.csv' begins or ends with a blank"]),
        ("a.csv ", ["begins or ends with a blank", "drops it from the name"]),
        ("in./a.csv", ["'in.' ends with a blank or a dot"]),
        ("NUL", ["'NUL' is a device"]),
        ("con.txt", ["(CON)"]),
        ("x/Aux.tar.gz/y", ["(AUX)"]),
        ("lpt9", ["(LPT9)"]),
        ("COM¹.csv", ["(COM¹)"]),
        ("10:30 <a>.csv", ["holds < > : which"]),
        ("a\\b", ["backslash"]),
        ("a\u202fPM.png", ["U+202F"]),
        ("a\u3000b", ["U+3000"]),
        ("e\u0301.csv", ["NFC"]),
    ],
)
def test_each_hazard_has_a_sentence_and_is_allowed(path: str, words: list[str]) -> None:
    warnings = warnings_of(path)
    assert len(warnings) == len(words)
    for sentence, part in zip(warnings, words, strict=True):
        assert part in sentence
    assert resolve_target("/in", path) == f"/in/{path}"


@pytest.mark.parametrize(
    "path", ["a.csv", "x/a b.csv", ".hidden", "é 報 🚢.csv", "console", "com0", "COM10", "a.con"]
)
def test_a_name_that_every_server_takes_has_no_warning(path: str) -> None:
    assert warnings_of(path) == ()


def test_a_path_of_many_hazards_has_few_warnings() -> None:
    warnings = warnings_of("/".join(f"{number}." for number in range(800)))
    assert len(warnings) == MAX_WARNINGS + 1
    assert warnings[-1].startswith("790 more")
    assert len(warnings_of("a./" * 1_000 + "b")) == 1
