"""A user's grants as the authorizer hands them on and as the API shows them."""

from contracts.caller import Grants, SourceGrant
from kernel import caller


def grants_view(grants: caller.Grants) -> Grants:
    return Grants(
        sources=tuple(SourceGrant(bucket=b.bucket, prefix=b.prefix) for b in grants.sources),
        destinations=grants.destinations,
    )
