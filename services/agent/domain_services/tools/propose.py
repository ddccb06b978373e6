"""The one tool that acts: it stores a proposal, and does nothing of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from contracts.receipt import Verify
from contracts.transfer_events import IfExists
from services.agent.domain.asked import asked_for
from services.agent.domain.canonical import canonical, digest_of
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiAway, ApiRefused, AskedWrong
from services.agent.domain.estimate import Estimate
from services.agent.domain.handles import HandleKind
from services.agent.domain.outcome import size_class
from services.agent.domain.ports import Outcomes, Proposals
from services.agent.domain.proposal import GOOD_FOR, Proposal
from services.agent.domain.proposed import (
    MOST_OBJECTS,
    Action,
    Card,
    Content,
    Kind,
    Sending,
    Source,
    Steering,
)
from services.agent.domain.tool import Outcome, Scene
from services.agent.domain_services.cards import card_of
from services.agent.domain_services.cleaning import clean
from services.agent.domain_services.hindrance import hindrance
from services.agent.domain_services.keep_proposal import keep_proposal
from services.agent.domain_services.looking import (
    MAX_HANDLE,
    Look,
    handle_field,
    problem_of,
    rows_of,
)
from services.agent.domain_services.tool_schema import closed, wrong_with
from services.agent.domain_services.wanted import action_of

MAX_PATH = 1_024  # characters
MAX_LABEL = 64
MAX_BYTES = 40_000  # of the canonical text, so that a list of 50 has room in one answer (6 MB)
LOOKED_AT = 10  # of the last transfers, for how files were moved there
WAITS = (
    "Nothing was done. The user sees a card with all of it, and confirms or rejects it there within"
    " 15 minutes. Words in the chat confirm nothing. Another proposal or message ends this one."
)
NAMES = ("folder", "destination", "transfer")  # fields of one handle
OPTIONS = ("target_path", "label", "if_exists", "verify")
NOT_ASKED_FOR = "Nothing was proposed, because the user's own words do not ask for it. Tell them:"
FIELDS: dict[str, Json] = {
    "action": {
        "type": "string",
        "maxLength": 10,
        "enum": [each.value for each in Kind],
        "description": "start: send one object. batch: send a folder as one transfer, or objects"
        " each as its own. retry, pause, resume, cancel: of a transfer. ticket: open one for the"
        " user, with the user's last message as its text.",
    },
    "objects": {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_OBJECTS,
        "items": {
            "type": "string",
            "maxLength": MAX_HANDLE,
            "pattern": f"^{HandleKind.OBJECT}_[0-9]+$",
            "description": "A handle such as obj_1, as list_files told it.",
        },
    },
    "folder": handle_field(HandleKind.FOLDER, "Everything below it"),
    "destination": handle_field(HandleKind.DESTINATION, "Where to"),
    "transfer": handle_field(HandleKind.TRANSFER, "The transfer that it is about"),
    "target_path": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_PATH,
        "description": "Only if the user wants another name than the object's: a path below the"
        " destination's folder. Of a batch: the folder that the files go into.",
    },
    "label": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_LABEL,
        "description": "Only if the user wants a word to find the transfer by.",
    },
    "if_exists": {"type": "string", "maxLength": 10, "enum": list(get_args(IfExists))},
    "verify": {"type": "string", "maxLength": 10, "enum": list(get_args(Verify))},
}


class Propose:
    name = "propose"
    description = (
        "Proposes one action, and only one that the user asked for in their own message. The user"
        " decides about it on a card. Nothing else can change anything."
    )
    schema = closed(FIELDS, ("action",))

    def __init__(self, proposals: Proposals, outcomes: Outcomes, new_id: Callable[[], str]) -> None:
        self._proposals, self._outcomes, self._new_id = proposals, outcomes, new_id

    def run(self, asked: Json, scene: Scene) -> Outcome:
        try:
            proposal = self._proposal(asked, scene)
        except (AskedWrong, ApiRefused, ApiAway) as trouble:
            return Outcome(clean(problem_of(trouble)), scene.handles, failed=True)
        keep_proposal(proposal, self._proposals, self._new_id)
        told = {"proposal": proposal.content.card.sentence, "state": "open", "note": WAITS}
        return Outcome(clean(told), scene.handles, proposal_id=proposal.id)

    def _proposal(self, asked: Json, scene: Scene) -> Proposal:
        if wrong := wrong_with(asked, self.schema):
            raise AskedWrong(wrong)
        guessed = _asked_for(asked, scene)
        look = Look(asked, scene)
        action = action_of(look)
        hinders = hindrance(action, scene.caller, scene.reader)
        if hinders is not None:
            raise AskedWrong(hinders.message)
        card = self._card(action, look)
        content = Content(
            id=f"prop-{self._new_id()}",
            conversation_id=scene.conversation_id,
            owner=scene.caller.name,
            action=action,
            card=replace(card, cautions=guessed + card.cautions),
            made_at=scene.now,
            expires_at=scene.now + GOOD_FOR,
        )
        try:
            text = canonical(content)
        except ValueError:
            raise AskedWrong("A name in it is no Unicode, so it cannot be proposed.") from None
        if len(text.encode()) > MAX_BYTES:
            raise AskedWrong("That is too much for one proposal. Propose fewer objects at once.")
        return Proposal(content, text, digest_of(text), scene.correlation_id)

    def _card(self, action: Action, look: Look) -> Card:
        destination_id = _moves_to(action)
        if destination_id is None:
            return card_of(action, ())
        destination = look.read("read_destination", id=destination_id)
        told = destination.get("cautions")
        cautions = tuple(map(str, told)) if isinstance(told, list) else ()
        source = _source(action)
        if source is None or source.size_bytes is None:
            return card_of(action, cautions)
        strategy = None if source.folder else _strategy(look, destination_id, source.size_bytes)
        learned = self._outcomes.learned(destination_id, look.scene.now)
        estimate = learned.estimate(source.size_bytes, look.scene.now.hour, many=source.folder)
        return card_of(action, cautions, strategy=strategy, estimate=_rounded(estimate))


def _asked_for(asked: Json, scene: Scene) -> tuple[str, ...]:
    """What was guessed of it, for the card. Raises AskedWrong unless the user's own words ask for
    it: the model may obey somebody else (docs/adr/0072)."""
    used = [*asked.get("objects", ()), *(asked[name] for name in NAMES if name in asked)]
    options = {name: asked[name] for name in OPTIONS if name in asked}
    verdict = asked_for(
        scene.asking, asked["action"], used, scene.handles, options, scene.now.date()
    )
    if not verdict.asked:
        raise AskedWrong(f"{NOT_ASKED_FOR} {verdict.why}")
    return tuple(verdict.cautions)


def _moves_to(action: Action) -> str | None:
    if isinstance(action, Sending):
        return action.place.id
    if isinstance(action, Steering) and action.place is not None:
        return action.place.id
    return None


def _source(action: Action) -> Source | None:
    """Of one transfer. None for several: how long they take at once was not learned."""
    if isinstance(action, Sending) and len(action.sends) == 1:
        return action.sends[0].source
    return action.source if isinstance(action, Steering) else None


def _strategy(look: Look, destination_id: str, size_bytes: int) -> str | None:
    """As the engine explained it for the last file of like size: it decides anew for each."""
    query = {"destination": destination_id, "limit": str(LOOKED_AT)}
    try:
        rows = rows_of("list_transfers", look.read("list_transfers", query), "transfers")
    except (ApiRefused, ApiAway):
        return None
    for row in rows:
        why, size, source = row.get("strategy"), row.get("size_bytes"), row.get("source")
        one = isinstance(source, dict) and source.get("kind") is None
        alike = isinstance(size, int) and size_class(size) == size_class(size_bytes)
        if isinstance(why, str) and alike and one:
            return f"Decided when it starts. The last file of like size there: {why}"
    return None


def _rounded(estimate: Estimate) -> Estimate:
    """To tenths: nobody knows it better."""
    return replace(
        estimate,
        seconds=_tenths(estimate.seconds),
        low_seconds=_tenths(estimate.low_seconds),
        high_seconds=_tenths(estimate.high_seconds),
        success_percent=_tenths(estimate.success_percent),
    )


def _tenths(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 1)
