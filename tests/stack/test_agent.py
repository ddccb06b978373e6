"""Somebody asks the agent for a file, confirms what it proposes, and finds it in the trail."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.doubles import BEDROCK
from infra.local.ferry import Ferry, Refused
from tests.doubles.http_program import Program
from tests.servers.waiting import wait_for
from tests.stack.listening import Heard, listening
from tests.stack.people import EVERYTHING, Person
from tests.stack.running import BUCKET, Running, as_destination

SECONDS = 120.0
BANK = "acme"
CONTENT = b"1;2;3\n"


@dataclass
class Talk:
    """A conversation of somebody who may send from one bucket to everybody."""

    running: Running
    ferry: Ferry
    person: Person
    id: str

    def proposed(self, text: str) -> Any:  # noqa: ANN401 - JSON
        answer = self.say(text)
        assert answer["proposal"], answer["message"]
        return answer["proposal"]

    def say(self, text: str) -> Any:  # noqa: ANN401 - JSON
        path = f"/api/agent/conversations/{self.id}/messages"
        return self.ferry.call("POST", path, {"text": text}, Idempotency_Key=secrets.token_hex(8))

    def decide(self, how: str, proposal: Mapping[str, Any], digest: str = "") -> Any:  # noqa: ANN401
        path = f"/api/agent/proposals/{proposal['id']}/{how}"
        return self.ferry.call("POST", path, {"digest": digest or proposal["digest"]})

    def put(self) -> str:
        """The word that names a new object, which nobody else has."""
        word = f"invoice{secrets.token_hex(3)}"
        self.running.put(f"agent/{word}.csv", CONTENT)
        return word

    def transfers(self) -> list[Any]:
        found: list[Any] = self.ferry.call("GET", "/api/transfer?limit=100")["transfers"]
        return found

    @property
    def model(self) -> Program:
        return self.running.desk.double(BEDROCK)


@pytest.fixture(scope="module")
def bank(running: Running) -> None:
    wish = {**as_destination(BANK, running.partner), "name": "ACME Bank"}
    assert running.ferry.register(wish, running.partner.host_key)["status"] == "ok"


@pytest.fixture
def talk(running: Running, bank: None) -> Iterator[Talk]:
    sources = [{"bucket": BUCKET, "prefix": "agent/"}]
    name = f"talker-{secrets.token_hex(3)}"
    person = running.people.create(name, grants={**EVERYTHING, "sources": sources})
    ferry = Ferry(running.stack.api_url, person.name, person.password, every=0.2)
    opened = ferry.call("POST", "/api/agent/conversations", {})
    talk = Talk(running, ferry, person, opened["id"])
    talk.model.clear_faults()
    yield talk
    told = talk.model.summary()
    ferry.close()
    assert (told["refused"], told["broken"], told["unlimited"]) == ([], [], 0)


def of_kind(heard: Heard, kind: str, conversation_id: str) -> list[Any]:
    return [
        each["detail"]["data"]
        for each in heard.so_far()
        if each["detail-type"] == kind
        and each["detail"]["data"]["conversation_id"] == conversation_id
    ]


def test_a_file_that_is_asked_for_in_words_arrives_after_it_was_confirmed(
    running: Running, talk: Talk
) -> None:
    word = talk.put()
    with listening(running, "agent") as heard:
        proposal = talk.proposed(f"Please send {word} to {BANK}")
        assert (proposal["kind"], proposal["state"]) == ("start", "open")
        assert word in proposal["sentence"]
        assert proposal["estimate"]["basis"]
        assert talk.transfers() == []

        done = talk.decide("confirm", proposal)
        [step] = done["steps"]
        assert (done["state"], done["decided_by"]) == ("confirmed", talk.person.name)
        state = talk.ferry.wait(step["result"], SECONDS)
        assert state["status"] == "completed"
        assert running.arrived(f"{word}.csv") == CONTENT
        assert talk.decide("confirm", proposal)["steps"] == done["steps"]
        assert [each["id"] for each in talk.transfers()] == [step["result"]]

        origin = {
            "conversation_id": talk.id,
            "proposal_id": proposal["id"],
            "digest": proposal["digest"],
        }
        assert {name: state["origin"][name] for name in origin} == origin
        wait_for(lambda: of_kind(heard, "ProposalConfirmed.v1", talk.id), "the events", SECONDS)
        [confirmed] = of_kind(heard, "ProposalConfirmed.v1", talk.id)
        assert (confirmed["digest"], confirmed["confirmed_by"]) == (
            proposal["digest"],
            talk.person.name,
        )
        assert confirmed["transfer_ids"] == [step["result"]]
        assert len(of_kind(heard, "ConversationOpened.v1", talk.id)) <= 1  # it may be older
        assert [e["proposal_id"] for e in of_kind(heard, "ProposalMade.v1", talk.id)] == [
            proposal["id"]
        ]
        pieces = of_kind(heard, "AnswerStreamed.v1", talk.id)
        assert any(each["ended"] for each in pieces)
    assert_tickets_tell(running, talk, step["result"], proposal["id"])


def assert_tickets_tell(running: Running, talk: Talk, transfer_id: str, proposal_id: str) -> None:
    """Both, who confirmed it and where it was talked about."""

    def told() -> bool:
        running.sweep_desk()
        tickets = running.desk.tickets(transfer_id)
        return all(
            len(found) == 1 and all(word in str(found[0]) for word in words)
            for found in tickets.values()
        )

    words = (talk.id, proposal_id, talk.person.name)
    wait_for(told, f"tickets with {words}", SECONDS)


def test_words_confirm_nothing_and_bring_the_card_again(talk: Talk) -> None:
    word = talk.put()
    proposal = talk.proposed(f"send {word} to {BANK}")
    again = talk.say("yes, do it, I confirm")["proposal"]
    assert again["state"] == "open"
    assert again["id"] != proposal["id"]
    assert again["sentence"] == proposal["sentence"]
    after = talk.ferry.call("GET", f"/api/agent/proposals/{proposal['id']}")
    assert after["state"] == "superseded"
    with pytest.raises(Refused) as refused:
        talk.decide("confirm", proposal)
    assert refused.value.problem["code"] == "proposal_over"
    assert talk.transfers() == []


def test_another_digest_and_another_person_confirm_nothing(running: Running, talk: Talk) -> None:
    proposal = talk.proposed(f"send {talk.put()} to {BANK}")
    with pytest.raises(Refused) as refused:
        talk.decide("confirm", proposal, digest="0" * 64)
    assert refused.value.problem["code"] == "digest_differs"
    other = running.people.create(f"other-{secrets.token_hex(3)}", grants=EVERYTHING)
    path = f"/api/agent/proposals/{proposal['id']}/confirm"
    body = {"digest": proposal["digest"]}
    answer = running.door.call("POST", path, running.door.token(other), body)
    assert answer.status_code in (403, 404)
    assert talk.decide("reject", proposal)["state"] == "rejected"
    assert talk.transfers() == []


def test_a_file_that_changed_since_is_not_sent(running: Running, talk: Talk) -> None:
    word = talk.put()
    proposal = talk.proposed(f"send {word} to {BANK}")
    running.put(f"agent/{word}.csv", b"something else\n")
    done = talk.decide("confirm", proposal)
    assert done["state"] == "failed"
    assert done["failure"]["code"]
    assert talk.transfers() == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 429, "count": None}, "model_busy"),
        ({"kind": "status", "status": 500, "count": None}, "model_away"),
        ({"kind": "cut", "count": None}, "model_away"),
    ],
)
def test_a_model_that_fails_is_told_and_everything_else_works(
    talk: Talk, fault: Mapping[str, Any], code: str
) -> None:
    talk.model.order({"path": "/model/*", **fault})
    trouble = talk.say("What waits for ACME?")["message"]["trouble"]
    assert trouble["code"] == code
    assert trouble["message"]
    talk.model.clear_faults()
    assert talk.ferry.call("GET", "/api/agent/health")["status"] == "ok"
    assert "sessions with acme" in talk.say("What waits for ACME?")["message"]["text"]


def test_without_a_model_the_agent_says_that_it_is_off(running: Running, talk: Talk) -> None:
    with running.deployed("agent", {"ModelId": ""}):
        assert talk.ferry.call("GET", "/api/agent/health")["status"] == "off"
        with pytest.raises(Refused) as refused:
            talk.say("Hello")
        assert (refused.value.status, refused.value.problem["code"]) == (503, "agent_off")
        assert talk.ferry.call("GET", "/api/history")["transfers"] == []
    assert talk.ferry.call("GET", "/api/agent/health")["status"] == "ok"
