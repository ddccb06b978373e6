"""The writes that a proposal stands for: the only way from a proposal to our API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.agent.domain.canonical import content_of, digest_of
from services.agent.domain.proposal import Proposal, State
from services.agent.domain.proposed import Action, Content, Send, Sending, Steering


@dataclass(frozen=True)
class Write:
    """`operation` is that of contracts.routes."""

    operation: str
    path: Mapping[str, str]
    body: Mapping[str, Any] | None
    idempotency_key: str


def write_of(proposal: Proposal, number: int) -> Write:
    """The step with this number, the first is 0. Raises ValueError for a proposal that nobody has
    claimed, or whose text is not the one that the digest is of."""
    if proposal.state is not State.CONFIRMING or proposal.claim is None:
        raise ValueError(f"proposal {proposal.id} is {proposal.state}, so nothing of it is done")
    if digest_of(proposal.canonical) != proposal.digest:
        raise ValueError(f"proposal {proposal.id} is not what its digest is of")
    content = content_of(proposal.canonical)
    if content.id != proposal.id or content.owner != proposal.owner:
        raise ValueError(f"proposal {proposal.id} has the content of another one")
    return _write(content, proposal.digest, number)


def steps_of(action: Action) -> int:
    return len(action.sends) if isinstance(action, Sending) else 1


def _write(content: Content, digest: str, number: int) -> Write:
    """Each step has a key of its own, which is the same however often it is done."""
    action = content.action
    if not 0 <= number < steps_of(action):
        raise ValueError(f"proposal {content.id} has no step {number}")
    key = content.id if steps_of(action) == 1 else f"{content.id}-{number + 1}"
    if isinstance(action, Sending):
        origin = {
            "conversation_id": content.conversation_id,
            "proposal_id": content.id,
            "digest": digest,
        }
        body = _start(action, action.sends[number]) | {"origin": origin}
        return Write("start_transfer", {}, body, key)
    if isinstance(action, Steering):
        return Write(f"{action.kind}_transfer", {"id": action.transfer_id}, None, key)
    wish = {"summary": action.summary, "description": action.description}
    about = {} if action.transfer_id is None else {"transfer_id": action.transfer_id}
    return Write("request_ticket", {}, wish | about, key)


def _start(action: Sending, send: Send) -> dict[str, Any]:
    source = send.source
    if source.folder:
        named: dict[str, Any] = {"bucket": source.bucket, "prefix": source.key}
    else:
        named = {"bucket": source.bucket, "key": source.key, "etag": source.etag}
    told: dict[str, Any] = {
        "source": named,
        "destination_id": action.place.id,
        "if_exists": action.if_exists,
        "verify": action.verify,
    }
    given = {"target_path": send.target_path, "label": action.label}
    return told | {name: value for name, value in given.items() if value is not None}
