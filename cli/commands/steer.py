"""fileferry pause, resume, cancel, retry"""

import sys
from dataclasses import dataclass, field
from typing import Any

import click

from cli.address import route
from cli.command import command
from cli.confirming import confirm
from cli.errors import CommandFailed, NotSignedIn, Unreachable, UsageFailed, worst
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.output import counted
from cli.selection import conditions, query_of, summary, transfers
from cli.transfers import COLUMNS, row

DONE_WORDS = {
    "pause": "is being paused",
    "resume": "goes on",
    "cancel": "is being cancelled",
    "retry": "is tried again",
}
TEXTS = {
    "pause": "Pause transfers. What was moved stays moved.",
    "resume": "Go on with paused transfers.",
    "cancel": "Cancel transfers, and remove their part files at the partner.",
    "retry": "Try failed transfers again, from where they stopped if possible.",
}


@dataclass
class Results:
    """`codes` are the exit codes of those that were refused."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)

    def failed(self, transfer_id: str, error: CommandFailed) -> None:
        self.codes.add(error.exit_code)
        problem = {"code": error.code, "message": error.message, "exit_code": error.exit_code}
        self.documents.append({"id": transfer_id, "error": problem})


def _steering(action: str) -> click.Command:
    examples = f"""
    fileferry {action} 01J9 01JA
    fileferry {action} --state failed --reason connection_refused --since 2h
    fileferry {action} --label month-end --yes --json
    """

    @command(action, examples=examples)
    @click.argument("transfer_ids", metavar="[ID]...", nargs=-1)
    @conditions
    @click.option("--yes", "-y", is_flag=True, help="Do not ask about selected transfers.")
    @pass_invocation
    def steer(
        invocation: Invocation, /, transfer_ids: tuple[str, ...], yes: bool, **given: Any
    ) -> int:
        ids = list(dict.fromkeys(transfer_ids)) or _selected(invocation, action, given, yes)
        if transfer_ids and query_of(given):
            raise UsageFailed("Give either ids or conditions.")
        results = _steer_all(invocation, action, ids)
        if invocation.output.as_json:
            invocation.output.document({"transfers": results.documents})
        return worst(results.codes)

    steer.help = (
        f"{TEXTS[action]}\n\nName them, or select them by conditions. The exit code is that of the"
        " worst refusal, see `fileferry help exit-codes`."
    )
    return steer


def _selected(invocation: Invocation, action: str, given: dict[str, Any], yes: bool) -> list[str]:
    """All transfers that meet the conditions now: acting on them would change the list."""
    query = query_of(given)
    if not query:
        raise UsageFailed(f"Say which: fileferry {action} ID..., or conditions like --state.")
    found = [summary(each) for each in transfers(invocation.client, query, None)]
    output, some = invocation.output, counted(len(found), "transfer")
    if not found:
        output.note("There is no such transfer.")
    elif not yes:
        if output.as_json or not sys.stdin.isatty():
            raise UsageFailed(f"This would {action} {some}. Say --yes to do it.")
        output.table(COLUMNS, (row(each) for each in found))
        confirm(f"{action.capitalize()} {some}?")
    return [each.id for each in found]


def _steer_all(invocation: Invocation, action: str, ids: list[str]) -> Results:
    """Goes on after a refusal of one, and stops when none could succeed any more."""
    output, results = invocation.output, Results()
    for number, transfer_id in enumerate(ids):
        try:
            path = route("/api/transfer/{id}/" + action, id=transfer_id)
            document = invocation.client.call("POST", path)
        except CommandFailed as error:
            output.warn(f"{escaped(transfer_id)}  {error.message}")
            results.failed(transfer_id, error)
            left = len(ids) - number - 1
            if isinstance(error, NotSignedIn | Unreachable) and left:
                output.warn(f"Not tried any more: {counted(left, 'transfer')}.")
                break
        else:
            results.documents.append(document)
            if not output.as_json:
                output.say(f"{escaped(transfer_id)}  {DONE_WORDS[action]}")
    return results


pause = _steering("pause")
resume = _steering("resume")
cancel = _steering("cancel")
retry = _steering("retry")
