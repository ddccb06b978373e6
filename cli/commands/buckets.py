"""fileferry buckets"""

from cli.client import read
from cli.command import command
from cli.invocation import Invocation, pass_invocation
from cli.times import local_time
from contracts.browse_api import BucketView


@command("buckets", examples="fileferry buckets\nfileferry buckets --json")
@pass_invocation
def buckets(invocation: Invocation) -> None:
    """List the buckets you may send from."""
    pages = invocation.client.pages("/api/buckets", {"limit": 1_000})
    found = [each for page in pages for each in page.get("buckets", ())]
    output = invocation.output
    if output.as_json:
        output.document({"buckets": found})
        return
    views = (read(BucketView, each) for each in found)
    rows = ((f"s3://{each.name}/", local_time(each.created_at)) for each in views)
    if not output.table(("BUCKET", "CREATED"), rows):
        output.note("There is no bucket you may send from. Ask an admin for a grant.")
