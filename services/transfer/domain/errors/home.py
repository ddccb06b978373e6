"""The stage works in another region."""

from services.transfer.domain.errors.work import WorkError


class RegionStandsBy(WorkError):
    """This region takes no transfers and opens no sessions."""

    code, retryable = "region_stands_by", True
    message = (
        "FileFerry in {region} stands by, so it takes no transfers and calls no partner. Use"
        " {peer_region}. After an activation it may take a quarter of an hour until one works."
    )
    region: str
    peer_region: str


class RegionOvertaken(WorkError):
    """Its region stopped before the transfer ended, and the other one took over."""

    code, retryable = "region_overtaken", True
    message = (
        "FileFerry stopped in {region} before this transfer ended, and went on in another region."
        " Look there first: a transfer with this id that has completed there needs nothing more."
        " Otherwise retry it where FileFerry works now."
    )
    region: str


class PeerUnreachable(WorkError):
    """The other region's record could not be read."""

    code, retryable = "peer_unreachable", True
    message = (
        "What {peer_region} does could not be read: {detail}. If you know that it is down and stays"
        " so until you say otherwise, repeat this with ALONE=1."
    )
    peer_region: str
    detail: str


class RegionWorks(WorkError):
    code = "region_works"
    message = (
        "FileFerry works in {region}, and takes no records from another region meanwhile. Let it"
        " stand by first (make standby)."
    )
    region: str


class StaleHome(WorkError):
    """The region's record was changed again and again meanwhile."""

    code, retryable = "stale_home", True
    message = "The record of {region} was changed by somebody else meanwhile. Try again."
    region: str


class OneRegion(WorkError):
    code = "one_region"
    message = (
        "The stage lives in {region} only. Name a second region in its file in infra/environments,"
        " and deploy the services in both."
    )
    region: str
