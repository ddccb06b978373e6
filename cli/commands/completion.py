"""fileferry completion"""

import click
from click.shell_completion import get_completion_class

from cli.command import command
from cli.errors import UsageFailed
from cli.invocation import Invocation, pass_invocation

VARIABLE = "_FILEFERRY_COMPLETE"
EXAMPLES = """
fileferry completion bash > ~/.local/share/bash-completion/completions/fileferry
fileferry completion zsh > ~/.zfunc/_fileferry
fileferry completion fish > ~/.config/fish/completions/fileferry.fish
"""


@command("completion", examples=EXAMPLES)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@pass_invocation
def completion(invocation: Invocation, /, shell: str) -> None:
    """Print the script that completes commands and options in your shell."""
    made = get_completion_class(shell)
    if made is None:
        raise UsageFailed(f"There is no completion for {shell}.")
    root = click.get_current_context().find_root().command
    invocation.output.say(made(root, {}, "fileferry", VARIABLE).source())
