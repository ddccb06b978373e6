"""Plays golden conversations and compares how our tables are in the end with how they must be."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bench.agent.changes import CHANGES, prepared
from bench.agent.play import Play
from bench.agent.world import Write
from services.agent.domain.errors import AgentError
from services.agent.domain.ports import Model
from services.agent.domain.proposal import Proposal
from services.agent.domain.proposed import Sending, Steering
from tests.doubles.bedrock_moves import REPLIES
from tests.doubles.bedrock_script import Script, Scripted

FILE = Path(__file__).with_name("golden.toml")
OPTIONS = {"if_exists": "fail", "verify": "checksum"}  # what a request has without any wish


@dataclass(frozen=True)
class Golden:
    name: str
    steps: Sequence[Mapping[str, Any]]
    world: Mapping[str, Any] = field(default_factory=dict)
    end: Mapping[str, Any] = field(default_factory=dict)
    replies: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scripted(self) -> Scripted:
        """A model that knows what to say."""
        said = [step for step in self.steps if "say" in step]
        scripts = []
        for step in said:
            told = [
                self.replies[each] if isinstance(each, str) else each for each in step["replies"]
            ]
            replies = REPLIES.validate_python(told)
            scripts.append(Script(when=step["say"], replies=replies))
        return Scripted(scripts)


@cache
def golden() -> Sequence[Golden]:
    told = tomllib.loads(FILE.read_text())
    return [Golden(**each, replies=told["replies"]) for each in told["conversation"]]


def played(conversation: Golden, model: Model | None = None) -> Sequence[str]:
    """What is not as it must be. Nothing: the conversation went well. Without a model the
    conversation's own script plays."""
    play = Play(prepared(conversation.world), conversation.scripted, live=model)
    for number in range(conversation.world.get("learned", 0)):
        play.learn(f"tr-old-{number}", "acme", seconds=20.0 + number)
    wrong: list[str] = []
    for step in conversation.steps:
        wrong += _step(play, step)
    return [*wrong, *_ending(play, conversation.end)]


def _step(play: Play, step: Mapping[str, Any]) -> Iterator[str]:
    do = _deed(play, step)
    try:
        do()
    except AgentError as error:
        if error.code != step.get("refused"):
            yield f"{dict(step)} was refused: {error.code}: {error}"
        return
    if "refused" in step:
        yield f"{dict(step)} was not refused"


def _deed(play: Play, step: Mapping[str, Any]) -> Callable[[], object]:
    if "say" in step:
        return lambda: play.say(step["say"])
    if "pass_minutes" in step:
        return lambda: play.pass_time(step["pass_minutes"])
    if "changes" in step:
        [(name, what)] = step["changes"].items()
        return lambda: CHANGES[name](play, what)
    if not play.all_proposals:
        return lambda: None  # its end will say that there is no proposal
    newest = play.all_proposals[-1]
    if "reject" in step:
        return lambda: play.reject(newest)
    return lambda: play.confirm(newest, step.get("confirm_with"))


def _ending(play: Play, end: Mapping[str, Any]) -> Iterator[str]:
    for what, found, wanted in (
        ("proposals", [shown(play, each) for each in play.all_proposals], end.get("proposals", [])),
        ("writes", [written(each) for each in play.world.writes], end.get("writes", [])),
        (
            "transfers",
            {each: play.world.transfers[each].status for each in end.get("transfers", {})},
            end.get("transfers", {}),
        ),
    ):
        if found != wanted:
            yield f"{what}: {found} instead of {wanted}"
    started = [each for each in play.world.writes if each.operation == "start_transfer"]
    if len({each.idempotency_key for each in started if each.idempotency_key}) < len(started):
        yield "two transfers were started under one Idempotency-Key, or one without any"
    if end.get("estimated"):
        card = play.all_proposals[-1].content.card if play.all_proposals else None
        if card is None or card.estimate is None or card.estimate.seconds is None:
            yield "the proposal has no estimate"


def shown(play: Play, proposal: Proposal) -> str:
    begin = f"{proposal.content.action.kind} {proposal.state_at(play.clock)}"
    match proposal.content.action:
        case Sending(sends=sends, place=place):
            return f"{begin} {' '.join(sorted(each.source.key for each in sends))} -> {place.id}"
        case Steering(transfer_id=transfer_id):
            return f"{begin} {transfer_id}"
        case ticket:
            return f"{begin} {ticket.transfer_id}"


def written(write: Write) -> str:
    source = write.body.get("source")
    if source is None:
        about = write.body.get("transfer_id") or write.path.split("/")[3]
        return f"{write.operation} {about} {write.status}"
    what = source.get("key") or source.get("prefix")
    more = [write.body[name] for name, usual in OPTIONS.items() if write.body.get(name) != usual]
    said = [write.operation, what, "->", write.body["destination_id"], *more, str(write.status)]
    return " ".join(said)
