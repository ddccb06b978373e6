"""fileferry logout"""

import click

from cli.command import command
from cli.errors import CommandFailed, NotSignedIn, UsageFailed
from cli.invocation import Invocation, pass_invocation


@command("logout", examples="fileferry logout\nfileferry logout --everywhere")
@click.option("--everywhere", is_flag=True, help="End all of your sessions, on all computers.")
@pass_invocation
def logout(invocation: Invocation, /, everywhere: bool) -> None:
    """End the session, and forget its tokens on this computer."""
    from cli.session.sessions import store_of

    if invocation.settings.token:
        raise UsageFailed("FILEFERRY_TOKEN is set, and is no login of this command: unset it.")
    method, path = ("DELETE", "/api/me/sessions") if everywhere else ("POST", "/api/logout")
    trouble: CommandFailed | None = None
    try:
        invocation.client.call(method, path)
    except NotSignedIn as nobody:  # it is over already
        if nobody.status is None:
            raise
    except CommandFailed as failed:
        trouble = failed
    store = store_of(invocation.settings, invocation.url, invocation.output.warn)
    with store.lock():
        store.forget()
    if trouble is not None:
        raise CommandFailed(
            f"The login is forgotten here, but its session may be open: {trouble.message}",
            trouble.exit_code,
            request_id=trouble.request_id,
        ) from trouble
    if invocation.output.as_json:
        invocation.output.document({"url": invocation.url, "logged_out": True})
    else:
        invocation.output.note(f"Logged out at {invocation.url}.")
