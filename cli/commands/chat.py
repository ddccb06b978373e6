"""fileferry chat"""

import sys

import click

from cli.command import command
from cli.errors import UsageFailed
from cli.invocation import Invocation, pass_invocation

EXAMPLES = """
fileferry chat
fileferry chat 'Send the export of yesterday to acme'
fileferry chat 'Why did the transfer of last night fail?' --json
fileferry chat --conversation 01J9ZK7Q
"""


@command("chat", examples=EXAMPLES)
@click.argument("question", required=False)
@click.option("--conversation", metavar="ID", help="Go on with this one; a new one without it.")
@pass_invocation
def chat(invocation: Invocation, /, question: str | None, conversation: str | None) -> int:
    """Ask the agent: once, or in a conversation.

    The agent sees what you may see. It does nothing by itself: it proposes. A proposal is shown as
    FileFerry wrote it down, and only then, at a terminal, you are asked about it. Words in the chat
    confirm nothing.

    Ctrl-C stops an answer, a second one leaves. With --json the answer is one JSON document, and
    nothing is asked.

    Exit codes: 0 answered, 1 the answer is missing or ends early, 5 you confirmed, and not all was
    done; 130 you stopped it.
    """
    from cli.chat.talk import Talk, converse

    as_json = invocation.output.as_json
    if question is None and (as_json or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise UsageFailed("There is no terminal to talk at: give a question.")
    if question is not None and not question.strip():
        raise UsageFailed("The question is empty.")
    talk = Talk(invocation, conversation)
    click.get_current_context().call_on_close(talk.close)
    if question is None:
        return converse(talk, invocation)
    code = talk.document(question) if as_json else talk.say(question)
    if talk.stopped:
        raise KeyboardInterrupt
    return code
