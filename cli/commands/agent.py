"""fileferry agent"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

import click

from cli.address import route
from cli.client import read
from cli.command import group
from cli.commands.agent_teams import teams
from cli.confirming import confirm as ask
from cli.errors import CommandFailed, UsageFailed
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.proposals import COLUMNS, STATES, card, decide, outcome_of, read_proposal, rows
from cli.times import local_time
from contracts.agent_api import ConversationsPage, ProposalsPage, ProposalState

id_argument = click.argument("proposal_id", metavar="ID")
digest_option = click.option(
    "--digest", metavar="SHA256", help="Of the card that you have read; then nothing is asked."
)
DECIDABLE = ("open", "confirming")
PAGE = 100
MOST = 1_000  # rows; older ones are of no use here


@group("agent")
def agent() -> None:
    """What the agent proposed, and your conversations with it. `fileferry chat` talks to it."""


agent.add_command(teams)


@agent.command_("proposals", examples="fileferry agent proposals --state open")
@click.option("--state", type=click.Choice(get_args(ProposalState)), help="Only these.")
@pass_invocation
def proposals(invocation: Invocation, /, state: str | None) -> None:
    """List what was proposed to you, the newest first."""
    query = {"limit": PAGE, "state": state}
    found = list(_some(invocation, "/api/agent/proposals", query, "proposals"))
    page = read(ProposalsPage, {"proposals": found, "cursor": None})
    _show(invocation, "proposals", found, COLUMNS, rows(page))


@agent.command_("conversations", examples="fileferry agent conversations")
@pass_invocation
def conversations(invocation: Invocation) -> None:
    """List your conversations, the newest first."""
    query = {"limit": PAGE}
    found = list(_some(invocation, "/api/agent/conversations", query, "conversations"))
    page = read(ConversationsPage, {"conversations": found, "cursor": None})
    shown = (
        (each.id, each.state, each.messages, local_time(each.updated_at), each.title)
        for each in page.conversations
    )
    columns = ("ID", "STATE", "MESSAGES", "CHANGED", "TITLE")
    _show(invocation, "conversations", found, columns, shown)


@agent.command_("show", examples="fileferry agent show 01J9ZK7Q")
@id_argument
@pass_invocation
def show(invocation: Invocation, /, proposal_id: str) -> None:
    """Show a proposal, and what became of it."""
    view, document = read_proposal(invocation, proposal_id)
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        card(invocation.output, view)


@agent.command_(
    "confirm",
    examples="""
    fileferry agent confirm 01J9ZK7Q
    fileferry agent confirm 01J9ZK7Q --digest 9f86d081... --json
    """,
)
@id_argument
@digest_option
@pass_invocation
def confirm(invocation: Invocation, /, proposal_id: str, digest: str | None) -> int:
    """Do what was proposed, with your own rights. It is done once, however often you confirm it.

    Exit codes: 5 not all was done; 1 it cannot be confirmed any more, or has another digest.
    """
    if digest is None:
        digest = _asked(invocation, proposal_id)
    view, document = decide(invocation, proposal_id, digest, "confirm")
    if invocation.output.as_json:
        invocation.output.document(document)
    return outcome_of(invocation.output, view)


@agent.command_("reject", examples="fileferry agent reject 01J9ZK7Q")
@id_argument
@digest_option
@pass_invocation
def reject(invocation: Invocation, /, proposal_id: str, digest: str | None) -> None:
    """Do not do what was proposed. Nothing is asked."""
    if digest is None:
        digest = read_proposal(invocation, proposal_id)[0].digest
    view, document = decide(invocation, proposal_id, digest, "reject")
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.note(f"{escaped(view.id)} was rejected.")


@agent.command_("stop", examples="fileferry agent stop 01J9ZK7Q")
@click.argument("conversation_id", metavar="CONVERSATION")
@pass_invocation
def stop(invocation: Invocation, /, conversation_id: str) -> None:
    """End the answer that is being written in a conversation."""
    path = route("/api/agent/conversations/{id}/stop", id=conversation_id)
    document = invocation.client.call("POST", path)
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.note(f"The answer in {escaped(conversation_id)} is being stopped.")


def _asked(invocation: Invocation, proposal_id: str) -> str:
    """The digest of the card that was shown, and agreed to."""
    if invocation.output.as_json or not sys.stdin.isatty():
        name = escaped(proposal_id)
        raise UsageFailed(
            f"There is no terminal to ask at: read `fileferry agent show {name}`, and give the"
            " --digest that it shows."
        )
    view, _ = read_proposal(invocation, proposal_id)
    card(invocation.output, view)
    if view.state not in DECIDABLE:
        raise CommandFailed(f"It cannot be confirmed any more: it is {STATES[view.state]}.")
    ask("Do this?")
    return view.digest


def _some(
    invocation: Invocation, path: str, query: Mapping[str, object], name: str
) -> Iterator[object]:
    count = 0
    for page in invocation.client.pages(path, query):
        for each in page.get(name, ()):
            if count == MOST:
                invocation.output.warn(f"There are more than these {MOST:,}.")
                return
            count += 1
            yield each


def _show(
    invocation: Invocation,
    name: str,
    found: list[object],
    columns: Sequence[str],
    shown: Iterator[Sequence[object]],
) -> None:
    output = invocation.output
    if output.as_json:
        output.document({name: found})
    elif not output.table(columns, shown):
        output.note(f"There are no {name}.")
