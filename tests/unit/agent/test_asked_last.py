"""'The last transfer' is the newest that the conversation was shown."""

from typing import Any

import pytest

from services.agent.domain.asked import Asking, asked_for
from services.agent.domain.handles import HandleKind
from tests.unit.agent.test_asked import TODAY, known, transfer


def moved(id_: str, to: str, hour: int, status: str) -> tuple[HandleKind, dict[str, Any]]:
    kind, told = transfer(id_, f"exports/{id_}.csv", to)
    return kind, {**told, "requested_at": f"2026-11-27T{hour:02}:00:00Z", "status": status}


MOVED = known(
    moved("0192aaaa", "acme", 3, "failed"),  # tra_1
    moved("0192bbbb", "evil", 5, "moving"),  # tra_2
    moved("0192cccc", "acme", 4, "completed"),  # tra_3
    moved("0192dddd", "evil", 2, "failed"),  # tra_4
)


@pytest.mark.parametrize(
    ("said", "kind", "meant"),
    [
        ("cancel the last transfer", "cancel", "tra_2"),
        ("Please cancel my latest transfer.", "cancel", "tra_2"),
        ("cancel the newest", "cancel", "tra_2"),
        ("Brich die letzte Übertragung ab", "cancel", "tra_2"),
        ("Annule le dernier transfert", "cancel", "tra_2"),
        ("cancel the last transfer to acme", "cancel", "tra_3"),
        ("retry the last failed one", "retry", "tra_1"),
        ("retry the last failed transfer to evil", "retry", "tra_4"),
        ("cancel the last transfer to Globex", "cancel", None),
        ("retry the transfer of last week", "retry", None),
        ("retry last week's transfer", "retry", None),
        ("the last one was slow, cancel something", "cancel", None),
        ("cancel 0192aaaa, not the last one", "cancel", "tra_1"),
    ],
)
def test_the_last_transfer_is_the_newest_that_was_shown(
    said: str, kind: str, meant: str | None
) -> None:
    verdicts = {
        used: asked_for(Asking(said), kind, [used], MOVED, {}, TODAY)
        for used in ("tra_1", "tra_2", "tra_3", "tra_4")
    }
    assert [used for used, each in verdicts.items() if each.asked] == [meant] * (meant is not None)
    if meant is not None and "0192" not in said:
        assert "You did not name" in verdicts[meant].cautions[0]


def test_a_file_called_latest_is_not_the_latest() -> None:
    _, old = moved("0192eeee", "evil", 1, "moving")
    handles = known(
        *((HandleKind.TRANSFER, dict(told)) for told in MOVED.known.values()),
        (HandleKind.TRANSFER, {**old, "key": "in/latest-transfer.csv"}),
    )
    asked = [
        used
        for used in handles.known
        if asked_for(Asking("cancel the latest"), "cancel", [used], handles, {}, TODAY).asked
    ]
    assert asked == ["tra_2"]


def test_of_two_transfers_of_one_moment_neither_is_the_last() -> None:
    handles = known(moved("0192aaaa", "acme", 3, "failed"), moved("0192bbbb", "acme", 3, "failed"))
    for used in ("tra_1", "tra_2"):
        said = Asking("retry the last transfer")
        assert not asked_for(said, "retry", [used], handles, {}, TODAY).asked
