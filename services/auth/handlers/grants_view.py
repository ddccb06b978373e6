"""A user's grants as the authorizer hands them on and as the API shows them."""

from contracts.caller import Grants, SourceGrant
from services.auth.domain import user


def grants_view(grants: user.Grants) -> Grants:
    return Grants(
        sources=tuple(SourceGrant(bucket=b.bucket, prefix=b.prefix) for b in grants.sources),
        destinations=grants.destinations,
    )
