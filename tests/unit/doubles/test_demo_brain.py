"""The demo's brain understands what docs/demo.md tells people to say."""

from collections.abc import Mapping
from typing import Any

import pytest

from bench.agent.play import Play
from bench.agent.world import usual
from services.agent.domain.proposal import State
from tests.doubles.bedrock_demo import HELP, demo
from tests.doubles.bedrock_moves import Request, Say, Use

FILES = [
    {"handle": "obj_1", "key": "reports/today.csv", "last_modified": "2026-11-27T04:00:00Z"},
    {"handle": "obj_2", "key": "reports/measurements.bin", "last_modified": "2026-11-26T04:00:00Z"},
]
TOLD: Mapping[str, Any] = {
    "list_destinations": {
        "destinations": [{"handle": "dest_1", "id": "acme", "name": "ACME Bank"}]
    },
    "list_buckets": {"buckets": [{"handle": "bkt_1", "name": "outgoing"}]},
    "list_files": {"files": FILES},
    "propose": {"proposal": "Send it", "state": "open"},
    "list_transfers": {
        "transfers": [{"handle": "tra_3", "id": "t-3"}, {"handle": "tra_2", "id": "t-2"}]
    },
    "transfer_details": {"id": "t-3", "failure": {"code": "no_space", "message": "It is full."}},
    "reason_advice": {"what_to_do": "Make room."},
    "waiting_for": {"in_use": 2, "max_sessions": 2, "wait_in_line": [{}]},
    "check_access": {"may_send": False, "missing": ["No grant."]},
    "estimate": {"seconds": None},
}


def talk(said: str, told: Mapping[str, Any] = TOLD) -> tuple[list[Use], str]:
    """What it used, and what it said at the end."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"text": said}]}]
    uses: list[Use] = []
    while True:
        [move] = demo(Request("m", {"messages": messages}))
        if isinstance(move, Say):
            return uses, move.say
        assert isinstance(move, Use)
        uses.append(move)
        use = {"toolUseId": str(len(uses)), "name": move.use, "input": move.asked}
        answer = told[move.use]
        content = [{"json": answer(move.asked) if callable(answer) else answer}]
        result = {"toolUseId": str(len(uses)), "content": content}
        messages += [
            {"role": "assistant", "content": [{"toolUse": use}]},
            {"role": "user", "content": [{"toolResult": result}]},
        ]


def test_a_file_is_proposed_by_the_words_of_its_name_and_of_the_partners() -> None:
    uses, said = talk("Please send the measurement to ACME, and replace it")
    assert uses[-1].asked == {
        "action": "start",
        "objects": ["obj_2"],
        "destination": "dest_1",
        "if_exists": "replace",
    }
    assert said.startswith("Send it. Look")
    assert talk("send today's report to acme")[0][-1].asked["objects"] == ["obj_1"]


@pytest.mark.parametrize(
    ("said", "used", "told"),
    [
        ("Why did the last transfer fail?", "reason_advice", "It is full. Make room."),
        ("What waits for ACME?", "waiting_for", "2 of 2 sessions with acme"),
        ("May I send to acme?", "check_access", "No grant."),
        ("How long will today take to acme?", "estimate", "do not know yet"),
        ("Cancel my last transfer", "propose", "Look at the card"),
        ("Open a ticket: the partner is slow", "propose", "Look at the card"),
        ("Which files are there?", "list_files", "today.csv"),
        ("Which destinations are there?", "list_destinations", "acme"),
    ],
)
def test_it_looks_and_says_what_it_found(said: str, used: str, told: str) -> None:
    uses, answer = talk(said)
    assert uses[-1].use == used
    assert told in answer


def test_a_transfer_is_meant_by_its_id() -> None:
    assert talk("cancel transfer t-2")[0][-1].asked == {"action": "cancel", "transfer": "tra_2"}
    assert talk("cancel my transfer")[0][-1].asked["transfer"] == "tra_3"


def test_what_it_does_not_find_or_understand_it_says() -> None:
    assert "no file that fits" in talk("send the invoices to acme")[1]
    assert "no destination that fits" in talk("send today to nobody")[1]
    assert talk("Good morning") == ([], HELP)


def test_yes_has_the_card_shown_again() -> None:
    play = Play(usual(), demo)
    first = play.say("Send exports/2026-11-26.csv to acme")
    again = play.say("Yes, please.")
    made, shown = play.all_proposals
    assert again.entry.proposal_id == shown.id
    assert shown.content.action == made.content.action
    assert (made.state, shown.state) == (State.SUPERSEDED, State.OPEN)
    assert again.entry.text == first.entry.text
    assert not play.world.writes


def test_the_last_failed_transfer_is_proposed_as_guessed() -> None:
    play = Play(usual(), demo)
    play.say("Retry the last failed one")
    [made] = play.all_proposals
    assert "tr-night" in made.content.card.cautions[0]
    play.say("Cancel the last transfer")  # two were requested at one moment
    assert len(play.all_proposals) == 1


def test_a_yes_to_nothing_proposes_nothing() -> None:
    play = Play(usual(), demo)
    assert "Nothing was proposed" in play.say("yes").entry.text
    play.say("Send exports/2026-11-26.csv to acme")
    play.reject(play.all_proposals[-1])
    told = play.say("yes").entry
    assert (told.proposal_id, len(play.all_proposals)) == (None, 1)
    assert told.text.startswith("That did not work: You did not ask for that")


def test_of_a_refused_proposal_it_says_the_sentence_for_the_user() -> None:
    told = Play(usual(), demo).say("Send 2026 to acme").entry
    assert told.proposal_id is None
    assert told.text.startswith("That did not work: ")
    assert "{" not in told.text
    assert "Tell them" not in told.text


def test_whoever_may_send_a_folder_only_is_understood_too() -> None:
    def files(asked: Mapping[str, Any]) -> Any:  # noqa: ANN401
        folders = [{"handle": "fold_1", "name": "agent/"}]
        return {"files": FILES} if "folder" in asked else {"files": [], "folders": folders}

    uses, _ = talk("send today to acme", {**TOLD, "list_files": files})
    assert uses[-1].asked["objects"] == ["obj_1"]
    assert len(uses) < 8  # rounds of one turn
