"""fileferry whoami"""

from cli.client import read
from cli.command import command
from cli.invocation import Invocation, pass_invocation
from cli.times import local_time
from contracts.auth_api import MeView


@command("whoami", examples="fileferry whoami\nfileferry whoami --json")
@pass_invocation
def whoami(invocation: Invocation) -> None:
    """Show who you are, and what you may do."""
    document = invocation.client.call("GET", "/api/me")
    output = invocation.output
    if output.as_json:
        output.document(document)
        return
    me = read(MeView, document)
    sources = ", ".join(f"s3://{each.bucket}/{each.prefix}" for each in me.grants.sources)
    output.fields(
        [
            ("User", me.user),
            ("Name", me.name),
            ("E-mail", me.email or "none"),
            ("FileFerry", invocation.url),
            ("Roles", ", ".join(me.roles)),
            ("May send from", sources or "nothing"),
            ("May send to", ", ".join(me.grants.destinations) or "nowhere"),
            ("Session until", local_time(me.session.expires_at)),
        ]
    )
